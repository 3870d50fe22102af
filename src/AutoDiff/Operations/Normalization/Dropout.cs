using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// Sets elements to 0 with probability p and divides the others by 1 − p (inverted dropout; Srivastava et al., JMLR 2014). Linear for given random numbers.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="probability">p.</param>
    /// <param name="random">The stream of random numbers.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    /// <param name="counter">The counter that supplies the index at each run instead, or null.</param>
    public struct Dropout<T>(double probability, Philox random, ulong offset, DrawCounter? counter = null) : ILinearRule<T>, IKnowsDependence<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private ulong offset = offset;
        private NDArray<T> mask;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("dropout", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
            if (counter is not null && !recording.IsRecomputation)
                offset = counter.Take(x.Count);
            mask = recording.Rent(x.Shape);
            recording.Device.DropoutMask(random, mask, probability, offset);
            recording.Device.Map2(default(Kept), x, mask, y);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.Map2(default(Kept), context.Cotangent, mask, target, accumulate);
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape);

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => context.Device.Map2(default(Kept), context.Tangent(0), mask, context.OutputTangent);

        // A dropped element is 0 even if it was NaN or infinite.
        internal readonly struct Kept : IBinaryMap
        {
            public L Invoke<L>(L x, L mask)
                where L : struct, ILane<L> => L.IfEqual(mask, L.Constant(0), L.Constant(0), x * mask);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Dropout.</content>
    public static partial class Operations
    {
        /// <summary>Sets elements to 0 with probability p and divides the others by 1 − p.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="probability">p; at least 0 and at most 1.</param>
        /// <param name="random">The stream of random numbers; use a different one for every call.</param>
        /// <param name="offset">The index in the stream of the first element.</param>
        public static Var<T> Dropout<T>(this Var<T> x, double probability, Philox random, ulong offset = 0)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (!(probability is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(probability), probability,
                    $"dropout: a probability of {probability} was given; it must lie between 0 and 1.");
            return x.Apply(new Dropout<T>(probability, random, offset));
        }

        /// <summary>Sets elements to 0 with probability p and divides the others by 1 − p; the choice differs at each run.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="probability">p; at least 0 and at most 1.</param>
        /// <param name="random">The stream of random numbers.</param>
        /// <param name="counter">The count of numbers taken from the stream; this run adds its own.</param>
        public static Var<T> Dropout<T>(this Var<T> x, double probability, Philox random, DrawCounter counter)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(counter);
            if (!(probability is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(probability), probability,
                    $"dropout: a probability of {probability} was given; it must lie between 0 and 1.");
            return x.Apply(new Dropout<T>(probability, random, 0, counter));
        }
    }
}
