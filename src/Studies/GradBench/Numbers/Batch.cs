namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>One number of each of many like computations, in an array that the engine's tape records.</summary>
/// <param name="Elements">The numbers.</param>
internal readonly record struct Batch(Var<double> Elements) : IReal<Batch>
{
    public static Batch operator +(Batch left, Batch right) => new(left.Elements + right.Elements);

    public static Batch operator +(Batch left, double right) => new(left.Elements + right);

    public static Batch operator -(Batch left, Batch right) => new(left.Elements - right.Elements);

    public static Batch operator -(double left, Batch right) => new(left - right.Elements);

    public static Batch operator *(Batch left, Batch right) => new(left.Elements * right.Elements);

    public static Batch operator *(Batch left, double right) => new(left.Elements * right);

    public static Batch operator /(Batch left, Batch right) => new(left.Elements / right.Elements);

    public static Batch operator /(double left, Batch right) => new(left / right.Elements);

    public static Batch Sqrt(Batch x) => new(x.Elements.Sqrt());

    public static Batch Sin(Batch x) => new(x.Elements.Sin());

    public static Batch Cos(Batch x) => new(x.Elements.Cos());
}
