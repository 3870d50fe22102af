namespace ConservativeAD;

/// <summary>
/// Backpropagation at a point as a function of what the kinks pass back. Where no kink lies downstream of another, it is affine: the gradient is g₀ + Jᵀ·w,
/// with w in a product of small sets and J the derivative of the kinks' arguments. J is never formed; a reverse pass gives Jᵀ·w and a forward pass J·v.
/// </summary>
/// <param name="pieces">The sets.</param>
/// <param name="held">g₀.</param>
internal abstract class SelectionMap(SelectionPieces pieces, double[] held)
{
    /// <summary>The sets of w.</summary>
    public SelectionPieces Pieces => pieces;

    /// <summary>g₀: the gradient with nothing passed back at the kinks.</summary>
    public double[] Held => held;

    /// <summary>The number of passes made.</summary>
    public int Passes { get; private set; }

    /// <summary>Jᵀ·w.</summary>
    public double[] Pull(double[] w)
    {
        Passes++;
        return PullCore(w);
    }

    /// <summary>J·v.</summary>
    public double[] Push(double[] v)
    {
        Passes++;
        return PushCore(v);
    }

    private protected abstract double[] PullCore(double[] w);

    private protected abstract double[] PushCore(double[] v);
}
