using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Concatenates arrays along an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    public readonly struct Concatenate<T>(int axis) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("concatenate", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape first = recording.Input(0).Shape;
            int extent = 0;
            for (int input = 0; input < recording.InputCount; input++)
            {
                Shape shape = recording.Input(input).Shape;
                if (shape.Rank != first.Rank || shape.With(axis, 0) != first.With(axis, 0))
                    throw new ArgumentException(
                        $"concatenate: part {input} has shape {shape}, which differs from part 0's {first} elsewhere than along axis {axis}.");
                extent = checked(extent + shape[axis]);
            }

            NDArray<T> y = recording.Rent(first.With(axis, extent));
            int start = 0;
            for (int input = 0; input < recording.InputCount; input++)
            {
                NDArray<T> x = recording.Input(input);
                recording.Device.Copy(x, y.Slice(axis, start, x.Shape[axis]));
                start += x.Shape[axis];
            }

            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            int start = 0;
            for (int input = 0; input < context.InputCount; input++)
            {
                int length = context.Input(input).Shape[axis];
                if (context.Needs(input))
                {
                    NDArray<T> target = context.InputCotangent(input, out bool accumulate);
                    context.Device.Copy(context.Cotangent.Slice(axis, start, length), target, accumulate);
                }

                start += length;
            }
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            int start = 0;
            for (int earlier = 0; earlier < input; earlier++)
                start += node.Input(earlier).Shape[axis];
            int[] strides = Dependence.RowMajor(node.Output.Shape);
            return Dependence.Contributions(Dependence.Strided(node.Input(input).Shape, strides, start * strides[axis]), node.Output.Shape);
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            Var<T>[] parts = new Var<T>[of.InputCount];
            for (int input = 0; input < parts.Length; input++)
                parts[input] = of.All(input);
            return of.Tape.Record(new Concatenate<T>(axis + 1), parts);
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            int start = 0;
            for (int input = 0; input < context.InputCount; input++)
            {
                int length = context.Input(input).Shape[axis];
                context.Device.Copy(context.Tangent(input), context.OutputTangent.Slice(axis, start, length));
                start += length;
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Joining arrays.</content>
    public static partial class Operations
    {
        /// <summary>Concatenates arrays along an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="parts">The arrays, at least one; they must have equal extents along the other axes.</param>
        /// <exception cref="ArgumentException">There are no parts, or their shapes do not fit.</exception>
        public static Var<T> Concatenate<T>(int axis, params ReadOnlySpan<Var<T>> parts)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (parts.IsEmpty)
                throw new ArgumentException("concatenate: no parts were given; at least one is needed.", nameof(parts));
            return parts[0].Tape.Record(new Concatenate<T>(parts[0].Shape.Axis(axis)), parts);
        }
    }
}
