using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Pads an array with a constant before and after it along each axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="before">The number of positions before the array for each axis; a shape used as a list.</param>
    /// <param name="after">The number of positions after the array for each axis.</param>
    /// <param name="value">The constant.</param>
    public readonly struct Pad<T>(Shape before, Shape after, double value) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("pad", TameClass.Polynomial)
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
            NDArray<T> x = recording.Input(0);
            Shape padded = x.Shape;
            for (int axis = 0; axis < padded.Rank; axis++)
                padded = padded.With(axis, checked(before[axis] + padded[axis] + after[axis]));
            NDArray<T> y = recording.Rent(padded);
            recording.Device.Fill(y, T.CreateTruncating(value));
            recording.Device.Copy(x, Inner(y, x.Shape));
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.Copy(Inner(context.Cotangent, target.Shape), target, accumulate);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            int[] strides = Dependence.RowMajor(node.Output.Shape);
            int offset = 0;
            for (int axis = 0; axis < strides.Length; axis++)
                offset += before[axis] * strides[axis];
            return Dependence.Contributions(Dependence.Strided(node.Input(0).Shape, strides, offset), node.Output.Shape);
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new Pad<T>(Examples<T>.Led(0, before), Examples<T>.Led(0, after), value));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            context.Device.Fill(context.OutputTangent, T.Zero);
            context.Device.Copy(context.Tangent(0), Inner(context.OutputTangent, context.Input(0).Shape));
        }

        private NDArray<T> Inner(NDArray<T> padded, in Shape inner)
        {
            for (int axis = 0; axis < inner.Rank; axis++)
                padded = padded.Slice(axis, before[axis], inner[axis]);
            return padded;
        }
    }
}

namespace ConservativeAD
{
    /// <content>Padding.</content>
    public static partial class Operations
    {
        /// <summary>Pads the array with a constant before and after it along the last axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="before">The number of positions before the array for each of the last axes.</param>
        /// <param name="after">The number of positions after the array for each of the same axes.</param>
        /// <param name="value">The constant.</param>
        /// <exception cref="ArgumentException">The lists differ in length, are longer than the argument's number of axes, or contain a negative
        /// number.</exception>
        public static Var<T> Pad<T>(this Var<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int rank = x.Shape.Rank;
            if (before.Length != after.Length || before.Length > rank)
                throw new ArgumentException(
                    $"pad: {before.Length} widths before and {after.Length} after were given for shape {x.Shape}; give equally many, at most {rank}.");
            Span<int> fullBefore = stackalloc int[rank], fullAfter = stackalloc int[rank];
            fullBefore.Clear();
            fullAfter.Clear();
            before.CopyTo(fullBefore[(rank - before.Length)..]);
            after.CopyTo(fullAfter[(rank - after.Length)..]);
            if (fullBefore.ContainsAnyExceptInRange(0, int.MaxValue) || fullAfter.ContainsAnyExceptInRange(0, int.MaxValue))
                throw new ArgumentException(
                    $"pad: widths of [{string.Join(", ", before.ToArray())}] before and [{string.Join(", ", after.ToArray())}] after were given; none may "
                        + $"be negative (slice takes positions away).");
            return x.Apply(new Pad<T>(new Shape(fullBefore), new Shape(fullAfter), value));
        }
    }
}
