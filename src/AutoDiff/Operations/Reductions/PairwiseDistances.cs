using System.Numerics;

namespace ConservativeAD;

/// <content>Distances between points.</content>
public static partial class Operations
{
    /// <summary>
    /// The distances between all points of two sets: z[…, i, j] = ‖x[…, i, :] − y[…, j, :]‖. The kinks and selections are those of the norm: for p = 2 the
    /// Clarke set at two equal points is the unit ball.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Points: [..., points, dimension].</param>
    /// <param name="y">Points: [..., other points, dimension]; the axes before the last two broadcast against those of x.</param>
    /// <param name="p">The norm: 1, 2 or ∞.</param>
    /// <exception cref="ArgumentException">An argument has fewer than two axes, or the shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The norm is another one.</exception>
    public static Var<T> PairwiseDistances<T>(this Var<T> x, Var<T> y, double p = 2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (p is not (1 or 2 or double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(p), p, $"pairwise distances: a norm of {p} was given; it must be 1, 2 or ∞.");
        if (x.Shape.Rank < 2 || y.Shape.Rank < 2 || x.Shape[-1] != y.Shape[-1])
            throw new ArgumentException(
                $"pairwise distances: points of shapes {x.Shape} and {y.Shape} were given; they are [..., points, dimension] with one dimension.");
        Var<T> differences = x.Unsqueeze(-2) - y.Unsqueeze(-3);
        return p == 1 ? differences.Norm1(-1) : p == 2 ? differences.Norm2(-1) : differences.NormInfinity(-1);
    }
}
