using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The same elements in another shape: a view if the input is contiguous, otherwise a copy.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">The new shape, with the same number of elements.</param>
    public readonly struct Reshape<T>(Shape shape) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("reshape", TameClass.Polynomial)
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
            if (shape.Count != recording.Input(0).Count)
                throw new ArgumentException(
                    $"reshape: a value of shape {recording.Input(0).Shape} has {recording.Input(0).Count} elements and cannot take shape {shape}, which has "
                        + $"{shape.Count}.");
            return recording.ContiguousInput(0).Reshape(shape);
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.Copy(context.Cotangent, target.Reshape(shape), accumulate);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            Dependence.Elements(Dependence.Counted(node.Output.Count), node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Shaped(of[0]);

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            NDArray<T> target = context.OutputTangent;
            context.Device.Copy(context.Tangent(0), target.Reshape(context.Input(0).Shape));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Other shapes of the same elements.</content>
    public static partial class Operations
    {
        /// <summary>The same elements, in row-major order, in another shape.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="shape">The new shape; one extent may be −1 and is then computed from the others.</param>
        /// <exception cref="ArgumentException">The number of elements differs, or more than one extent is −1.</exception>
        public static Var<T> Reshape<T>(this Var<T> x, params ReadOnlySpan<int> shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<int> extents = stackalloc int[shape.Length];
            int open = -1;
            long known = 1;
            for (int axis = 0; axis < shape.Length; axis++)
            {
                extents[axis] = shape[axis];
                if (shape[axis] != -1)
                    known *= shape[axis];
                else if (open < 0)
                    open = axis;
                else
                    throw new ArgumentException($"reshape: [{string.Join(", ", shape.ToArray())}] leaves more than one extent open; at most one may be -1.",
                        nameof(shape));
            }

            if (open >= 0)
            {
                if (known == 0 || x.Shape.Count % known != 0)
                    throw new ArgumentException(
                        $"reshape: the {x.Shape.Count} elements of shape {x.Shape} cannot be divided into [{string.Join(", ", shape.ToArray())}].",
                            nameof(shape));
                extents[open] = (int)(x.Shape.Count / known);
            }

            return x.Apply(new Reshape<T>(new Shape(extents)));
        }

        /// <summary>Joins all axes from a given one on into one.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="firstAxis">The first axis to join; negative counts from the end.</param>
        public static Var<T> Flatten<T>(this Var<T> x, int firstAxis = 1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = x.Shape;
            firstAxis = shape.Axis(firstAxis);
            Span<int> extents = stackalloc int[firstAxis + 1];
            extents[firstAxis] = 1;
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                if (axis < firstAxis)
                    extents[axis] = shape[axis];
                else
                    extents[firstAxis] *= shape[axis];
            }

            return x.Apply(new Reshape<T>(new Shape(extents)));
        }
    }
}
