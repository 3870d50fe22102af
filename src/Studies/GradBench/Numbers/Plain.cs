namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A plain number.</summary>
/// <param name="Value">Its value.</param>
internal readonly record struct Plain(double Value) : IReal<Plain>
{
    public static Plain operator +(Plain left, Plain right) => new(left.Value + right.Value);

    public static Plain operator +(Plain left, double right) => new(left.Value + right);

    public static Plain operator -(Plain left, Plain right) => new(left.Value - right.Value);

    public static Plain operator -(double left, Plain right) => new(left - right.Value);

    public static Plain operator *(Plain left, Plain right) => new(left.Value * right.Value);

    public static Plain operator *(Plain left, double right) => new(left.Value * right);

    public static Plain operator /(Plain left, Plain right) => new(left.Value / right.Value);

    public static Plain operator /(double left, Plain right) => new(left / right.Value);

    public static Plain Sqrt(Plain x) => new(Math.Sqrt(x.Value));

    public static Plain Sin(Plain x) => new(Math.Sin(x.Value));

    public static Plain Cos(Plain x) => new(Math.Cos(x.Value));
}
