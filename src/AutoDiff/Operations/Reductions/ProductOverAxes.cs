using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The product over one axis or all. The derivative multiplies the other factors without any division, so that it is exact if factors are 0. Powers of two
    /// are taken out of the factors, so that nothing overflows or underflows on the way to a product that does not.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    public readonly struct ProductOverAxes<T>(int? axis, bool keepAxis) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("product", TameClass.Polynomial) { PassesOnNonFinite = true };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) =>
            InFloat.ValueOf(recording, new ValueFormula(axes), axes.OutputShape(recording.Input(0).Shape));

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new GradientFormula(axes, context.Selections), context.Input(0), context.Cotangent);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new GradientMoved(axes, context.Selections), context.Input(0), context.Cotangent, context.Tangent(0));

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Reduced(axis, keepAxis, (along, keep) => new ProductOverAxes<T>(along, keep));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new TangentFormula(axes, context.Selections), context.Input(0), context.Tangent(0));

        private readonly struct ValueFormula(ReducedAxes axes) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (inputs[0].Count == 0)
                {
                    device.Fill(destination, W.One);
                    return;
                }

                Factors<W> factors = new(device, inputs[0], axes);
                NDArray<W> products = device.Allocate<W>(factors.Lanes);
                device.Scan(default(RunningProduct), factors.Rest, ProductFactors.Axis, false, products);
                NDArray<W> last = products.Slice(ProductFactors.Axis, factors.Lanes[1] - 1, 1), result = destination.Reshape(last.Shape);
                if (factors.IsScaled)
                    device.Map2(default(ProductFactors.Scaled), last, factors.Exponent, result);
                else
                    device.Copy(last, result);
                device.Return(products);
                factors.Return(device);
            }
        }

        // w times the product of the other factors. Inputs: x and w.
        private readonly struct GradientFormula(ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (destination.Count == 0)
                    return;
                Factors<W> factors = new(device, inputs[0], axes);
                NDArray<W> others = device.Allocate<W>(factors.Lanes);
                factors.Others(device, others);
                factors.Carry(device, selections, inputs[1].Reshape(factors.Reduced), others, destination.Reshape(factors.Lanes), accumulate);
                device.Return(others);
                factors.Return(device);
            }
        }

        // Inputs: x and ẋ.
        private readonly struct TangentFormula(ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (inputs[0].Count == 0)
                {
                    device.Fill(destination, W.Zero);
                    return;
                }

                Factors<W> factors = new(device, inputs[0], axes);
                NDArray<W> others = device.Allocate<W>(factors.Lanes), dx = ProductFactors.Packed(device, inputs[1], factors.Lanes);
                factors.Others(device, others);
                factors.Carry(device, selections, dx, others, others, false);
                device.Reduce(default(Sum), others, destination.Reshape(factors.Reduced));
                device.Return(dx);
                device.Return(others);
                factors.Return(device);
            }
        }

        // w times the change of the product of the other factors. Inputs: x, w and ẋ.
        private readonly struct GradientMoved(ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (destination.Count == 0)
                    return;
                Factors<W> factors = new(device, inputs[0], axes);
                NDArray<W> change = device.Allocate<W>(factors.Lanes), dx = ProductFactors.Packed(device, inputs[2], factors.Lanes);
                if (factors.IsScaled)
                    device.Map2(default(ProductFactors.Divided), dx, factors.Exponents, dx);
                factors.OthersMoved(device, dx, change);
                factors.Carry(device, selections, inputs[1].Reshape(factors.Reduced), change, destination.Reshape(factors.Lanes), accumulate);
                device.Return(dx);
                device.Return(change);
                factors.Return(device);
            }
        }

        // The factors of every lane as z·2ᵏ, so that all products of neighbouring z stay near 1 as far as the factors allow.
        private readonly struct Factors<W>
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            public readonly Shape Lanes;
            public readonly NDArray<W> Rest;
            public readonly NDArray<W> Exponents;
            public readonly NDArray<W> Exponent;

            public Factors(Device device, in NDArray<W> x, ReducedAxes axes)
            {
                Lanes = axes.Lanes(x.Shape);
                Rest = ProductFactors.Packed(device, x, Lanes);
                if (device.Count(new ProductFactors.IsBeyond(ProductFactors.SafeSize<W>(Lanes[1])), Rest) == 0)
                    return;
                Exponents = device.Allocate<W>(Lanes);
                Exponent = device.Allocate<W>(Reduced);
                NDArray<W> rounded = device.Allocate<W>(Lanes);
                device.Map(default(ProductFactors.LogOfSize), Rest, rounded);
                device.CumulativeSum(rounded, ProductFactors.Axis, false, rounded);
                device.Map(default(ProductFactors.Rounded), rounded, rounded);
                Neighbours.Previous(device, rounded, ProductFactors.Axis, 0, Exponents);
                device.Map2(default(Arithmetic.Difference), rounded, Exponents, Exponents);
                device.Copy(rounded.Slice(ProductFactors.Axis, Lanes[1] - 1, 1), Exponent);
                device.Map2(default(ProductFactors.Divided), Rest, Exponents, Rest);
                device.Return(rounded);
            }

            public bool IsScaled => !Exponents.IsNone;

            public Shape Reduced => Shape.Of(Lanes[0], 1, Lanes[2]);

            public void Return(Device device)
            {
                if (IsScaled)
                {
                    device.Return(Exponent);
                    device.Return(Exponents);
                }

                device.Return(Rest);
            }

            // Π z over all others, as the derivative of the last of the cumulative products.
            public void Others(Device device, in NDArray<W> others)
            {
                NDArray<W> weights = device.Allocate<W>(Lanes), before = device.Allocate<W>(Lanes), last = device.Allocate<W>(Lanes);
                Recurrence(device, weights, before, last);
                new AxisRecurrence(ProductFactors.Axis, Selections.PyTorch).Pullback(device, weights, before, last, others, false);
                device.Return(last);
                device.Return(before);
                device.Return(weights);
            }

            // The change of Π z over all others along ż.
            public void OthersMoved(Device device, in NDArray<W> dz, in NDArray<W> change)
            {
                NDArray<W> weights = device.Allocate<W>(Lanes), before = device.Allocate<W>(Lanes), last = device.Allocate<W>(Lanes);
                NDArray<W> dy = device.Allocate<W>(Lanes), dBefore = device.Allocate<W>(Lanes);
                Recurrence(device, weights, before, last);
                AxisRecurrence recurrence = new(ProductFactors.Axis, Selections.PyTorch);
                recurrence.Tangent(device, weights, before, dz, dy);
                Neighbours.Previous(device, dy, ProductFactors.Axis, 0, dBefore);
                recurrence.PullbackMoved(device, weights, before, dz, dBefore, last, change, false);
                device.Return(dBefore);
                device.Return(dy);
                device.Return(last);
                device.Return(before);
                device.Return(weights);
            }

            // carried·others·2^(K − k).
            public void Carry(Device device, Selections selections, in NDArray<W> carried, in NDArray<W> others, in NDArray<W> destination, bool accumulate)
            {
                if (IsScaled)
                    device.Carry(selections, default(ProductFactors.ScaledProduct), carried, others, Exponent, Exponents, destination, accumulate);
                else
                    device.Carry(selections, default(Arithmetic.CarriedProduct), carried, others, destination, accumulate);
            }

            private void Recurrence(Device device, in NDArray<W> weights, in NDArray<W> before, in NDArray<W> last)
            {
                device.Scan(default(RunningProduct), Rest, ProductFactors.Axis, false, weights);
                Neighbours.Previous(device, weights, ProductFactors.Axis, 1, before);
                device.Copy(Rest, weights);
                device.Fill(weights.Slice(ProductFactors.Axis, 0, 1), W.Zero);
                device.Fill(last, W.Zero);
                device.Fill(last.Slice(ProductFactors.Axis, Lanes[1] - 1, 1), W.One);
            }
        }
    }

    /// <summary>The parts of products that do not depend on the element type.</summary>
    internal static class ProductFactors
    {
        /// <summary>The axis of lanes.</summary>
        public const int Axis = 1;

        /// <summary>The size up to which so many factors, and 1 over it, can be multiplied in any order.</summary>
        /// <typeparam name="W">float or double.</typeparam>
        /// <param name="count">The number of factors.</param>
        public static double SafeSize<W>(int count)
            where W : unmanaged => Math.Pow(2, (typeof(W) == typeof(float) ? 120.0 : 1000.0) / Math.Max(1, count));

        /// <summary>A contiguous copy of another shape.</summary>
        /// <typeparam name="W">The element type.</typeparam>
        /// <param name="device">The device that computes.</param>
        /// <param name="array">The array.</param>
        /// <param name="shape">The shape of the copy.</param>
        public static NDArray<W> Packed<W>(Device device, in NDArray<W> array, in Shape shape)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> copy = device.Allocate<W>(array.Shape);
            device.Copy(array, copy);
            return copy.Reshape(shape);
        }

        // By halves: a power of two may be out of range where the number that is multiplied brings it back.
        private static L Times<L>(L x, L exponent)
            where L : struct, ILane<L>
        {
            L half = L.Floor(exponent * L.Constant(0.5)), two = L.Constant(2);
            return x * L.Pow(two, half) * L.Pow(two, exponent - half);
        }

        internal readonly struct IsBeyond(double size) : IUnaryMap
        {
            public L Invoke<L>(L x)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), one = L.Constant(1), magnitude = L.Abs(x), largest = L.Broadcast(size);
                L small = L.IfGreater(one / largest, magnitude, L.IfEqual(x, zero, zero, one), zero);
                return L.IfGreater(magnitude, largest, one, small);
            }
        }

        // 0 where there is no power to take out.
        internal readonly struct LogOfSize : IUnaryMap
        {
            public L Invoke<L>(L x)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), size = L.Abs(x);
                L isFinite = L.IfGreater(L.Constant(double.PositiveInfinity), size, size, zero);
                return L.IfEqual(isFinite, zero, zero, L.Log(isFinite) * L.Constant(1 / Math.Log(2)));
            }
        }

        internal readonly struct Rounded : IUnaryMap
        {
            public L Invoke<L>(L x)
                where L : struct, ILane<L> => L.Floor(x + L.Constant(0.5));
        }

        internal readonly struct Divided : IBinaryMap
        {
            public L Invoke<L>(L x, L exponent)
                where L : struct, ILane<L> => Times(x, -exponent);
        }

        internal readonly struct Scaled : IBinaryMap
        {
            public L Invoke<L>(L x, L exponent)
                where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), x, Times(x, exponent));
        }

        internal readonly struct ScaledProduct : IQuaternaryMap
        {
            public L Invoke<L>(L carried, L others, L total, L own)
                where L : struct, ILane<L>
            {
                L exponent = total - own, half = L.Floor(exponent * L.Constant(0.5)), two = L.Constant(2);
                L product = others * L.Pow(two, half) * carried * L.Pow(two, exponent - half);
                return L.IfEqual(others, L.Constant(0), L.Constant(0) * carried, L.Absorb(carried, product));
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Products.</content>
    public static partial class Operations
    {
        /// <summary>The product of all elements, as a value of rank 0; 1 if there are none.</summary>
        /// <typeparam name="T">The element type; Half is multiplied in float.</typeparam>
        /// <param name="x">The argument.</param>
        public static Var<T> Product<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ProductOverAxes<T>(null, false));

        /// <summary>The product over an axis; 1 if it has no elements.</summary>
        /// <typeparam name="T">The element type; Half is multiplied in float.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        public static Var<T> Product<T>(this Var<T> x, int axis, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ProductOverAxes<T>(x.Shape.Axis(axis), keepAxis));

        /// <summary>The product over several axes.</summary>
        /// <typeparam name="T">The element type; Half is multiplied in float.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Product<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "product").Product(SeveralAxes.Joined, false), x.Shape, axes, keepAxis);
    }
}
