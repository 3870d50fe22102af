using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A number that the engine's scalar tape records.</summary>
/// <param name="Number">The number.</param>
internal readonly record struct Recorded(Active Number) : IReal<Recorded>
{
    public double Value => Number.Value;

    public static Recorded Of(double value) => new(value);

    public static Recorded operator +(Recorded left, Recorded right) => new(left.Number + right.Number);

    public static Recorded operator +(Recorded left, double right) => new(left.Number + right);

    public static Recorded operator -(Recorded left, Recorded right) => new(left.Number - right.Number);

    public static Recorded operator -(double left, Recorded right) => new(left - right.Number);

    public static Recorded operator *(Recorded left, Recorded right) => new(left.Number * right.Number);

    public static Recorded operator *(Recorded left, double right) => new(left.Number * right);

    public static Recorded operator /(Recorded left, Recorded right) => new(left.Number / right.Number);

    public static Recorded operator /(double left, Recorded right) => new(left / right.Number);

    public static Recorded Sqrt(Recorded x) => new(Active.Sqrt(x.Number));

    public static Recorded Sin(Recorded x) => new(Active.Sin(x.Number));

    public static Recorded Cos(Recorded x) => new(Active.Cos(x.Number));
}
