namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>
/// A number on an <see cref="InnerTape{T}"/>: reverse mode over numbers that may carry derivatives themselves. The engine's own tapes hold slopes as plain
/// numbers and cannot stand within another derivative.
/// </summary>
/// <typeparam name="T">The numbers that values and slopes are made of.</typeparam>
/// <param name="Tape">The tape; null for a constant.</param>
/// <param name="Node">The place on the tape.</param>
/// <param name="Primal">The value.</param>
internal readonly record struct Taped<T>(InnerTape<T>? Tape, int Node, T Primal) : IScalar<Taped<T>>
    where T : struct, IScalar<T>
{
    public double Value => Primal.Value;

    public static Taped<T> Of(double value) => Constant(T.Of(value));

    /// <summary>A number that depends on no variable of the tape.</summary>
    /// <param name="primal">The number.</param>
    public static Taped<T> Constant(T primal) => new(null, 0, primal);

    public static Taped<T> operator +(Taped<T> left, Taped<T> right) => Of(left.Primal + right.Primal, left, T.Of(1), right, T.Of(1));

    public static Taped<T> operator +(Taped<T> left, double right) => Of(left.Primal + right, left, T.Of(1));

    public static Taped<T> operator -(Taped<T> left, Taped<T> right) => Of(left.Primal - right.Primal, left, T.Of(1), right, T.Of(-1));

    public static Taped<T> operator -(double left, Taped<T> right) => Of(left - right.Primal, right, T.Of(-1));

    public static Taped<T> operator *(Taped<T> left, Taped<T> right) => Of(left.Primal * right.Primal, left, right.Primal, right, left.Primal);

    public static Taped<T> operator *(Taped<T> left, double right) => Of(left.Primal * right, left, T.Of(right));

    public static Taped<T> operator /(Taped<T> left, Taped<T> right)
    {
        T quotient = left.Primal / right.Primal;
        return Of(quotient, left, 1 / right.Primal, right, quotient / right.Primal * -1);
    }

    public static Taped<T> operator /(double left, Taped<T> right)
    {
        T quotient = left / right.Primal;
        return Of(quotient, right, quotient / right.Primal * -1);
    }

    public static Taped<T> Sqrt(Taped<T> x)
    {
        T root = T.Sqrt(x.Primal);
        return Of(root, x, 1 / (root * 2));
    }

    public static Taped<T> Sin(Taped<T> x) => Of(T.Sin(x.Primal), x, T.Cos(x.Primal));

    public static Taped<T> Cos(Taped<T> x) => Of(T.Cos(x.Primal), x, T.Sin(x.Primal) * -1);

    private static Taped<T> Of(T value, Taped<T> input, T slope) => input.Tape is { } tape ? tape.Append(value, (input.Node, slope)) : Constant(value);

    private static Taped<T> Of(T value, Taped<T> first, T firstSlope, Taped<T> second, T secondSlope)
    {
        if (first.Tape is null)
            return Of(value, second, secondSlope);
        return second.Tape is null
            ? Of(value, first, firstSlope)
            : first.Tape.Append(value, (first.Node, firstSlope), (second.Node, secondSlope));
    }
}
