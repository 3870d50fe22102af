using System.Numerics;
using static ConservativeAD.Solvers.UnconstrainedPrograms;

namespace ConservativeAD.Solvers;

/// <summary>
/// Programs whose active manifold at the minimiser is known: those of W. Hare and C. Sagastizábal (Math. Program. 2009) and of A. Lewis and M. Overton
/// (Math. Program. 2013), and two differences of convex functions.
/// </summary>
internal static class ActiveManifoldPrograms
{
    public static T F2d<T>(T[] x)
        where T : IFloatingPointIeee754<T> => T.Max((N<T>(0.5) * (Square(x[0]) + Square(x[1]))) - x[1], x[1]);

    public static T F3d<T>(T[] x, double b1, double b2, double b3, double b4)
        where T : IFloatingPointIeee754<T>
    {
        T f1 = (N<T>(0.5) * (Square(x[0]) + Square(x[1]) + (N<T>(0.1) * Square(x[2])))) - x[1] - x[2] - N<T>(b1);
        return T.Max(f1, Max(Square(x[0]) - (N<T>(3) * x[0]) - N<T>(b2), x[1] - N<T>(b3), x[2] - N<T>(b4)));
    }

    public static T HalfHalf<T>(T[] x)
        where T : IFloatingPointIeee754<T> =>
        T.Hypot(T.Hypot(x[0], x[2]), T.Hypot(x[4], x[6])) + Sum(0, 8, i => Square(x[i]) / N<T>((i + 1) * (i + 1)));

    public static T SquaresLessAbs<T>(T[] x)
        where T : IFloatingPointIeee754<T> => Sum(0, x.Length, i => Square(x[i]) - T.Abs(x[i]));

    public static T Acad<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T q = Square(x[0]) + Square(x[1]);
        return (N<T>(1.5) * q) + x[0] + x[1] - (T.Abs(x[0]) + T.Abs(x[1]) + (N<T>(0.5) * q));
    }
}
