using System.Buffers;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>Interpolates along one axis: each value is a weighted sum of values at up to four fixed positions.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public struct Interpolate<T> : ILinearRule<T>, IHasCurvature, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int axis;
        private readonly InterpolationAxis along;
        private NDArray<int> positions;
        private Shape lanes;

        internal Interpolate(int axis, InterpolationAxis along)
        {
            this.axis = axis;
            this.along = along;
        }

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("interpolate", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Affine,
        };

        /// <inheritdoc/>
        public readonly Curvature Curvature => Curvature.Affine;

        /// <inheritdoc/>
        public readonly Monotonicity Monotonicity => along.Mode == InterpolationMode.Cubic ? Monotonicity.Unknown : Monotonicity.Increasing;

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.ContiguousInput(0);
            if (x.Shape.Rank <= axis || x.Shape[axis] != along.Input || along.Input < 1)
                throw new ArgumentException($"interpolate: axis {axis} of shape {x.Shape} was to have {along.Input} positions, at least 1.");
            lanes = new ReducedAxes(axis, true).Lanes(x.Shape);
            int taps = along.Taps;
            positions = recording.RentIndices(Shape.Of(taps, along.Output));
            int[] host = ArrayPool<int>.Shared.Rent(taps * along.Output);
            for (int i = 0; i < taps * along.Output; i++)
                host[i] = along.Tap(i % along.Output, i / along.Output).Position;
            positions.CopyFrom(host.AsSpan(0, taps * along.Output));
            ArrayPool<int>.Shared.Return(host);
            NDArray<T> y = recording.Rent(x.Shape.With(axis, along.Output));
            InFloat.Compute(recording.Device, new Gathered(this), y, false, x);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) => InFloat.Pull(context, new Scattered(this), context.Cotangent);

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new Interpolate<T>(axis + 1, along));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            InFloat.Move(context, new Gathered(this), dx);
            context.ReturnCopy(copy);
        }

        // The weights of one position of every value, [output, 1].
        private readonly void Weigh<W>(in NDArray<W> weights, int tap)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            W[] host = ArrayPool<W>.Shared.Rent(along.Output);
            for (int output = 0; output < along.Output; output++)
                host[output] = W.CreateTruncating(along.Tap(output, tap).Weight);
            weights.CopyFrom(host.AsSpan(0, along.Output));
            ArrayPool<W>.Shared.Return(host);
        }

        // [outer, extent, inner] as [extent, outer, inner], and back.
        private readonly NDArray<W> Rows<W>(in NDArray<W> array, int extent)
            where W : unmanaged => array.Reshape(Shape.Of(lanes[0], extent, lanes[2])).Permute([1, 0, 2]);

        private readonly struct Gathered(Interpolate<T> rule) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                InterpolationAxis along = rule.along;
                int length = rule.lanes[0] * rule.lanes[2];
                NDArray<W> rows = device.Allocate<W>(Shape.Of(along.Input, rule.lanes[0], rule.lanes[2])),
                    read = device.Allocate<W>(Shape.Of(along.Output, length)), sum = read, weights = default;
                device.Copy(rule.Rows(inputs[0], along.Input), rows);
                NDArray<W> table = rows.Reshape(Shape.Of(along.Input, length));
                if (along.Taps > 1)
                {
                    sum = device.Allocate<W>(read.Shape);
                    weights = device.Allocate<W>(Shape.Of(along.Output, 1));
                }

                for (int tap = 0; tap < along.Taps; tap++)
                {
                    device.GatherRows(table, rule.positions.Slice(0, tap, 1).Reshape(Shape.Of(along.Output)), read);
                    if (along.Taps == 1)
                        break;
                    rule.Weigh(weights, tap);
                    device.Map2(default(Weighted), read, weights, sum, tap > 0);
                }

                device.Copy(sum.Reshape(Shape.Of(along.Output, rule.lanes[0], rule.lanes[2])),
                    rule.Rows(destination, along.Output), accumulate);
                if (along.Taps > 1)
                {
                    device.Return(weights);
                    device.Return(sum);
                }

                device.Return(read);
                device.Return(rows);
            }
        }

        private readonly struct Scattered(Interpolate<T> rule) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                InterpolationAxis along = rule.along;
                int length = rule.lanes[0] * rule.lanes[2];
                NDArray<W> rows = device.Allocate<W>(Shape.Of(along.Output, rule.lanes[0], rule.lanes[2])),
                    sum = device.Allocate<W>(Shape.Of(along.Input, length)), part = default, weights = default;
                device.Copy(rule.Rows(inputs[0], along.Output), rows);
                NDArray<W> cotangents = rows.Reshape(Shape.Of(along.Output, length));
                if (along.Taps > 1)
                {
                    part = device.Allocate<W>(cotangents.Shape);
                    weights = device.Allocate<W>(Shape.Of(along.Output, 1));
                }

                for (int tap = 0; tap < along.Taps; tap++)
                {
                    if (along.Taps > 1)
                    {
                        rule.Weigh(weights, tap);
                        device.Map2(default(Weighted), cotangents, weights, part);
                    }

                    device.ScatterAddRows(along.Taps > 1 ? part : cotangents, rule.positions.Slice(0, tap, 1).Reshape(Shape.Of(along.Output)), sum, tap > 0);
                }

                device.Copy(sum.Reshape(Shape.Of(along.Input, rule.lanes[0], rule.lanes[2])), rule.Rows(destination, along.Input), accumulate);
                if (along.Taps > 1)
                {
                    device.Return(weights);
                    device.Return(part);
                }

                device.Return(sum);
                device.Return(rows);
            }
        }

        // What has no weight is not read, infinite or not.
        internal readonly struct Weighted : IBinaryMap
        {
            public L Invoke<L>(L x, L weight)
                where L : struct, ILane<L> => L.IfEqual(weight, L.Constant(0), L.Constant(0), x * weight);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Interpolation of sequences, images and volumes.</content>
    public static partial class Operations
    {
        /// <summary>Interpolates sequences, images or volumes to given extents, axis by axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, …].</param>
        /// <param name="size">The extent of each axis after the channels.</param>
        /// <param name="mode">How values between positions are interpolated.</param>
        /// <param name="alignCorners">
        /// Whether the first and last positions of input and output coincide, for linear and cubic interpolation; otherwise their outer borders do.
        /// </param>
        /// <returns>[batch, channels, size …].</returns>
        /// <exception cref="ArgumentException">The sizes do not fit the shape, are below 1, or an axis is empty.</exception>
        public static Var<T> Interpolate<T>(this Var<T> x, ReadOnlySpan<int> size, InterpolationMode mode = InterpolationMode.Nearest,
            bool alignCorners = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            CheckInterpolation(x.Shape, size.Length, mode, alignCorners);
            Var<T> result = x;
            for (int axis = 2; axis < x.Shape.Rank; axis++)
            {
                if (size[axis - 2] < 1)
                    throw new ArgumentException($"interpolate: a size of {size[axis - 2]} was given for axis {axis} of shape {x.Shape}; it is at least 1.",
                        nameof(size));
                result = result.Interpolated(axis, InterpolationAxis.Of(x.Shape[axis], size[axis - 2], null, mode, alignCorners));
            }

            return result;
        }

        /// <summary>Interpolates sequences, images or volumes by given factors, axis by axis; extents are rounded down.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, …].</param>
        /// <param name="scale">The factor of each axis after the channels.</param>
        /// <param name="mode">How values between positions are interpolated.</param>
        /// <param name="alignCorners">
        /// Whether the first and last positions of input and output coincide, for linear and cubic interpolation; otherwise positions are divided by the factor
        /// itself, even where the extent was rounded.
        /// </param>
        /// <returns>[batch, channels, ⌊extent·scale⌋ …].</returns>
        /// <exception cref="ArgumentException">The factors do not fit the shape, are not positive and finite, or leave nothing of an axis.</exception>
        public static Var<T> InterpolateBy<T>(this Var<T> x, ReadOnlySpan<double> scale, InterpolationMode mode = InterpolationMode.Nearest,
            bool alignCorners = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            CheckInterpolation(x.Shape, scale.Length, mode, alignCorners);
            Var<T> result = x;
            for (int axis = 2; axis < x.Shape.Rank; axis++)
            {
                double factor = scale[axis - 2], extent = Math.Floor(x.Shape[axis] * factor);
                if (!(factor > 0) || !(extent is >= 1 and <= int.MaxValue))
                    throw new ArgumentException(
                        $"interpolate: a factor of {factor} was given for axis {axis} of shape {x.Shape}; it is positive and leaves at least one position.",
                        nameof(scale));
                result = result.Interpolated(axis, InterpolationAxis.Of(x.Shape[axis], (int)extent, factor, mode, alignCorners));
            }

            return result;
        }

        private static Var<T> Interpolated<T>(this Var<T> x, int axis, InterpolationAxis along)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => along.IsIdentity ? x : x.Apply(new Interpolate<T>(axis, along));

        private static void CheckInterpolation(in Shape shape, int numbers, InterpolationMode mode, bool alignCorners)
        {
            if (shape.Rank < 3 || numbers != shape.Rank - 2)
                throw new ArgumentException(
                    $"interpolate: {numbers} number(s) were given for shape {shape}; it must be [batch, channels, …] with one number for each further axis.");
            for (int axis = 2; axis < shape.Rank; axis++)
            {
                if (shape[axis] < 1)
                    throw new ArgumentException($"interpolate: axis {axis} of shape {shape} is empty; there is nothing to interpolate.");
            }

            if (!Enum.IsDefined(mode))
                throw new ArgumentException($"interpolate: {mode} is no mode of interpolation.", nameof(mode));
            if (alignCorners && mode is (InterpolationMode.Nearest or InterpolationMode.NearestExact))
                throw new ArgumentException("interpolate: corners are aligned by linear and cubic interpolation only.", nameof(alignCorners));
        }
    }
}
