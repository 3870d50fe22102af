using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// The clipping of a gradient's component: it is scaled, then limited to bounds, and changes its sign where a step maximises. This is part of every update, so
/// clipping needs no separate pass.
/// </summary>
public readonly record struct ClippedGradient
{
    private readonly double scale;
    private readonly double bound;

    internal ClippedGradient(double scale, double bound)
    {
        this.scale = scale;
        this.bound = bound;
    }

    internal bool IsNone => scale == 1 && double.IsPositiveInfinity(bound);

    internal ClippedGradient Times(double factor) => new(scale * factor, bound);

    /// <summary>The component after clipping.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="gradient">The component before.</param>
    public L Invoke<L>(L gradient)
        where L : struct, ILane<L> => L.Max(L.Broadcast(-bound), L.Min(L.Broadcast(bound), gradient * L.Broadcast(scale)));
}
