using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// a where x &gt; y, b elsewhere: an elementwise branch of a program whose condition is recorded. The kinks are where x = y; b is taken there, or along a
    /// direction the side to which x − y moves. If a and b differ at x = y, the result jumps, which counts as a singularity.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    public readonly struct Choose<T> : IPiecewiseLinearRule<T>, IMarksObstacles<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int Chosen = 2;
        private const int Otherwise = 3;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("choose", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            IsLocallyLipschitz = false
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape condition = Shape.Broadcast(recording.Input(0).Shape, recording.Input(1).Shape, Facts.Name);
            Shape choices = Shape.Broadcast(recording.Input(Chosen).Shape, recording.Input(Otherwise).Shape, Facts.Name);
            NDArray<T> z = recording.Rent(Shape.Broadcast(condition, choices, Facts.Name));
            recording.Device.Map4(default(Choice), recording.Input(0), recording.Input(1), recording.Input(Chosen), recording.Input(Otherwise), z);
            return z;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            NDArray<T> isChosen = context.Rent(context.Cotangent.Shape);
            context.Device.Map2(default(Masks.IsGreater), context.Input(0), context.Input(1), isChosen);
            Pull(context, isChosen);
        }

        /// <inheritdoc/>
        public void LockedPullback(in PullbackContext<T> context)
        {
            NDArray<T> isChosen = context.Rent(context.Cotangent.Shape);
            context.Device.Map4(default(MovesAbove), context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), isChosen);
            Pull(context, isChosen);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            int rank = of.Output.Rank;
            return of.Tape.Record(this, [of.Aligned(0, rank), of.Aligned(1, rank), of.Aligned(2, rank), of.Aligned(3, rank)]);
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            NDArray<T> isChosen = context.Rent(context.Output.Shape);
            context.Device.Map4(default(MovesAbove), context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), isChosen);
            context.Device.Map3(default(Masks.Either), isChosen, context.Tangent(Chosen), context.Tangent(Otherwise), context.OutputTangent);
            context.Return(isChosen);
        }

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            context.Device.Map2(default(Arithmetic.Equality), context.Input(0), context.Input(1), marks);
            return marks;
        }

        /// <inheritdoc/>
        public NDArray<T> Obstacles(in KinkContext<T> context)
        {
            NDArray<T> jumps = context.Rent(context.Output.Shape);
            context.Device.Map4(default(Jump), context.Input(0), context.Input(1), context.Input(Chosen), context.Input(Otherwise), jumps);
            return jumps;
        }

        // The compared values affect every element; where they are equal, a nearby point may take either branch.
        void IPassesReach<T>.PassReach(in PullbackContext<T> context)
        {
            for (int compared = 0; compared < Chosen; compared++)
            {
                if (context.Needs(compared))
                    context.AddSummed(compared, context.Cotangent);
            }

            NDArray<T> isChosen = context.Rent(context.Cotangent.Shape);
            context.Device.Map2(default(IsNotLess), context.Input(0), context.Input(1), isChosen);
            Masks.PullWhereTrue(context, Chosen, isChosen);
            context.Device.Map2(default(Masks.IsGreater), context.Input(0), context.Input(1), isChosen);
            Masks.PullWhereFalse(context, Otherwise, isChosen);
            context.Return(isChosen);
        }

        /// <inheritdoc/>
        public void SwitchingForms(in SwitchingContext<T> context)
        {
            NDArray<T> kinks = Kinks(context.Census);
            context.AddCombinations(kinks, 1, -1);
            context.Census.Return(kinks);
        }

        private static void Pull(in PullbackContext<T> context, in NDArray<T> isChosen)
        {
            Masks.PullWhereTrue(context, Chosen, isChosen);
            Masks.PullWhereFalse(context, Otherwise, isChosen);
            context.Return(isChosen);
        }

        internal readonly struct Choice : IQuaternaryMap
        {
            public L Invoke<L>(L x, L y, L a, L b)
                where L : struct, ILane<L> => L.IfGreater(x, y, a, b);
        }

        internal readonly struct IsNotLess : IBinaryMap
        {
            public L Invoke<L>(L x, L y)
                where L : struct, ILane<L> => L.IfGreater(y, x, L.Constant(0), L.Constant(1));
        }

        internal readonly struct MovesAbove : IQuaternaryMap
        {
            public L Invoke<L>(L x, L y, L dx, L dy)
                where L : struct, ILane<L> =>
                    L.IfEqual(x, y, L.IfGreater(dx, dy, L.Constant(1), L.Constant(0)), L.IfGreater(x, y, L.Constant(1), L.Constant(0)));
        }

        internal readonly struct Jump : IQuaternaryMap
        {
            public L Invoke<L>(L x, L y, L a, L b)
                where L : struct, ILane<L> => L.IfEqual(x, y, L.IfEqual(a, b, L.Constant(0), L.Constant((double)ObstacleKind.Jump)), L.Constant(0));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Recorded choices.</content>
    public static partial class Operations
    {
        /// <summary>
        /// a where x &gt; y, b elsewhere, elementwise; all four broadcast. Unlike <see cref="Where{T}(in NDArray{T}, Var{T}, Var{T})"/> it knows its kinks, at
        /// x = y.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The left side of the comparison.</param>
        /// <param name="y">The right side.</param>
        /// <param name="chosen">a.</param>
        /// <param name="otherwise">b.</param>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Var<T> ChooseWhereGreater<T>(this Var<T> x, Var<T> y, Var<T> chosen, Var<T> otherwise)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(default(Choose<T>), [x, y, chosen, otherwise]);
    }
}
