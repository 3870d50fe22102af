using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// x where a condition holds, y elsewhere. The condition is data: no derivative passes through it, so that a program which computes it from its inputs
/// branches, as with an if, and is continuous only if its branches meet.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="condition">Not 0 where x is taken.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct Where<T>(NDArray<T> condition) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NDArray<T> condition = condition;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("where", TameClass.SemiAlgebraic);

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0), y = recording.Input(1);
        NDArray<T> z = recording.Rent(Shape.Broadcast(condition.Shape, Shape.Broadcast(x.Shape, y.Shape, Facts.Name), Facts.Name));
        recording.Device.Map3(default(Choose), condition, x, y, z);
        return z;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (context.Needs(0))
            Pull(context, 0, default(FirstOnly));
        if (context.Needs(1))
            Pull(context, 1, default(SecondOnly));
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear, given the condition.
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context) => context.Device.Map3(default(Choose), condition, context.Tangent(0), context.Tangent(1), context.OutputTangent);

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context) => default;

    private void Pull<TMap>(in PullbackContext<T> context, int index, TMap map)
        where TMap : struct, IBinaryMap
    {
        NDArray<T> cotangent = context.Cotangent;
        if (context.Input(index).Shape == cotangent.Shape)
        {
            NDArray<T> target = context.InputCotangent(index, out bool accumulate);
            context.Device.Map2(map, condition, cotangent, target, accumulate);
            return;
        }

        NDArray<T> full = context.Rent(cotangent.Shape);
        context.Device.Map2(map, condition, cotangent, full);
        context.AddSummed(index, full);
        context.Return(full);
    }

    internal readonly struct Choose : ITernaryMap
    {
        public L Invoke<L>(L condition, L x, L y)
            where L : struct, ILane<L> => L.IfEqual(condition, L.Constant(0), y, x);
    }

    internal readonly struct FirstOnly : IBinaryMap
    {
        public L Invoke<L>(L condition, L cotangent)
            where L : struct, ILane<L> => L.IfEqual(condition, L.Constant(0), L.Constant(0), cotangent);
    }

    internal readonly struct SecondOnly : IBinaryMap
    {
        public L Invoke<L>(L condition, L cotangent)
            where L : struct, ILane<L> => L.IfEqual(condition, L.Constant(0), cotangent, L.Constant(0));
    }
}

/// <content>Choices.</content>
public static partial class Operations
{
    /// <summary>x where the condition is not 0, y where it is; all three broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="condition">Numbers that stand for true (not 0) and false (0); data, without derivative.</param>
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
    /// <exception cref="ArgumentException">The shapes do not broadcast, or there are more or fewer conditions.</exception>
    public static Var<T> Where<T>(ReadOnlySpan<bool> condition, Var<T> x, Var<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = Shape.Broadcast(x.Shape, y.Shape, "where");
        if (condition.Length != shape.Count)
            throw new ArgumentException($"where: {condition.Length} conditions were given for values that broadcast to {shape}; there must be {shape.Count}.", nameof(condition));
        T[] numbers = new T[condition.Length];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = condition[i] ? T.One : T.Zero;
        return Where(x.Tape.Constant(shape, numbers).Value, x, y);
    }

    /// <summary>1 where x &gt; y, 0 elsewhere, as data: a condition for <see cref="Where{T}(in NDArray{T}, Var{T}, Var{T})"/>. The memory lasts until the tape is reset.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The left side.</param>
    /// <param name="y">The right side; the shapes broadcast.</param>
    public static NDArray<T> IsGreater<T>(this Var<T> x, Var<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.Tape.Check(y);
        NDArray<T> result = x.Tape.RentUntilReset(Shape.Broadcast(x.Shape, y.Shape, "is greater"));
        x.Tape.Device.Map2(default(Greater), x.Value, y.Value, result);
        return result;
    }

    internal readonly struct Greater : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, y, L.Constant(1), L.Constant(0));
    }
}
