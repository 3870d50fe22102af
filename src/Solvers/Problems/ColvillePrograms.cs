using System.Numerics;
using static ConservativeAD.Solvers.UnconstrainedPrograms;

namespace ConservativeAD.Solvers;

/// <summary>Colville's first problem and its dual, as exact penalty functions (L. Lukšan and J. Vlček, TR 798, 2000, problems 2.13 and 2.25).</summary>
internal static class ColvillePrograms
{
    private static readonly double[][] Constraints =
    [
        [-16, 2, 0, 1, 0], [0, -2, 0, 4, 2], [-3.5, 0, 2, 0, 0], [0, -2, 0, -4, -1], [0, -9, -2, 1, -2.8], [2, 0, -4, 0, 0], [-1, -1, -1, -1, -1],
            [-1, -2, -3, -2, -1], [1, 2, 3, 4, 5], [1, 1, 1, 1, 1],
    ];

    private static readonly double[][] Quadratic = [[30, -20, -10, 32, -10], [-20, 39, -6, -31, 32], [-10, -6, 10, -6, -10], [32, -31, -6, 39, -20],
        [-10, 32, -10, -20, 30]];
    private static readonly double[] Bounds = [-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1], Cubic = [4, 8, 10, 6, 2], Linear = [-15, -27, -36, -18, -12];

    public static T Primal<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T violation = MaxOver(0, 10, i => N<T>(Bounds[i]) - Sum(0, 5, j => N<T>(Constraints[i][j]) * x[j]));
        return (N<T>(50) * T.Max(T.Zero, violation)) + Sum(0, 5, j => x[j] * ((N<T>(Cubic[j]) * Square(x[j])) + N<T>(Linear[j]) + QuadraticRow(x, j)));
    }

    public static T Dual<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T value = (N<T>(2) * T.Abs(Sum(0, 5, j => N<T>(Cubic[j]) * x[j] * Square(x[j])))) + Sum(0, 5, j => x[j] * QuadraticRow(x, j))
            - Sum(0, 10, i => N<T>(Bounds[i]) * x[i + 5]);
        T penalty = Sum(0, 5,
            j => T.Max(T.Zero,
                Sum(0, 10, i => N<T>(Constraints[i][j]) * x[i + 5]) - (N<T>(3 * Cubic[j]) * Square(x[j])) - N<T>(Linear[j]) - (N<T>(2) * QuadraticRow(x, j))));
        return value + (N<T>(100) * (penalty + Sum(0, 15, i => T.Max(T.Zero, -x[i]))));
    }

    private static T QuadraticRow<T>(T[] x, int j)
        where T : IFloatingPointIeee754<T> => Sum(0, 5, i => N<T>(Quadratic[j][i]) * x[i]);
}
