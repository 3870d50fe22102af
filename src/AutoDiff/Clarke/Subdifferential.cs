using System.Globalization;

namespace ConservativeAD;

/// <summary>A convex compact set of gradients, as the hull of finitely many generators.</summary>
public abstract class Subdifferential
{
    private readonly Lazy<MinimalNormPoint> nearest;

    private protected Subdifferential(IEnumerable<double[]> generators)
    {
        Generators = Vectors.Distinct(generators, 1e-12);
        nearest = new Lazy<MinimalNormPoint>(() => MinimalNormPoint.Of(Generators));
    }

    /// <summary>Elements whose convex hull is the set, without repetitions.</summary>
    public IReadOnlyList<double[]> Generators { get; }

    /// <summary>The element of least norm; minus it is the direction of steepest descent.</summary>
    public IReadOnlyList<double> MinimalNormElement => nearest.Value.Point;

    /// <summary>How the element of least norm is mixed of the generators.</summary>
    public IReadOnlyList<double> MinimalNormWeights => nearest.Value.Weights;

    /// <summary>The distance of the set from 0.</summary>
    public double Distance => Vectors.Norm(nearest.Value.Point);

    /// <summary>The unit vector along which the set's support function is least; null where 0 is in the set, up to the tolerance 1e-9.</summary>
    public double[]? SteepestDescentDirection => IsStationary() ? null : Vectors.Scaled(nearest.Value.Point, -1 / Distance);

    /// <summary>Whether 0 is in the set.</summary>
    /// <param name="tolerance">How far from 0 the set may be.</param>
    public bool IsStationary(double tolerance = 1e-9) => Distance <= tolerance;

    /// <summary>Whether a vector is in the set.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="tolerance">How far from the set it may be.</param>
    public bool Contains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        double[] moved = vector.ToArray();
        if (moved.Length != Generators[0].Length)
            throw new ArgumentException($"A vector of {moved.Length} elements was given; the generators have {Generators[0].Length}.", nameof(vector));
        return Vectors.Norm(MinimalNormPoint.Of([.. Generators.Select(generator => Vectors.Difference(generator, moved))]).Point) <= tolerance;
    }

    /// <summary>The support function max ⟨v, d⟩ over the set: of Clarke's subdifferential, the generalised directional derivative F°(x; d).</summary>
    /// <param name="direction">d.</param>
    public double DirectionalDerivative(ReadOnlySpan<double> direction)
    {
        double largest = double.NegativeInfinity;
        foreach (double[] generator in Generators)
            largest = Math.Max(largest, Vectors.Dot(generator, direction));
        return largest;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string[] texts = [.. Generators.Take(12).Select(Text)];
        return Generators.Count == 1 ? $"{{{texts[0]}}}" : $"hull{{{string.Join(", ", texts)}{(Generators.Count > texts.Length ? $", … ({Generators.Count} in all)" : "")}}}";
    }

    // Adding 0 turns −0 into 0.
    private static string Text(double[] vector)
    {
        IEnumerable<string> numbers = vector.Take(8).Select(value => (value + 0).ToString("0.####", CultureInfo.InvariantCulture));
        return vector.Length == 1 ? numbers.First() : $"({string.Join(", ", numbers)}{(vector.Length > 8 ? ", …" : "")})";
    }
}
