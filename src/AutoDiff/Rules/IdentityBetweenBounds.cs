using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>x between two bounds, and the nearer bound outside: the common part of clamp, hardtanh and relu6.</summary>
/// <param name="minimum">The lower bound.</param>
/// <param name="maximum">The upper bound.</param>
internal readonly struct IdentityBetweenBounds(double minimum, double maximum)
{
    public L Value<L>(L x)
        where L : struct, ILane<L> => L.Min(L.Max(x, L.Broadcast(minimum)), L.Broadcast(maximum));

    public L Kink<L>(L x)
        where L : struct, ILane<L> => L.IfEqual(x, L.Broadcast(minimum), L.Constant(1), L.IfEqual(x, L.Broadcast(maximum), L.Constant(1), L.Constant(0)));

    public L Slope<L>(L x, BoundSelection atBounds)
        where L : struct, ILane<L>
    {
        L lower = L.Broadcast(minimum), upper = L.Broadcast(maximum);
        L inside = L.IfGreater(x, lower, L.Constant(1), L.IfEqual(x, lower, L.Broadcast(atBounds.Lower), L.Constant(0)));
        return Lane.UnlessNaN(x, L.IfGreater(x, upper, L.Constant(0), L.IfEqual(x, upper, L.Broadcast(atBounds.Upper), inside)));
    }

    public L DirectionalSlope<L>(L x, L tangent)
        where L : struct, ILane<L>
    {
        L lower = L.Broadcast(minimum), upper = L.Broadcast(maximum), zero = L.Constant(0);
        L inside = L.IfGreater(L.IfEqual(x, lower, tangent, x - lower), zero, L.Constant(1), zero);
        return Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, upper, tangent, x - upper), zero, zero, inside));
    }
}
