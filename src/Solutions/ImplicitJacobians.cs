using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>The limits of derivatives of a solution at nearby parameters. Their convex hull is Clarke's Jacobian of the solution.</summary>
public sealed class ImplicitJacobians
{
    internal ImplicitJacobians(IReadOnlyList<double[,]> generators, ImplicitCertificate certificate) => (Generators, Certificate) = (generators, certificate);

    /// <summary>The limits; a row for each unknown, a column for each parameter. Empty if nothing is certified.</summary>
    public IReadOnlyList<double[,]> Generators { get; }

    /// <summary>What is known about them. If it is certified, they are all there are.</summary>
    public ImplicitCertificate Certificate { get; }

    /// <summary>Whether the solution is strictly differentiable at the parameters.</summary>
    public bool IsDifferentiable => Certificate.IsCertified && Generators.Count == 1;

    /// <summary>The limits of gradients of a weighted sum of the unknowns. Their hull is its Clarke subdifferential.</summary>
    /// <param name="weights">A weight for each unknown.</param>
    /// <exception cref="ArgumentException">There are more or fewer weights than unknowns.</exception>
    public IReadOnlyList<double[]> GradientsOf(ReadOnlySpan<double> weights)
    {
        List<double[]> gradients = [];
        foreach (double[,] generator in Generators)
        {
            if (weights.Length != generator.GetLength(0))
                throw new ArgumentException($"{weights.Length} weights were given for {generator.GetLength(0)} unknowns.", nameof(weights));
            gradients.Add(Dense.TransposedTimes(generator, weights));
        }

        return Vectors.Distinct(gradients, ImplicitCells.SameMatrix);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Generators.Count} {(Generators.Count == 1 ? "limit" : "limits")} of derivatives; {Certificate}";
}
