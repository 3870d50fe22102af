using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// a where x &gt; y, b elsewhere: a branch of a program, element by element, whose condition is recorded. Kinks where x = y: there b is taken, and along a direction the side on which x − y
/// moves. Where a and b differ at x = y the choice jumps, which is counted as a singularity.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct Choose<T> : IRule<T>, ICountsSingularities<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Chosen = 2;
    private const int Otherwise = 3;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("choose", TameClass.SemiAlgebraic) { IsSmooth = false, IsLocallyLipschitz = false };

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
        context.Device.Map2(default(IsGreater), context.Input(0), context.Input(1), isChosen);
        Pull(context, isChosen);
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        NDArray<T> isChosen = context.Rent(context.Cotangent.Shape);
        context.Device.Map4(default(MovesAbove), context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), isChosen);
        Pull(context, isChosen);
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        NDArray<T> isChosen = context.Rent(context.Output.Shape);
        context.Device.Map4(default(MovesAbove), context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), isChosen);
        context.Device.Map3(default(Either), isChosen, context.Tangent(Chosen), context.Tangent(Otherwise), context.OutputTangent);
        context.Return(isChosen);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear, away from the kinks.
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map2(default(Arithmetic.Equality), context.Input(0), context.Input(1), marks);
        return marks;
    }

    /// <inheritdoc/>
    public void CountSingularities(in KinkContext<T> context)
    {
        NDArray<T> jumps = context.Rent(context.Output.Shape);
        context.Device.Map4(default(Jump), context.Input(0), context.Input(1), context.Input(Chosen), context.Input(Otherwise), jumps);
        context.Count(default(Identity), jumps);
        context.Return(jumps);
    }

    /// <inheritdoc/>
    public void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<T> kinks = Kinks(context.Census);
        T[] marks = kinks.ToArray();
        context.Census.Return(kinks);
        if (Array.TrueForAll(marks, T.IsZero))
            return;
        T[] dx = context.Tangent(0).ToArray(), dy = context.Tangent(1).ToArray();
        int[] first = context.BroadcastElements(0), second = context.BroadcastElements(1);
        for (int element = 0; element < marks.Length; element++)
        {
            if (marks[element] != T.Zero)
                context.AddCombination((0, first[element]), 1, (1, second[element]), -1, double.CreateTruncating(dx[first[element]] - dy[second[element]]));
        }
    }

    private static void Pull(in PullbackContext<T> context, in NDArray<T> isChosen)
    {
        if (context.Needs(Chosen))
            Pull(context, Chosen, default(Arithmetic.Product), isChosen);
        if (context.Needs(Otherwise))
            Pull(context, Otherwise, default(Rest), isChosen);
        context.Return(isChosen);
    }

    private static void Pull<TMap>(in PullbackContext<T> context, int index, TMap map, in NDArray<T> isChosen)
        where TMap : struct, IBinaryMap
    {
        NDArray<T> full = context.Rent(context.Cotangent.Shape);
        context.Device.Map2(map, isChosen, context.Cotangent, full);
        context.AddSummed(index, full);
        context.Return(full);
    }

    internal readonly struct Choice : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L a, L b)
            where L : struct, ILane<L> => L.IfGreater(x, y, a, b);
    }

    internal readonly struct IsGreater : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, y, L.Constant(1), L.Constant(0));
    }

    internal readonly struct MovesAbove : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.IfEqual(x, y, L.IfGreater(dx, dy, L.Constant(1), L.Constant(0)), L.IfGreater(x, y, L.Constant(1), L.Constant(0)));
    }

    internal readonly struct Jump : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L a, L b)
            where L : struct, ILane<L> => L.IfEqual(x, y, L.IfEqual(a, b, L.Constant(0), L.Constant(1)), L.Constant(0));
    }

    internal readonly struct Either : ITernaryMap
    {
        public L Invoke<L>(L isChosen, L a, L b)
            where L : struct, ILane<L> => L.IfEqual(isChosen, L.Constant(0), b, a);
    }

    internal readonly struct Rest : IBinaryMap
    {
        public L Invoke<L>(L isChosen, L cotangent)
            where L : struct, ILane<L> => (L.Constant(1) - isChosen) * cotangent;
    }
}

/// <content>Recorded choices.</content>
public static partial class Operations
{
    /// <summary>a where x &gt; y, b elsewhere, element by element; all four broadcast. Unlike <see cref="Where{T}(in NDArray{T}, Var{T}, Var{T})"/> it knows its kinks, at x = y.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The left side of the comparison.</param>
    /// <param name="y">The right side.</param>
    /// <param name="chosen">a.</param>
    /// <param name="otherwise">b.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Var<T> ChooseWhereGreater<T>(this Var<T> x, Var<T> y, Var<T> chosen, Var<T> otherwise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(default(Choose<T>), [x, y, chosen, otherwise]);
}
