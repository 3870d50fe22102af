namespace ConservativeAD.Auditor.Reference;

/// <summary>The precision of the audited program, and whether its rounding may have decided anything. Each thread has its own.</summary>
public static class Precision
{
    [ThreadStatic]
    private static int bits;

    [ThreadStatic]
    private static bool wasSoft;

    /// <summary>The bits of a significand: 53, 24 or 11.</summary>
    public static int Bits
    {
        get => bits == 0 ? 53 : bits;
        set => bits = value;
    }

    /// <summary>
    /// Whether a decision since the last <see cref="Begin"/> was within rounding, so that the program, which computes with few bits, may have decided
    /// differently.
    /// </summary>
    public static bool WasSoft => wasSoft;

    /// <summary>The number of binary places by which a kernel with another order of operations may exceed the reference's rounding error.</summary>
    public static int Slack => Bits switch { 11 => 4, 24 => 7, _ => 12 };

    /// <summary>The smallest number above 0 of the program's type.</summary>
    public static Wide Least => ((Wide)1).Shifted(Bits switch { 11 => -24, 24 => -149, _ => -1074 });

    public static void Begin() => wasSoft = false;

    public static void NoteSoft() => wasSoft = true;
}
