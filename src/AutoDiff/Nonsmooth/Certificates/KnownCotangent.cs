namespace ConservativeAD.Nonsmooth;

/// <summary>
/// What is known of a cotangent over all choices at kinks: bounds of each element, or more closely known elements times one unknown number, such as the
/// gradient of a single value whose own cotangent is unknown.
/// </summary>
internal sealed class KnownCotangent
{
    private readonly double[]? elements;
    private readonly double[] lower = [];
    private readonly double[] upper = [];
    private readonly Factor factor;

    private KnownCotangent(double[] elements, Factor factor) => (this.elements, this.factor) = (elements, factor);

    private KnownCotangent(double[] lower, double[] upper) => (this.lower, this.upper) = (lower, upper);

    /// <summary>The number of elements.</summary>
    public int Count => elements?.Length ?? lower.Length;

    /// <summary>The elements up to the unknown factor; null if only their bounds are known.</summary>
    public double[]? Elements => elements;

    /// <summary>The sign of the unknown factor: 1 if it is never negative, −1 if never positive, 0 if it is 0; null if it may have either.</summary>
    public int? FactorSign => SignOf(factor.Least, factor.Greatest);

    /// <summary>1 if no element is ever negative, −1 if none is ever positive, 0 if all are 0; null otherwise.</summary>
    public int? Sign => SignAt(Enumerable.Range(0, Count));

    /// <summary>Whether every bound is a finite number.</summary>
    public bool IsBounded => Enumerable.Range(0, Count).All(element => At(element) is var (least, greatest) && double.IsFinite(least - greatest));

    /// <summary>A cotangent with these elements.</summary>
    public static KnownCotangent Exactly(double[] elements) => new(elements, Factor.One);

    /// <summary>A cotangent with elements between bounds.</summary>
    public static KnownCotangent Between(double[] lower, double[] upper) => new(lower, upper);

    /// <summary>A cotangent of which only a common sign of its elements is known, or nothing.</summary>
    public static KnownCotangent OfSign(int count, int? sign)
    {
        double[] lower = new double[count], upper = new double[count];
        if (sign is null or < 0)
            Array.Fill(lower, double.NegativeInfinity);
        if (sign is null or > 0)
            Array.Fill(upper, double.PositiveInfinity);
        return new KnownCotangent(lower, upper);
    }

    /// <summary>The cotangent of one element as a multiple of 1, so that what it is multiplied by on the way back stays known.</summary>
    public KnownCotangent AsMultiple(int node) => elements is null && Count == 1 ? new KnownCotangent([1], new Factor(node, lower[0], upper[0])) : this;

    /// <summary>Other elements with the same unknown factor.</summary>
    public KnownCotangent WithElements(double[] others) => new(others, factor);

    /// <summary>The bounds of an element.</summary>
    public (double Least, double Greatest) At(int element) => elements is null
        ? (lower[element], upper[element])
        : Product((factor.Least, factor.Greatest), (elements[element], elements[element]));

    /// <summary>The bounds of all elements.</summary>
    public (double[] Lower, double[] Upper) Bounds()
    {
        if (elements is null)
            return (lower, upper);
        double[] least = new double[Count], greatest = new double[Count];
        for (int element = 0; element < Count; element++)
            (least[element], greatest[element]) = At(element);
        return (least, greatest);
    }

    /// <summary>The common sign of some elements.</summary>
    public int? SignAt(IEnumerable<int> places)
    {
        bool isPositive = false, isNegative = false;
        foreach (int element in places)
        {
            (double least, double greatest) = At(element);
            isPositive |= !(greatest <= 0);
            isNegative |= !(least >= 0);
            if (isPositive && isNegative)
                return null;
        }

        return isPositive ? 1 : isNegative ? -1 : 0;
    }

    /// <summary>The elements times slopes between bounds.</summary>
    public KnownCotangent Times(double[] least, double[] greatest)
    {
        if (elements is not null && Enumerable.Range(0, Count).All(element => elements[element] == 0 || least[element] == greatest[element]))
            return WithElements([.. elements.Select((element, place) => Product(element, least[place]))]);
        double[] from = new double[Count], to = new double[Count];
        for (int element = 0; element < Count; element++)
            (from[element], to[element]) = Product(At(element), (least[element], greatest[element]));
        return new KnownCotangent(from, to);
    }

    /// <summary>The sum of two cotangents of one value.</summary>
    public KnownCotangent Plus(KnownCotangent other)
    {
        if (elements is not null && other.elements is not null && factor == other.factor)
            return WithElements([.. elements.Zip(other.elements, (a, b) => a + b)]);
        if (Sign == 0)
            return other;
        if (other.Sign == 0)
            return this;
        ((double[] myLower, double[] myUpper), (double[] itsLower, double[] itsUpper)) = (Bounds(), other.Bounds());
        return new KnownCotangent([.. myLower.Zip(itsLower, (a, b) => a + b)], [.. myUpper.Zip(itsUpper, (a, b) => a + b)]);
    }

    /// <summary>The sign that all numbers between two bounds share; null if they may have either.</summary>
    public static int? SignOf(double least, double greatest) => least == 0 && greatest == 0 ? 0 : least >= 0 ? 1 : greatest <= 0 ? -1 : null;

    private static (double Least, double Greatest) Product((double Least, double Greatest) x, (double Least, double Greatest) y)
    {
        double a = Product(x.Least, y.Least), b = Product(x.Least, y.Greatest), c = Product(x.Greatest, y.Least), d = Product(x.Greatest, y.Greatest);
        return (Math.Min(Math.Min(a, b), Math.Min(c, d)), Math.Max(Math.Max(a, b), Math.Max(c, d)));
    }

    // 0 times an unbounded number is 0, since only bounds are infinite; a product that underflows keeps its sign.
    private static double Product(double x, double y) => x == 0 || y == 0 ? 0
        : x * y is var product && product == 0 ? double.CopySign(double.Epsilon, product)
        : product;

    // A number that is the same wherever it stands: the cotangent of a node of one element, between two bounds.
    private readonly record struct Factor(int Node, double Least, double Greatest)
    {
        public static Factor One { get; } = new(-1, 1, 1);
    }
}
