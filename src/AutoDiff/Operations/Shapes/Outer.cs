using System.Numerics;

namespace ConservativeAD;

/// <content>Outer products.</content>
public static partial class Operations
{
    /// <summary>The outer products of vectors: z[…, i, j] = x[…, i]·y[…, j].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[..., rows].</param>
    /// <param name="y">[..., columns]; the axes before the last broadcast against those of x.</param>
    /// <exception cref="ArgumentException">An argument has no axes, or the axes before the last do not broadcast.</exception>
    public static Var<T> Outer<T>(this Var<T> x, Var<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Shape.Rank > 0 && y.Shape.Rank > 0
            ? x.Unsqueeze(-1) * y.Unsqueeze(-2)
            : throw new ArgumentException($"outer: values of shapes {x.Shape} and {y.Shape} were given; both need an axis.");
}
