namespace ConservativeAD.Auditor.Reference;

/// <content>Arithmetic and the composition with a Taylor series.</content>
public sealed partial class Germ
{
    /// <summary>
    /// The number, with the rounding of a function whose derivative has elements up to 1 and is computed by an iteration: each element of it may be off by the
    /// rounding of 1, also where it is 0.
    /// </summary>
    /// <param name="arguments">The arguments of the function.</param>
    public Germ WithRoundedSlopes(IEnumerable<Germ> arguments)
    {
        if (!IsFinite)
            return this;
        List<Term> all = [.. terms];
        foreach (Germ argument in arguments.Where(argument => argument.IsFinite))
        {
            foreach (Term term in argument.terms.Where(term => term.HasSlopes))
            {
                all.Add(new Term(term.Power, Ball.Zero,
                    Array.ConvertAll(term.Slopes!, slope => new Ball(Wide.Zero, Wide.Abs(slope.Value).Shifted(-Precision.Bits)))));
            }
        }

        return FromSum(all, Cut);
    }

    /// <summary>The number, with the rounding of a number of some size, unless it is exactly 0.</summary>
    /// <param name="size">The size.</param>
    public Germ WithRoundedValue(double size) => !IsFinite || terms.Length == 0
        ? this
        : FromSum([.. terms, new Term(0, new Ball(Wide.Zero, ((Wide)size).Shifted(-Precision.Bits)), null)], Cut);

    public static Germ operator -(Germ x) => x.Kind switch
    {
        Kind.Finite => x.terms.Length == 0 && double.IsPositiveInfinity(x.Cut)
            ? new Germ(Kind.Finite, [new Term(0, -0.0, null)], x.Cut)
            : new Germ(Kind.Finite, Array.ConvertAll(x.terms, term => -term), x.Cut),
        Kind.PlusInfinity => Infinity(false),
        Kind.MinusInfinity => Infinity(true),
        Kind.PlusGrowth => Growth(false),
        Kind.MinusGrowth => Growth(true),
        _ => x,
    };

    public static Germ operator +(Germ x, Germ y)
    {
        if (IsLost(x, y) is { } lost)
            return lost;
        if (!x.IsFinite || !y.IsFinite)
        {
            if (x.IsFinite || y.IsFinite)
                return BesideInfinity(x.IsFinite ? y : x, x.IsFinite ? x : y);
            if (x.Kind == y.Kind)
                return x;
            return x.IsInfinite && y.IsInfinite ? Undefined : IsAbove(x) == IsAbove(y) ? Growth(IsAbove(x)) : Unknown;
        }

        if (x.terms.Length == 0 && double.IsPositiveInfinity(x.Cut))
            return y.IsMinusZero ? Zero : y;
        if (y.terms.Length == 0 && double.IsPositiveInfinity(y.Cut))
            return x.IsMinusZero ? Zero : x;
        return FromSum([.. x.terms, .. y.terms], Math.Min(x.Cut, y.Cut));
    }

    public static Germ operator -(Germ x, Germ y) => ReferenceEquals(x, y) && x.IsFinite ? Vanished(x) : x + (-y);

    // A number minus itself is exactly 0; its slopes are 0 up to the rounding of a sum.
    private static Germ Vanished(Germ x)
    {
        List<Term> slopes = [.. x.terms.Where(term => term.HasSlopes).Select(term => new Term(term.Power, default, (term + -term).Slopes))];
        return slopes.Count == 0 ? Zero : FromSum(slopes, double.PositiveInfinity);
    }

    public static Germ operator *(Germ x, Germ y)
    {
        if (IsLost(x, y) is { } lost)
            return lost;
        if (!x.IsFinite || !y.IsFinite)
            return TimesInfinity(x.IsFinite ? y : x, x.IsFinite ? x : y);
        if (x.IsNothing || y.IsNothing)
            return x.IsMinus != y.IsMinus ? Of(-0.0) : Zero;
        double cut = Math.Min(x.Cut + y.Lead, y.Cut + x.Lead);
        List<Term> all = new(x.terms.Length * y.terms.Length);
        foreach (Term first in x.terms)
        {
            foreach (Term second in y.terms)
            {
                if (first.Power + second.Power < cut)
                    all.Add(first * second);
            }
        }

        return FromSum(all, cut);
    }

    public static Germ operator /(Germ x, Germ y)
    {
        if (IsLost(x, y) is { } lost)
            return lost;
        if (!y.IsFinite)
            return y.IsInfinite && x.IsFinite
                ? (x.IsConstant && x.IsMinus != !IsAbove(y) ? Of(-0.0) : Zero)
                : y.IsInfinite && x.IsInfinite ? Undefined
                : Unknown;
        if (y.IsZeroEverywhere())
            return x.IsFinite && x.IsZeroEverywhere() ? Undefined : x.IsConstant ? Infinity((x.SignOrThrow() > 0) != y.IsMinus) : Undefined;
        return x.IsFinite && x.IsNothing ? x * y : x * Power(y, -1);
    }

    /// <summary>y^p for a series y that is not 0, by its leading term and the binomial series.</summary>
    public static Germ Power(Germ y, double p)
    {
        int place = y.LeadOfValue() ?? throw new UndecidedException("A power of a series without a leading term was asked for.");
        Term lead = y.terms[place];
        bool isWhole = p == Math.Floor(p);
        bool isNegative = lead.Value.Value.Sign < 0;
        if (isNegative && !isWhole)
            return Undefined;

        // y = c·ε^q·(1 + w); slopes of the leading term, and before it, belong to w.
        Ball size = isNegative ? -lead.Value : lead.Value;
        Wide power = Wide.Pow(size.Value, p);
        Ball factor = Ball.Of(power, power * p / size.Value, Wide.Zero, size.Error);
        if (isNegative && Math.Abs(p % 2) == 1)
            factor = -factor;
        List<Term> rest = [];
        Ball inverse = (Ball)1.0 / lead.Value;
        for (int i = 0; i < y.terms.Length; i++)
        {
            Term scaled = y.terms[i] * new Term(-lead.Power, inverse, null);
            if (i == place)
                scaled = scaled with { Value = Ball.Zero };
            rest.Add(scaled);
        }

        Germ w = FromSum(rest, y.Cut - lead.Power);
        Ball[] coefficients = new Ball[Orders + 1];
        coefficients[0] = 1;
        for (int k = 1; k <= Orders; k++)
            coefficients[k] = coefficients[k - 1] * (Ball)(((Wide)p - (k - 1)) / k);
        Germ series = Compose(w, coefficients);
        return series * new Germ(Kind.Finite, [new Term(p * lead.Power, factor, null)], double.PositiveInfinity);
    }

    /// <summary>Σ cₖ·uᵏ for a series u whose value, but not slopes, tends to 0 with ε.</summary>
    private static Germ Compose(Germ u, Ball[] coefficients)
    {
        int orders = coefficients.Length - 1;
        double ofValue = u.LeadOfAnyValue(), ofSlopes = u.Lead;
        Germ result = Of(coefficients[orders]);
        for (int k = orders - 1; k >= 0; k--)
            result = (result * u) + Of(coefficients[k]);

        // The next power, and its slopes, which have one factor less.
        double cut = double.IsPositiveInfinity(ofValue) ? double.PositiveInfinity : (orders * ofValue) + Math.Min(ofValue, ofSlopes);
        return FromSum([.. result.terms], Math.Min(result.Cut, cut));
    }

    private static Germ? IsLost(Germ x, Germ y) => x.Kind == Kind.Undefined || y.Kind == Kind.Undefined ? Undefined
        : x.Kind == Kind.Unknown || y.Kind == Kind.Unknown ? Unknown
        : null;

    private static bool IsAbove(Germ x) => x.Kind is Kind.PlusInfinity or Kind.PlusGrowth;

    // A pole may outgrow a logarithm.
    private static Germ BesideInfinity(Germ infinite, Germ finite) => infinite.IsInfinite || finite.IsUnbounded() == false ? infinite : Unknown;

    private static Germ TimesInfinity(Germ infinite, Germ other)
    {
        if (!other.IsFinite)
            return infinite.IsInfinite && other.IsInfinite ? Infinity(IsAbove(infinite) == IsAbove(other)) : Growth(IsAbove(infinite) == IsAbove(other));
        if (other.IsZeroEverywhere())
            return infinite.IsInfinite ? Undefined : other.IsConstant ? other : Unknown;
        if (infinite.IsInfinite)
            return Infinity(IsAbove(infinite) == (other.SignOrThrow() > 0));
        return other.IsConstant || other.LimitSign() != 0 ? Growth(IsAbove(infinite) == (other.SignOrThrow() > 0)) : Unknown;
    }

    private bool IsNothing => terms.All(term => term.IsNothing || (term.Value.IsNothing && !term.HasSlopes)) && double.IsPositiveInfinity(Cut);

    private bool IsMinusZero => terms.Length == 1 && terms[0].Power == 0 && terms[0].Value.IsNothing && !terms[0].HasSlopes && double.IsPositiveInfinity(Cut);

    /// <summary>Whether the number is below 0, or −0.</summary>
    public bool IsMinus => terms.Length > 0 && terms[0].Value.Value.IsNegative;

    private int LimitSign() => Limit() is { } limit ? limit.Value.Sign : 0;

    // The least power in the value if it is not 0; infinite if the value is 0 up to the truncation.
    private double LeadOfAnyValue()
    {
        foreach (Term term in terms)
        {
            if (!term.Value.IsZero)
                return term.Power;
        }

        return Cut;
    }
}
