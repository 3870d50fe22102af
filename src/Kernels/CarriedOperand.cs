namespace ConservativeAD.Kernels;

/// <summary>
/// Which operand of a product is carried, that is, a cotangent or a tangent. An element of it that is exactly 0 adds 0, even when the other factor is infinite
/// or NaN.
/// </summary>
public enum CarriedOperand
{
    /// <summary>The first.</summary>
    First,

    /// <summary>The second.</summary>
    Second,

    /// <summary>Both: one is a cotangent and the other a tangent.</summary>
    Both,
}
