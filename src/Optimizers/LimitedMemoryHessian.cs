namespace ConservativeAD.Optimizers;

/// <summary>
/// An approximation of the inverse Hessian H from the last moves and the changes of the gradient along them. Products use the two-loop recursion (J. Nocedal,
/// Math. Comp. 1980).
/// </summary>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <param name="arithmetic">The arithmetic of vectors.</param>
internal sealed class LimitedMemoryHessian<TVector>(IVectorArithmetic<TVector> arithmetic)
{
    private readonly List<Pair> pairs = [];

    /// <summary>The pairs, oldest first.</summary>
    public IReadOnlyList<Pair> Pairs => pairs;

    /// <summary>Adds a move and the change of the gradient along it. Their inner product must be above 0.</summary>
    public void Add(in TVector move, in TVector change) => pairs.Add(new Pair(move, change, arithmetic.Dot(change, move), arithmetic.Dot(change, change)));

    /// <summary>Drops the oldest pair.</summary>
    public void RemoveOldest() => pairs.RemoveAt(0);

    /// <summary>Drops all pairs.</summary>
    public void Clear() => pairs.Clear();

    /// <summary>x ← H·x. Without pairs H is the identity.</summary>
    public void Multiply(in TVector x)
    {
        if (pairs.Count == 0)
            return;
        double[] parts = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            parts[i] = arithmetic.Dot(pairs[i].Move, x) / pairs[i].Curvature;
            arithmetic.Add(x, -parts[i], pairs[i].Change);
        }

        arithmetic.Scale(x, pairs[^1].Curvature / pairs[^1].SquaredChange);
        for (int i = 0; i < pairs.Count; i++)
            arithmetic.Add(x, parts[i] - (arithmetic.Dot(pairs[i].Change, x) / pairs[i].Curvature), pairs[i].Move);
    }

    /// <summary>A move and the change of the gradient along it, with the products of the change with the move and with itself.</summary>
    internal readonly record struct Pair(TVector Move, TVector Change, double Curvature, double SquaredChange);
}
