namespace ConservativeAD.Scalars;

/// <summary>A number m·2ᵉ with a double as m and an exponent that neither overflows nor underflows. Sums and products round as those of doubles do.</summary>
internal readonly record struct WideNumber
{
    // Beyond this difference of exponents the smaller summand is lost in the larger one.
    private const long Distant = 128;

    private WideNumber(double significand, long exponent)
    {
        if (significand == 0 || !double.IsFinite(significand))
        {
            Significand = significand;
            return;
        }

        int shift = Math.ILogB(significand);
        Significand = Math.ScaleB(significand, -shift);
        Exponent = exponent + shift;
    }

    /// <summary>0, infinite, NaN, or of a magnitude in [1, 2).</summary>
    public double Significand { get; }

    /// <summary>The exponent of 2.</summary>
    public long Exponent { get; }

    /// <summary>The base-2 logarithm of the magnitude; −∞ for 0.</summary>
    public double Log2 => Math.Log2(Math.Abs(Significand)) + Exponent;

    /// <summary>The nearest double: infinite or 0 where it is out of range.</summary>
    public double ToDouble() => Math.ScaleB(Significand, (int)Math.Clamp(Exponent, -4096, 4096));

    public static implicit operator WideNumber(double value) => new(value, 0);

    public static WideNumber operator *(WideNumber x, WideNumber y) => new(x.Significand * y.Significand, x.Exponent + y.Exponent);

    public static WideNumber operator +(WideNumber x, WideNumber y)
    {
        if (x.Significand == 0)
            return y;
        if (y.Significand == 0)
            return x;
        if (x.Exponent < y.Exponent)
            (x, y) = (y, x);
        long apart = x.Exponent - y.Exponent;
        return apart > Distant ? x : new(x.Significand + Math.ScaleB(y.Significand, (int)-apart), x.Exponent);
    }
}
