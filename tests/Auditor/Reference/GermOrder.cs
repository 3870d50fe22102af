namespace ConservativeAD.Auditor.Reference;

/// <content>Order: signs by the first order that is not 0.</content>
public sealed partial class Germ
{
    /// <summary>−1, 0 or 1: the sign infinitesimally close to the point; 0 if the number is 0 there. Null for NaN.</summary>
    public static int? Sign(Germ x) => x.Kind switch
    {
        Kind.Finite => x.SignOrThrow(),
        Kind.PlusInfinity or Kind.PlusGrowth => 1,
        Kind.MinusInfinity or Kind.MinusGrowth => -1,
        Kind.Undefined => null,
        _ => throw new UndecidedException("The sign of an unknown number was asked for."),
    };

    /// <summary>−1, 0 or 1 if x is below, equal to or above y; null if one is NaN.</summary>
    public static int? Compare(Germ x, Germ y)
    {
        if (x.Kind == Kind.Undefined || y.Kind == Kind.Undefined)
            return null;
        if (ReferenceEquals(x, y))
            return 0;
        if (x.IsInfinite && y.IsInfinite)
            return IsAbove(x).CompareTo(IsAbove(y));
        if (x.IsInfinite && y.Kind != Kind.Unknown)
            return IsAbove(x) ? 1 : -1;
        if (y.IsInfinite && x.Kind != Kind.Unknown)
            return IsAbove(y) ? -1 : 1;
        return Sign(x - y);
    }

    public static Germ Max(Germ x, Germ y) => IsLost(x, y) ?? (ToldApart(x, y) is { } sign ? (sign >= 0 ? x : y) : Unknown);

    public static Germ Min(Germ x, Germ y) => IsLost(x, y) ?? (ToldApart(x, y) is { } sign ? (sign <= 0 ? x : y) : Unknown);

    public static Germ Abs(Germ x) =>
        x.Kind is Kind.Undefined or Kind.Unknown ? x : ToldApart(x, Zero) is { } sign ? (sign < 0 ? -x : x.IsMinusZero ? Zero : x) : Unknown;

    /// <summary>A constant that depends on the side: f of the sign of x − y.</summary>
    public static Germ BySign(Germ x, Func<int, Germ> side) =>
        x.Kind is Kind.Undefined or Kind.Unknown ? x : ToldApart(x, Zero) is { } sign ? side(sign) : Unknown;

    /// <summary>The largest integer that is not above x.</summary>
    public static Germ Floor(Germ x)
    {
        if (!x.IsFinite)
            return x.IsInfinite || x.Kind == Kind.Undefined ? x : Unknown;
        if (x.Limit() is not { } limit)
            return Unknown;
        Wide whole = Wide.Floor(limit.Value + 0.5);
        return BySign(x - Of((Ball)whole), sign => Of((Ball)(sign < 0 ? whole - 1 : IsRoughly(limit.Value, whole) ? whole : Wide.Floor(limit.Value))));
    }

    // Not thrown, because a branch that is not taken does not matter.
    private static int? ToldApart(Germ x, Germ y)
    {
        try
        {
            return Compare(x, y);
        }
        catch (UndecidedException)
        {
            return null;
        }
    }

    private static bool IsRoughly(Wide x, Wide whole) => x >= whole && x - whole < 0.5;

    private bool IsZeroEverywhere()
    {
        int? place = LeadOfValue();
        if (place is not null)
            return false;
        if (!double.IsPositiveInfinity(Cut))
            throw new UndecidedException("A number is 0 to all orders that are carried.");
        if (Array.Exists(terms, term => term.HasSlopes))
            throw new UndecidedException("A number is 0 along the direction, and not beside it.");
        return true;
    }

    private int SignOrThrow() => IsZeroEverywhere() ? 0 : terms[LeadOfValue()!.Value].Value.Value.Sign;

    // The first order in the value that is not 0. Records if an order is 0 only within rounding.
    private int? LeadOfValue()
    {
        for (int i = 0; i < terms.Length; i++)
        {
            if (terms[i].Value.IsSoft)
                Precision.NoteSoft();
            if (!terms[i].Value.IsZero)
                return i;
        }

        return null;
    }
}
