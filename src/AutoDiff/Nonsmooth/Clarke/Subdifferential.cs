using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// A convex compact set of gradients, given as the hull of finitely many generators. If only a part of the set is known, every answer still holds for the whole
/// set: known members are members, and open questions are answered by null or by bounds that differ.
/// </summary>
public abstract class Subdifferential
{
    private readonly Lazy<NearestElement?> nearest, outerNearest;

    private protected Subdifferential(IEnumerable<double[]> generators, int dimension, WholeSet? outer = null)
    {
        Outer = outer;
        Generators = Vectors.Distinct(generators, 1e-12);
        Dimension = dimension;
        nearest = new Lazy<NearestElement?>(() =>
        {
            if (Generators.Count == 0)
                return null;
            MinimalNormPoint least = MinimalNormPoint.Of(Generators);
            double lower = KnowsWholeSet ? least.Distance.Lower : Math.Min(least.Distance.Upper, OuterNearest?.Distance.Lower ?? 0);
            return new NearestElement(least.Point, Generators, least.Weights, least.Distance with { Lower = lower });
        });
        outerNearest = new Lazy<NearestElement?>(() => Outer?.Nearest());
    }

    // The generators are the elements that combine to the one of least norm.
    private protected Subdifferential(WholeSet whole, NearestElement least, int dimension)
    {
        Whole = whole;
        Generators = least.Elements;
        Dimension = dimension;
        nearest = new Lazy<NearestElement?>(least);
        outerNearest = new Lazy<NearestElement?>(() => null);
    }

    /// <summary>Answers of the whole set where it is known without a list of its generators; null elsewhere.</summary>
    private protected WholeSet? Whole { get; }

    /// <summary>A set that contains this one, where only a part of this one is known; null if none is known.</summary>
    private protected WholeSet? Outer { get; }

    private NearestElement? OuterNearest => outerNearest.Value;

    /// <summary>The number of variables.</summary>
    public int Dimension { get; }

    /// <summary>
    /// Distinct elements that are known to be in the set. If <see cref="IsExact"/> is true, the set is their convex hull; otherwise their hull is a part of it.
    /// Empty if nothing is known.
    /// </summary>
    public IReadOnlyList<double[]> Generators { get; }

    /// <summary>Whether the generators span the whole set; otherwise they span a part of it.</summary>
    public abstract bool IsExact { get; }

    /// <summary>
    /// Whether answers are of the whole set: all generators are known, or the set is known without a list of them, as at a regular point, so that elements are
    /// computed where a question needs them.
    /// </summary>
    public bool KnowsWholeSet => IsExact || Whole is not null;

    /// <summary>
    /// The element of least norm among the known ones. If <see cref="KnowsWholeSet"/> is true, it is that of the whole set up to the bounds of
    /// <see cref="Distance"/>, and its negative is the direction of steepest descent. Empty if nothing is known.
    /// </summary>
    public IReadOnlyList<double> MinimalNormElement => nearest.Value?.Element ?? [];

    /// <summary>The weights of the generators that combine to the element of least norm.</summary>
    public IReadOnlyList<double> MinimalNormWeights => nearest.Value?.Weights ?? [];

    /// <summary>
    /// The distance of the set from 0. A part of the set gives an upper bound. If the generators differ so much in size that rounding decides, only bounds are
    /// known for the whole set too.
    /// </summary>
    public Bounds Distance => nearest.Value?.Distance ?? new Bounds(0, double.PositiveInfinity);

    /// <summary>
    /// The unit vector that minimises the set's support function; null if 0 is in the set, up to the tolerance 1e-9, or if the set is not known completely.
    /// </summary>
    public double[]? SteepestDescentDirection => KnowsWholeSet && IsStationary() == false ? Vectors.Scaled(Vectors.Unit(nearest.Value!.Element), -1) : null;

    /// <summary>
    /// A unit vector d with ⟨v, d⟩ &lt; 0 for every element v, so that F falls along d; null if 0 may be in the set. It proves that the point is not
    /// stationary. Where the whole set is known, it is the direction of steepest descent.
    /// </summary>
    public double[]? DescentDirection => SteepestDescentDirection
        ?? (IsStationary() == false && OuterNearest is { Element.Length: > 0 } outside ? Vectors.Scaled(Vectors.Unit(outside.Element), -1) : null);

    /// <summary>Whether 0 is in the set; null if the known part does not contain it, or if rounding decides.</summary>
    /// <param name="tolerance">The largest distance from 0 that counts as containing it.</param>
    public bool? IsStationary(double tolerance = 1e-9) => Distance.Upper <= tolerance ? true : Distance.Lower > tolerance ? false : null;

    /// <summary>Whether a vector is in the set; null if the known part does not contain it.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="tolerance">The largest distance from the set that counts as being in it.</param>
    public bool? Contains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        double[] moved = vector.ToArray();
        if (moved.Length != Dimension)
            throw new ArgumentException($"A vector of {moved.Length} elements was given; the generators have {Dimension}.", nameof(vector));
        int bad = Array.FindIndex(moved, coordinate => !double.IsFinite(coordinate));
        if (bad >= 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The vector has the coordinate {moved[bad]} at {bad}; coordinates must be finite."), nameof(vector));
        if (Whole is not null)
        {
            Bounds apart = Whole.Nearest(moved, tolerance, needsElement: false).Distance;
            return apart.Upper <= tolerance ? true : apart.Lower > tolerance ? false : null;
        }

        if (Generators.Count == 0)
            return IsExact ? false : null;
        if (Outer is not null && Outer.Nearest(moved, tolerance, needsElement: false).Distance.Lower > tolerance)
            return false;
        double[][] differences = [.. Generators.Select(generator => Vectors.Difference(generator, moved))];
        double reach = tolerance;
        if (!Array.TrueForAll(differences, difference => Array.TrueForAll(difference, double.IsFinite)))
        {
            // The difference of two halved numbers cannot overflow.
            double[] half = Vectors.Scaled(moved, 0.5);
            differences = [.. Generators.Select(generator => Vectors.Difference(Vectors.Scaled(generator, 0.5), half))];
            reach = 0.5 * tolerance;
        }

        Bounds distance = MinimalNormPoint.Of(differences).Distance;
        return distance.Upper <= reach ? true : IsExact && distance.Lower > reach ? false : null;
    }

    /// <summary>
    /// The support function max ⟨v, d⟩ over the set. For Clarke's subdifferential this is the generalised directional derivative F°(x; d). A part of the set
    /// gives a lower bound.
    /// </summary>
    /// <param name="direction">d.</param>
    public Bounds DirectionalDerivative(ReadOnlySpan<double> direction)
    {
        if (Whole is not null && direction.Length == Dimension && direction.ContainsAnyExcept(0) && Whole.Extreme(direction.ToArray()) is { } extreme)
        {
            double most = Vectors.DotOfAnySize(extreme, direction);
            return new Bounds(most, most);
        }

        double largest = double.NegativeInfinity;
        foreach (double[] generator in Generators)
            largest = Math.Max(largest, Vectors.DotOfAnySize(generator, direction));
        if (!IsExact && Outer is not null && direction.Length == Dimension && direction.ContainsAnyExcept(0)
            && Outer.Extreme(direction.ToArray()) is { } outermost)
            return new Bounds(largest, Math.Max(largest, Vectors.DotOfAnySize(outermost, direction)));
        return new Bounds(largest, IsExact ? largest : double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (Generators.Count == 0)
            return "nothing is known of it";
        string[] texts = [.. Generators.Take(12).Select(generator => VectorText.Of(generator))];
        string hull = Generators.Count == 1
            ? $"{{{texts[0]}}}"
            : $"hull{{{string.Join(", ", texts)}{(Generators.Count > texts.Length ? $", … ({Generators.Count} in all)" : "")}}}";
        string proof = Whole?.Proof == SetProof.Regularity ? "regularity" : "the independence of its kinks";
        return IsExact ? hull : Whole is not null ? $"the whole set, known by {proof}, with {hull} in it" : $"a part: {hull}";
    }
}
