using System.Numerics;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Functions of one number.</summary>
internal static class ElementaryFunctions
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Unary("Abs", x => x.Abs(), x => x < 0 ? unchecked(-x) : x);
        rows.Unary("Acos", x => x.Acos());
        rows.Unary("Acosh", x => x.Acosh());
        rows.Unary("Asin", x => x.Asin());
        rows.Unary("Asinh", x => x.Asinh());
        rows.Unary("Atan", x => x.Atan());
        rows.Unary("Atanh", x => x.Atanh());
        rows.Unary("Ceil", x => x.Ceiling());
        rows.Unary("Cos", x => x.Cos());
        rows.Unary("Cosh", x => x.Cosh());
        rows.Unary("Erf", x => x.Erf());
        rows.Unary("Exp", x => x.Exp());
        rows.Unary("Floor", x => x.Floor());
        rows.Unary("Log", x => x.Log());
        rows.Unary("Neg", x => x.Negate(), x => unchecked(-x));
        rows.Unary("Reciprocal", x => x.Reciprocal());
        rows.Unary("Round", x => x.Round());
        rows.Unary("Sign", x => x.Sign(), x => Math.Sign(x));
        rows.Unary("Sin", x => x.Sin());
        rows.Unary("Sinh", x => x.Sinh());
        rows.Unary("Sqrt", x => x.Sqrt());
        rows.Unary("Tan", x => x.Tan());
    }
}
