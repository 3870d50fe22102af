namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A number with its derivative along one direction: forward mode. Its parts may carry derivatives themselves, so that modes nest.</summary>
/// <typeparam name="T">The numbers that it is made of.</typeparam>
/// <param name="Primal">The number.</param>
/// <param name="Tangent">Its derivative.</param>
internal readonly record struct Dual<T>(T Primal, T Tangent) : IScalar<Dual<T>>
    where T : struct, IScalar<T>
{
    public double Value => Primal.Value;

    public static Dual<T> Of(double value) => Constant(T.Of(value));

    /// <summary>A number that does not move along the direction.</summary>
    /// <param name="primal">The number.</param>
    public static Dual<T> Constant(T primal) => new(primal, T.Of(0));

    public static Dual<T> operator +(Dual<T> left, Dual<T> right) => new(left.Primal + right.Primal, left.Tangent + right.Tangent);

    public static Dual<T> operator +(Dual<T> left, double right) => new(left.Primal + right, left.Tangent);

    public static Dual<T> operator -(Dual<T> left, Dual<T> right) => new(left.Primal - right.Primal, left.Tangent - right.Tangent);

    public static Dual<T> operator -(double left, Dual<T> right) => new(left - right.Primal, right.Tangent * -1);

    public static Dual<T> operator *(Dual<T> left, Dual<T> right) =>
        new(left.Primal * right.Primal, (left.Tangent * right.Primal) + (left.Primal * right.Tangent));

    public static Dual<T> operator *(Dual<T> left, double right) => new(left.Primal * right, left.Tangent * right);

    public static Dual<T> operator /(Dual<T> left, Dual<T> right)
    {
        T quotient = left.Primal / right.Primal;
        return new(quotient, (left.Tangent - (quotient * right.Tangent)) / right.Primal);
    }

    public static Dual<T> operator /(double left, Dual<T> right)
    {
        T quotient = left / right.Primal;
        return new(quotient, quotient * right.Tangent / right.Primal * -1);
    }

    public static Dual<T> Sqrt(Dual<T> x)
    {
        T root = T.Sqrt(x.Primal);
        return new(root, x.Tangent / (root * 2));
    }

    public static Dual<T> Sin(Dual<T> x) => new(T.Sin(x.Primal), T.Cos(x.Primal) * x.Tangent);

    public static Dual<T> Cos(Dual<T> x) => new(T.Cos(x.Primal), T.Sin(x.Primal) * x.Tangent * -1);
}
