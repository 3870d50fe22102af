using System.Numerics;

namespace ConservativeAD;

/// <content>Operators with a plain number on one side. The number is an attribute of the recorded rule, not a value on the tape.</content>
public readonly partial struct Var<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>−x, elementwise.</summary>
    /// <param name="x">The argument.</param>
    public static Var<T> operator -(Var<T> x) => x.Negate();

    /// <summary>x + c, elementwise.</summary>
    /// <param name="x">The argument.</param>
    /// <param name="c">The number.</param>
    public static Var<T> operator +(Var<T> x, T c) => x.Shift(double.CreateTruncating(c));

    /// <summary>c + x, elementwise.</summary>
    /// <param name="c">The number.</param>
    /// <param name="x">The argument.</param>
    public static Var<T> operator +(T c, Var<T> x) => x.Shift(double.CreateTruncating(c));

    /// <summary>x − c, elementwise.</summary>
    /// <param name="x">The argument.</param>
    /// <param name="c">The number.</param>
    public static Var<T> operator -(Var<T> x, T c) => x.Shift(-double.CreateTruncating(c));

    /// <summary>c − x, elementwise.</summary>
    /// <param name="c">The number.</param>
    /// <param name="x">The argument.</param>
    public static Var<T> operator -(T c, Var<T> x) => x.Negate().Shift(double.CreateTruncating(c));

    /// <summary>c·x, elementwise.</summary>
    /// <param name="x">The argument.</param>
    /// <param name="c">The number.</param>
    public static Var<T> operator *(Var<T> x, T c) => x.Scale(double.CreateTruncating(c));

    /// <summary>c·x, elementwise.</summary>
    /// <param name="c">The number.</param>
    /// <param name="x">The argument.</param>
    public static Var<T> operator *(T c, Var<T> x) => x.Scale(double.CreateTruncating(c));

    /// <summary>x/c, elementwise.</summary>
    /// <param name="x">The argument.</param>
    /// <param name="c">The number.</param>
    public static Var<T> operator /(Var<T> x, T c) => x.DivideBy(double.CreateTruncating(c));

    /// <summary>c/x, elementwise.</summary>
    /// <param name="c">The number.</param>
    /// <param name="x">The argument.</param>
    public static Var<T> operator /(T c, Var<T> x) => x.DivideInto(double.CreateTruncating(c));
}
