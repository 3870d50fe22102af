namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>
/// The generator of the scalar programs' data, PCG-XSH-RR 64/32 without increment (O'Neill 2014), so that programs in other languages can draw the same
/// numbers.
/// </summary>
/// <param name="seed">The first state.</param>
internal struct Pcg32(ulong seed)
{
    private const double TwoToThe32 = 4294967296.0;

    private ulong state = seed;

    /// <summary>A number in (0, 1).</summary>
    public double Uniform()
    {
        state = (state * 6364136223846793005UL) + 1442695040888963407UL;
        uint shifted = (uint)(((state >> 18) ^ state) >> 27);
        return (uint.RotateRight(shifted, (int)(state >> 59)) + 0.5) / TwoToThe32;
    }
}
