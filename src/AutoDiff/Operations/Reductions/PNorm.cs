using System.Globalization;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// (Σ|x|ᵖ)^(1/p) over one axis or all, for 1 &lt; p &lt; ∞. The only kink is at the origin, where the Clarke set is the unit ball of the dual norm. The
    /// largest magnitude is taken out, so that no power overflows. For p below 2 the second derivative is infinite where an element is 0.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="p">The exponent.</param>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="lengthAtZero">The length in the dual norm of the gradient at the origin, along (1, …, 1); that of the selections if null.</param>
    public readonly struct PNorm<T>(double p, int? axis, bool keepAxis, double? lengthAtZero)
        : IRule<T>, IMarksObstacles<T>, IHasGroups, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("p-norm", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            IsSmooth = false,
            Curvature = Curvature.Convex,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) =>
            InFloat.ValueOf(recording, new ValueFormula(p, axes), axes.OutputShape(recording.Input(0).Shape));

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            double length = lengthAtZero ?? context.Selections.GetValue(Norm2.AtOrigin);
            double atZero = length * Math.Pow(Math.Max(1, axes.Length(context.Input(0).Shape)), (1 / p) - 1);
            InFloat.Pull(context, new Gradient(p, axes, atZero, context.Selections), context.Input(0), context.Cotangent);
        }

        /// <inheritdoc/>
        public void LockedPullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new LockedGradient(p, axes, context.Selections), context.Input(0), context.Cotangent, context.Tangent(0));

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new GradientMoved(p, axes, context.Selections), context.Input(0), context.Cotangent, context.Tangent(0));

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            double pHere = p;
            double? lengthAtZeroHere = lengthAtZero;
            return of.Reduced(axis, keepAxis, (along, keep) => new PNorm<T>(pHere, along, keep, lengthAtZeroHere));
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new TangentFormula(p, axes, context.Selections), context.Input(0), context.Tangent(0));

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            context.Device.Map(default(Arithmetic.IsZero), context.Output, marks);
            return marks;
        }

        /// <inheritdoc/>
        public NDArray<T> SecondOrderKinks(in KinkContext<T> context)
        {
            if (p >= 2)
                return Kinks(context);
            NDArray<T> marks = context.Rent(context.Input(0).Shape);
            context.Device.Map(default(Arithmetic.IsZero), context.Input(0), marks);
            return marks;
        }

        /// <inheritdoc/>
        public NDArray<T> Obstacles(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            InFloat.Compute(context.Device, new LostFormula(p, axes, SmallestNormal.Of<T>()), marks, false, context.Input(0));
            return marks;
        }

        int IHasGroups.GroupOf(in Shape input, int element) => ReducedAxes.OutputOf(axes.Lanes(input), element);

        /// <inheritdoc/>
        public void SwitchingForms(in SwitchingContext<T> context) => NormOrigins.AddForms(context, axes);

        // The norms of x, in the shape of x with extent 1 along the axes.
        private static void NormsOf<W>(Device device, double p, in NDArray<W> x, in NDArray<W> norms)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            if (x.Count == 0)
            {
                device.Fill(norms, W.Zero);
                return;
            }

            NDArray<W> sizes = device.Allocate<W>(x.Shape), largest = device.Allocate<W>(norms.Shape);
            device.Map(default(EuclideanNorm.Size), x, sizes);
            device.Reduce(default(Largest), sizes, largest);
            device.Map2(new PowerOfRatio(p), sizes, largest, sizes);
            device.Reduce(default(Sum), sizes, norms);
            device.Map2(new RootTimes(1 / p), norms, largest, norms);
            device.Return(largest);
            device.Return(sizes);
        }

        private readonly struct ValueFormula(double p, ReducedAxes axes) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W> => NormsOf(device, p, inputs[0], axes.WithAxes(destination, inputs[0].Shape));
        }

        // w·sign(x)·(|x|/‖x‖)^(p − 1). Inputs: x and w.
        private readonly struct Gradient(double p, ReducedAxes axes, double atZero, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], norm = device.Allocate<W>(inputs[1].Shape), norms = axes.WithAxes(norm, x.Shape);
                NormsOf(device, p, x, norms);
                device.Carry(selections, new CarriedSlope(p - 1, atZero), axes.WithAxes(inputs[1], x.Shape), x, norms, destination, accumulate);
                device.Return(norm);
            }
        }

        // Near the origin x is t·ẋ. Inputs: x, w and ẋ.
        private readonly struct LockedGradient(double p, ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], moved = device.Allocate<W>(x.Shape), norm = device.Allocate<W>(inputs[1].Shape);
                NDArray<W> norms = axes.WithAxes(norm, x.Shape);
                NormsOf(device, p, x, norms);
                device.Map3(default(Norm2<T>.MovedFromOrigin), x, norms, inputs[2], moved);
                new Gradient(p, axes, 0, selections).Compute(device, [moved, inputs[1]], destination, accumulate);
                device.Return(norm);
                device.Return(moved);
            }
        }

        // Inputs: x and ẋ.
        private readonly struct TangentFormula(double p, ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], dx = inputs[1], products = device.Allocate<W>(x.Shape), result = axes.WithAxes(destination, x.Shape);
                NDArray<W> norms = device.Allocate<W>(result.Shape), ofTangent = device.Allocate<W>(result.Shape);
                NormsOf(device, p, x, norms);
                NormsOf(device, p, dx, ofTangent);
                device.Carry(selections, new CarriedSlope(p - 1, 0), dx, x, norms, products);
                device.Reduce(default(Sum), products, result);
                device.Map3(default(AtOrigin), norms, ofTangent, result, result);
                device.Return(ofTangent);
                device.Return(norms);
                device.Return(products);
            }
        }

        // w·(p − 1)·|x/‖x‖|^(p − 2)·(ẋ − x/‖x‖·‖x‖')/‖x‖. Inputs: x, w and ẋ.
        private readonly struct GradientMoved(double p, ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], change = device.Allocate<W>(x.Shape), norm = device.Allocate<W>(inputs[1].Shape);
                NDArray<W> norms = axes.WithAxes(norm, x.Shape), normTangent = device.Allocate<W>(norms.Shape);
                NormsOf(device, p, x, norms);
                new TangentFormula(p, axes, selections).Compute(device, [x, inputs[2]], normTangent, false);
                device.Carry(selections, new SlopeMoved(p), inputs[2], x, norms, normTangent, change);
                device.Carry(selections, default(Arithmetic.ProductOfCarried), axes.WithAxes(inputs[1], x.Shape), change, destination, accumulate);
                device.Return(normTangent);
                device.Return(norm);
                device.Return(change);
            }
        }

        // Marks norms that have lost digits, and those with a slope that has, of an element other than 0.
        private readonly struct LostFormula(double p, ReducedAxes axes, double smallestNorm) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], marks = axes.WithAxes(destination, x.Shape), norms = device.Allocate<W>(marks.Shape);
                NDArray<W> slopes = device.Allocate<W>(x.Shape);
                NormsOf(device, p, x, norms);
                device.Map2(new LostSlope(p - 1, SmallestNormal.Of<W>()), x, norms, slopes);
                device.Reduce(default(Largest), slopes, marks);
                device.Map2(new LostNorm(smallestNorm), norms, marks, marks);
                device.Return(slopes);
                device.Return(norms);
            }
        }

        internal readonly struct LostSlope(double power, double smallest) : IBinaryMap
        {
            public L Invoke<L>(L x, L norm)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), slope = L.Pow(L.Abs(x) / norm, L.Broadcast(power));
                return L.IfEqual(x, zero, zero, NearZero.OfSlope(slope, L.Broadcast(smallest)));
            }
        }

        // The largest mark of no elements is −∞.
        internal readonly struct LostNorm(double smallest) : IBinaryMap
        {
            public L Invoke<L>(L norm, L mark)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), lost = NearZero.Of(norm, L.Broadcast(smallest));
                return L.IfEqual(lost, zero, L.IfGreater(mark, zero, mark, zero), lost);
            }
        }

        // The ratio is at most 1. All are 0 if the largest is 0 or infinite, where the ratio is not defined.
        internal readonly struct PowerOfRatio(double p) : IBinaryMap
        {
            public L Invoke<L>(L size, L largest)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), power = L.Pow(size / largest, L.Broadcast(p));
                return L.IfEqual(largest, zero, zero, L.IfEqual(largest, L.Constant(double.PositiveInfinity), zero, Lane.UnlessNaN(size, power)));
            }
        }

        internal readonly struct RootTimes(double power) : IBinaryMap
        {
            public L Invoke<L>(L sum, L largest)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), infinity = L.Constant(double.PositiveInfinity), norm = largest * L.Pow(sum, L.Broadcast(power));
                return L.IfEqual(largest, zero, zero, L.IfEqual(largest, infinity, infinity, norm));
            }
        }

        internal readonly struct CarriedSlope(double power, double atZero) : ITernaryMap
        {
            public L Invoke<L>(L carried, L x, L norm)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), size = L.Abs(x) / norm, slope = Lane.WithSignOf(x, L.Pow(size, L.Broadcast(power)));
                L here = L.IfEqual(norm, zero, L.Broadcast(atZero), L.IfEqual(x, zero, zero, slope));
                return L.Absorb(carried, carried * here);
            }
        }

        internal readonly struct AtOrigin : ITernaryMap
        {
            public L Invoke<L>(L norm, L ofTangent, L derivative)
                where L : struct, ILane<L> => L.IfEqual(norm, L.Constant(0), ofTangent, derivative);
        }

        internal readonly struct SlopeMoved(double p) : IQuaternaryMap
        {
            public L Invoke<L>(L tangent, L x, L norm, L normTangent)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), ratio = x / norm, change = tangent - L.Absorb(normTangent, ratio * normTangent);
                L bend = L.Broadcast(p - 1) * L.Pow(L.Abs(ratio), L.Broadcast(p - 2)) / norm;
                return L.IfEqual(norm, zero, zero, L.Absorb(change, change * bend));
            }
        }
    }

    /// <summary>The exponents of norms.</summary>
    internal static class NormExponents
    {
        /// <summary>Throws unless there is a norm of an exponent.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1, or not a number.</exception>
        public static void Check(double p)
        {
            if (!(p >= 1))
                throw new ArgumentOutOfRangeException(nameof(p), p, string.Create(CultureInfo.InvariantCulture,
                    $"norm: an exponent of {p} was given; a norm has one of at least 1. Below 1, (Σ|x|ᵖ)^(1/p) is neither convex nor locally Lipschitz at 0."));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Norms of any exponent.</content>
    public static partial class Operations
    {
        /// <summary>
        /// ‖x‖ₚ of all elements, as a value of rank 0: <see cref="Norm1{T}(Var{T}, double?)"/>, <see cref="Norm2{T}(Var{T}, double?)"/> or
        /// <see cref="NormInfinity{T}(Var{T}, TieSelection?)"/> if p is 1, 2 or infinite. For other exponents the only kink is at the origin; the gradient
        /// selected there has the length of <see cref="Selections.Norm2AtZero"/> in the dual norm.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="p">The exponent, from 1 to ∞.</param>
        /// <exception cref="ArgumentOutOfRangeException">The exponent is below 1, or not a number.</exception>
        public static Var<T> Norm<T>(this Var<T> x, double p)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            NormExponents.Check(p);
            return p == 1 ? x.Norm1() : p == 2 ? x.Norm2() : double.IsPositiveInfinity(p) ? x.NormInfinity() : x.Apply(new PNorm<T>(p, null, false, null));
        }

        /// <summary>‖x‖ₚ over an axis; see <see cref="Norm{T}(Var{T}, double)"/>.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="p">The exponent, from 1 to ∞.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <exception cref="ArgumentOutOfRangeException">The exponent is below 1, or not a number.</exception>
        public static Var<T> Norm<T>(this Var<T> x, double p, int axis, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            NormExponents.Check(p);
            return p == 1 ? x.Norm1(axis, keepAxis)
                : p == 2 ? x.Norm2(axis, keepAxis)
                : double.IsPositiveInfinity(p) ? x.NormInfinity(axis, keepAxis)
                : x.Apply(new PNorm<T>(p, x.Shape.Axis(axis), keepAxis, null));
        }

        /// <summary>‖x‖ₚ over several axes; see <see cref="Norm{T}(Var{T}, double)"/>.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="p">The exponent, from 1 to ∞.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The exponent is below 1, or not a number; or the argument has no such axis.</exception>
        public static Var<T> Norm<T>(this Var<T> x, double p, ReadOnlySpan<int> axes, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "norm").Norm(p, SeveralAxes.Joined, false), x.Shape, axes, keepAxis);
    }
}
