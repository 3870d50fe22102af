using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>A lane with one number, whose comparisons return booleans.</summary>
/// <typeparam name="L">The lane type itself.</typeparam>
internal interface IThreadLane<L> : ILane<L>
    where L : unmanaged, IThreadLane<L>
{
    /// <summary>Whether a &gt; b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    static abstract bool IsGreater(L a, L b);

    /// <summary>Whether a = b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    static abstract bool IsEqual(L a, L b);

    /// <summary>Whether it is NaN.</summary><param name="a">The number.</param>
    static abstract bool IsNaN(L a);

    /// <summary>Whether it is finite.</summary><param name="a">The number.</param>
    static abstract bool IsFinite(L a);

    /// <summary>The number in double.</summary><param name="a">The number.</param>
    static abstract double ToDouble(L a);
}
