using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>Sine and cosine of π·x. Whole turns are subtracted without rounding before the multiplication by π.</summary>
internal static class HalfTurns
{
    public static L Sin<L>(L x)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5), one = L.Constant(1), size = L.Abs(x);
        L rest = size - (L.Constant(2) * L.Floor(half * size));
        L turn = L.IfGreater(rest, one, rest - L.Constant(2), rest);

        // The turn is in [−1, 1]; beyond a quarter turn the sine is that of the distance to a half turn.
        L folded = L.IfGreater(turn, half, one - turn, L.IfGreater(-half, turn, -one - turn, turn));
        return Lane.WithSignOf(x, L.Sin(L.Constant(Math.PI) * folded));
    }

    public static L Cos<L>(L x)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5), size = L.Abs(x), pi = L.Constant(Math.PI);
        L rest = size - (L.Constant(2) * L.Floor(half * size));
        L turn = L.IfGreater(rest, L.Constant(1), L.Constant(2) - rest, rest);
        return L.IfGreater(L.Constant(0.25), turn, L.Cos(pi * turn), L.Sin(pi * (half - turn)));
    }
}
