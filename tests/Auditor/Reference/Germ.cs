namespace ConservativeAD.Auditor.Reference;

/// <summary>
/// A function of the variables at x + ε·d, where ε is above 0 and smaller than any number: its value and its slopes in each variable, as power series in ε. It
/// represents the result of a program infinitesimally close to a point, for coordinates of any size; the first order that differs decides a comparison.
/// </summary>
/// <remarks>
/// Levi-Civita numbers over dual numbers, truncated after a few terms. A function is given by its Taylor coefficients at one number, never by a slope of the
/// engine. <see cref="Kind"/> distinguishes results that series cannot represent (a logarithm of ε, e^(1/ε)).
/// </remarks>
public sealed partial class Germ
{
    private const int MaximumTerms = 5;

    // The number of powers of an argument's infinitesimal part in a function's series.
    private const int Orders = 4;
    private const double SamePower = 1e-9;

    // The power that stands for terms smaller than all powers.
    private const double BeyondAllPowers = 1e6;

    private readonly Term[] terms;

    private Germ(Kind kind, Term[] terms, double cut) => (Kind, this.terms, Cut) = (kind, terms, cut);

    public static Germ Undefined { get; } = new(Kind.Undefined, [], double.PositiveInfinity);

    public static Germ Unknown { get; } = new(Kind.Unknown, [], double.PositiveInfinity);

    public static Germ Zero { get; } = Of(0.0);

    public static Germ One { get; } = Of(1.0);

    public Kind Kind { get; }

    public bool IsFinite => Kind == Kind.Finite;

    public bool IsInfinite => Kind is Kind.PlusInfinity or Kind.MinusInfinity;

    /// <summary>Everything from this power of ε on is unknown.</summary>
    public double Cut { get; }

    /// <summary>Whether the number is constant: no power of ε except 0, and no slope.</summary>
    public bool IsConstant =>
        Kind is Kind.PlusInfinity or Kind.MinusInfinity
        || (Kind == Kind.Finite && double.IsPositiveInfinity(Cut) && Array.TrueForAll(terms, term => term.Power == 0 && !term.HasSlopes));

    /// <summary>The least power of ε in value or slopes.</summary>
    private double Lead => terms.Length == 0 ? Cut : terms[0].Power;

    public static implicit operator Germ(double value) => Of(value);

    public static Germ Of(double value) => double.IsNaN(value) ? Undefined
        : double.IsInfinity(value) ? Infinity(value > 0)
        : new Germ(Kind.Finite, value == 0 && !double.IsNegative(value) ? [] : [new Term(0, value, null)], double.PositiveInfinity);

    public static Germ Of(Ball value) =>
        new(Kind.Finite, value.IsNothing && !value.Value.IsNegative ? [] : [new Term(0, value, null)], double.PositiveInfinity);

    public static Germ Infinity(bool isPositive) => new(isPositive ? Kind.PlusInfinity : Kind.MinusInfinity, [], double.PositiveInfinity);

    public static Germ Growth(bool isPositive) => new(isPositive ? Kind.PlusGrowth : Kind.MinusGrowth, [], double.PositiveInfinity);

    /// <summary>A variable: value + Σ ε^pₖ·dₖ, with slope 1 in itself.</summary>
    /// <param name="value">Its value at the point.</param>
    /// <param name="path">Its path: ascending powers of ε and their factors.</param>
    /// <param name="index">The index of the variable.</param>
    /// <param name="count">The number of variables.</param>
    public static Germ Variable(double value, IReadOnlyList<(double Power, double Factor)> path, int index, int count)
    {
        if (!double.IsFinite(value))
            return Of(value);
        Ball[] slopes = new Ball[count];
        slopes[index] = 1;
        return new Germ(Kind.Finite,
            [new Term(0, value, slopes), .. path.Where(step => step.Factor != 0).Select(step => new Term(step.Power, step.Factor, null))],
                double.PositiveInfinity);
    }

    /// <summary>The limit of the number as ε tends to 0, if it is finite; null if the series is truncated before.</summary>
    public Ball? Limit()
    {
        if (Kind != Kind.Finite)
            return null;
        Ball limit = Ball.Zero;
        foreach (Term term in terms)
        {
            if (term.Power < 0 && !term.Value.IsZero)
                return null;
            if (term.Power == 0)
                limit = term.Value;
        }

        return Cut > 0 ? limit : null;
    }

    /// <summary>Whether the value is unbounded as ε tends to 0; null if unknown.</summary>
    public bool? IsUnbounded() => Kind switch
    {
        Kind.Finite => Array.Exists(terms, term => term.Power < 0 && !term.Value.IsZero) ? true : Cut > 0 ? false : null,
        Kind.Unknown => null,
        _ => true,
    };

    /// <summary>The limits of the slopes; an element is null if its slope is unbounded; null if they are unknown.</summary>
    public Ball?[]? Slopes(int count)
    {
        Ball?[] result = new Ball?[count];
        Array.Fill(result, Ball.Zero);
        if (Kind != Kind.Finite || (Cut <= 0 && !Array.Exists(terms, term => term.Power < 0 && term.HasSlopes)))
            return null;
        foreach (Term term in terms)
        {
            for (int i = 0; term.Slopes is not null && i < count; i++)
            {
                if (term.Power < 0 && !term.Slopes[i].IsZero)
                    result[i] = null;
                if (term.Power == 0 && result[i] is not null)
                    result[i] = term.Slopes[i];
            }
        }

        // A slope that is still 0 may have terms beyond the truncation.
        return Cut <= 0 && Array.TrueForAll(result, slope => slope is not null) ? null : result;
    }

    public override string ToString() => Kind != Kind.Finite
        ? Kind.ToString()
        : (terms.Length == 0 ? "0" : string.Join(" + ", terms.Select(Text))) + (double.IsPositiveInfinity(Cut) ? "" : $" + O(ε^{Cut:0.###})");

    private static string Text(Term term)
    {
        string slopes = term.HasSlopes ? $"[{string.Join(", ", term.Slopes!.Select(slope => slope.Value))}]" : "";
        return $"{term.Value.Value}{slopes}·ε^{term.Power:0.###}";
    }

    // Adds terms of equal power and keeps the first few.
    private static Germ FromSum(List<Term> all, double cut)
    {
        all.Sort((a, b) => a.Power.CompareTo(b.Power));
        List<Term> kept = [];
        foreach (Term term in all)
        {
            if (term.Power >= cut - SamePower)
                break;
            if (kept.Count > 0 && term.Power - kept[^1].Power <= SamePower)
                kept[^1] += term;
            else
                kept.Add(term);
        }

        kept.RemoveAll(term => term.IsNothing);
        if (kept.Count > MaximumTerms)
        {
            cut = kept[MaximumTerms].Power;
            kept.RemoveRange(MaximumTerms, kept.Count - MaximumTerms);
        }

        return new Germ(Kind.Finite, [.. kept], cut);
    }
}
