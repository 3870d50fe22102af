namespace ConservativeAD.Auditor.Reference;

/// <summary>The kind of a germ.</summary>
public enum Kind
{
    /// <summary>A power series in ε; negative powers are poles.</summary>
    Finite,

    /// <summary>The constant ∞, written in a program or computed from constants.</summary>
    PlusInfinity,

    /// <summary>The constant −∞.</summary>
    MinusInfinity,

    /// <summary>It tends to ∞ as ε tends to 0, faster or slower than every power.</summary>
    PlusGrowth,

    /// <summary>It tends to −∞ in this way.</summary>
    MinusGrowth,

    /// <summary>Outside of a domain: NaN.</summary>
    Undefined,

    /// <summary>The series do not decide.</summary>
    Unknown,
}
