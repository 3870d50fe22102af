namespace ConservativeAD.Studies;

/// <summary>The number of bits of the floating-point numbers that a study computes in.</summary>
internal enum Precision
{
    /// <summary>Half: 16 bits, sums in 32.</summary>
    Half = 16,

    /// <summary>float.</summary>
    Single = 32,

    /// <summary>double.</summary>
    Double = 64,
}
