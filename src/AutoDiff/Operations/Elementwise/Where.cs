using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x where a condition holds, y elsewhere. The condition is constant: no derivative passes through it. A program that computes it from its inputs branches,
    /// as with an if, and is continuous only if its branches meet.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="condition">Nonzero where x is taken.</param>
    public struct Where<T>(NDArray<T> condition) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> condition = condition;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("where", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Input(1);
            NDArray<T> z = recording.Rent(Shape.Broadcast(condition.Shape, Shape.Broadcast(x.Shape, y.Shape, Facts.Name), Facts.Name));
            condition = recording.Keep(condition);
            recording.Device.Map3(default(Masks.Either), condition, x, y, z);
            return z;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            Masks.PullWhereTrue(context, 0, condition);
            Masks.PullWhereFalse(context, 1, condition);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) =>
            of.Tape.Record(new Where<T>(condition), of.Aligned(0, of.Output.Rank), of.Aligned(1, of.Output.Rank));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) =>
            context.Device.Map3(default(Masks.Either), condition, context.Tangent(0), context.Tangent(1), context.OutputTangent);
    }
}

namespace ConservativeAD
{
    /// <content>Choices.</content>
    public static partial class Operations
    {
        /// <summary>x where the condition is nonzero, y elsewhere; all three broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="condition">Nonzero for true, 0 for false; a constant without derivative.</param>
        /// <param name="x">Taken where the condition holds.</param>
        /// <param name="y">Taken elsewhere.</param>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Var<T> Where<T>(in NDArray<T> condition, Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new Where<T>(condition), x, y);

        /// <summary>x where the condition holds, y elsewhere.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="condition">In row-major order, one for every element of the shape to which x and y broadcast.</param>
        /// <param name="x">Taken where the condition holds.</param>
        /// <param name="y">Taken elsewhere.</param>
        /// <exception cref="ArgumentException">The shapes do not broadcast, or the number of conditions is wrong.</exception>
        public static Var<T> Where<T>(ReadOnlySpan<bool> condition, Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = Shape.Broadcast(x.Shape, y.Shape, "where");
            if (condition.Length != shape.Count)
                throw new ArgumentException(
                    $"where: {condition.Length} conditions were given for values that broadcast to {shape}; there must be {shape.Count}.", nameof(condition));
            T[] numbers = new T[condition.Length];
            for (int i = 0; i < numbers.Length; i++)
                numbers[i] = condition[i] ? T.One : T.Zero;
            return Where(x.Tape.Constant(shape, numbers).Value, x, y);
        }

        /// <summary>
        /// 1 where x &gt; y, 0 elsewhere, as a constant: a condition for <see cref="Where{T}(in NDArray{T}, Var{T}, Var{T})"/>. The memory lasts until the tape
        /// is reset.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The left side.</param>
        /// <param name="y">The right side; the shapes broadcast.</param>
        public static NDArray<T> IsGreater<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            x.Tape.Check(y);
            NDArray<T> result = x.Tape.Contents.Memory.Rent(Shape.Broadcast(x.Shape, y.Shape, "is greater"));
            x.Tape.Device.Map2(default(Masks.IsGreater), x.Value, y.Value, result);
            x.Tape.Branches.NoteMask(x.Node, y.Node);
            return result;
        }
    }
}
