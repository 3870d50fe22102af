using System.Numerics;

namespace ConservativeAD.Solvers;

/// <summary>
/// The programs of L. Lukšan and J. Vlček, Test Problems for Nonsmooth Unconstrained and Linearly Constrained Optimization (TR 798, 2000), section 2, written
/// once for every number type. Names of variables follow the report.
/// </summary>
internal static class UnconstrainedPrograms
{
    private static readonly double[][] ShorCentres =
    [
        [0, 0, 0, 0, 0], [2, 1, 1, 1, 3], [1, 2, 1, 1, 2], [1, 4, 1, 2, 2], [3, 2, 1, 0, 1], [0, 2, 1, 0, 1], [1, 1, 1, 1, 1], [1, 0, 1, 2, 1], [0, 0, 2, 1, 0],
            [1, 1, 2, 0, 0],
    ];

    private static readonly double[] ShorWeights = [1, 5, 10, 2, 4, 3, 1.7, 2.5, 6, 3.5];
    private static readonly double[] ElAttarData = [.. Enumerable.Range(0, 51).Select(i => ElAttarTarget(i / 10.0))];
    private static readonly (double[,] Matrix, double[] Slope)[] MaxquadPieces = [.. Enumerable.Range(1, 5).Select(MaxquadPiece)];
    private static readonly double[] SteinerX = [0, 2, 3, 4, 5, 6], SteinerY = [2, 3, -1, -0.5, 2, 2], SteinerWeights = [2, 1, 1, 5, 1, 1],
        SteinerLinks = [1, 1, 2, 3, 2];

    public static T Rosenbrock<T>(T[] x)
        where T : IFloatingPointIeee754<T> => (N<T>(100) * Square(x[1] - Square(x[0]))) + Square(T.One - x[0]);

    public static T Crescent<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T q = Square(x[0]) + Square(x[1] - T.One);
        return T.Max(q + x[1] - T.One, x[1] + T.One - q);
    }

    public static T Cb2<T>(T[] x)
        where T : IFloatingPointIeee754<T> => Max(Square(x[0]) + Square(Square(x[1])), CharalambousQuadratic(x), CharalambousExponential(x));

    public static T Cb3<T>(T[] x)
        where T : IFloatingPointIeee754<T> => Max(Square(Square(x[0])) + Square(x[1]), CharalambousQuadratic(x), CharalambousExponential(x));

    public static T Dem<T>(T[] x)
        where T : IFloatingPointIeee754<T> =>
        Max((N<T>(5) * x[0]) + x[1], (N<T>(-5) * x[0]) + x[1], Square(x[0]) + Square(x[1]) + (N<T>(4) * x[1]));

    public static T Ql<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T q = Square(x[0]) + Square(x[1]);
        return Max(q, q + (N<T>(10) * (N<T>(4) - (N<T>(4) * x[0]) - x[1])), q + (N<T>(10) * (N<T>(6) - x[0] - (N<T>(2) * x[1]))));
    }

    public static T Lq<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T sum = -x[0] - x[1];
        return T.Max(sum, sum + Square(x[0]) + Square(x[1]) - T.One);
    }

    public static T Mifflin1<T>(T[] x)
        where T : IFloatingPointIeee754<T> => (N<T>(20) * T.Max(Square(x[0]) + Square(x[1]) - T.One, T.Zero)) - x[0];

    public static T Mifflin2<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T u = Square(x[0]) + Square(x[1]) - T.One;
        return (N<T>(2) * u) + (N<T>(1.75) * T.Abs(u)) - x[0];
    }

    public static T Wolfe<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T a = x[0], b = T.Abs(x[1]);
        if (a > b)
            return N<T>(5) * T.Sqrt((N<T>(9) * Square(a)) + (N<T>(16) * Square(b)));
        T linear = (N<T>(9) * a) + (N<T>(16) * b);
        return a > T.Zero ? linear : linear - (a * Square(Square(Square(a))));
    }

    public static T RosenSuzuki<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T q1 = Square(x[0]), q2 = Square(x[1]), q3 = Square(x[2]), q4 = Square(x[3]);
        T f1 = q1 + q2 + (N<T>(2) * q3) + q4 - (N<T>(5) * (x[0] + x[1])) - (N<T>(21) * x[2]) + (N<T>(7) * x[3]);
        T f2 = q1 + q2 + q3 + q4 + x[0] - x[1] + x[2] - x[3] - N<T>(8);
        T f3 = q1 + (N<T>(2) * q2) + q3 + (N<T>(2) * q4) - x[0] - x[3] - N<T>(10);
        T f4 = q1 + q2 + q3 + (N<T>(2) * x[0]) - x[1] - x[3] - N<T>(5);
        return f1 + (N<T>(10) * T.Max(T.Zero, Max(f2, f3, f4)));
    }

    public static T Shor<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T Piece(int i)
        {
            T sum = T.Zero;
            for (int j = 0; j < 5; j++)
                sum += Square(x[j] - N<T>(ShorCentres[i][j]));
            return N<T>(ShorWeights[i]) * sum;
        }

        return MaxOver(0, 10, Piece);
    }

    public static T ElAttar<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int i = 0; i < ElAttarData.Length; i++)
        {
            T t = N<T>(i / 10.0);
            sum += T.Abs((x[0] * T.Exp(-x[1] * t) * T.Cos((x[2] * t) + x[3])) + (x[4] * T.Exp(-x[5] * t)) - N<T>(ElAttarData[i]));
        }

        return sum;
    }

    public static T Maxquad<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T Piece(int k)
        {
            (double[,] matrix, double[] slope) = MaxquadPieces[k];
            T sum = T.Zero;
            for (int i = 0; i < x.Length; i++)
            {
                T row = -N<T>(slope[i]);
                for (int j = 0; j < x.Length; j++)
                    row += N<T>(matrix[i, j]) * x[j];
                sum += x[i] * row;
            }

            return sum;
        }

        return MaxOver(0, 5, Piece);
    }

    public static T Gill<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        T norm = Sum(0, 10, i => Square(x[i]));
        T f1 = Sum(0, 10, i => Square(x[i] - T.One)) + (N<T>(1e-3) * Square(norm - N<T>(0.25)));
        T f2 = Square(x[0]) + Square(x[1] - Square(x[0]) - T.One);
        for (int i = 1; i < 30; i++)
        {
            double t = i / 29.0;
            T slope = Sum(1, 10, j => x[j] * N<T>(j * Math.Pow(t, j - 1))), value = Sum(0, 10, j => x[j] * N<T>(Math.Pow(t, j)));
            f2 += Square(slope - Square(value) - T.One);
        }

        T f3 = Sum(1, 10, i => (N<T>(100) * Square(x[i] - Square(x[i - 1]))) + Square(T.One - x[i]));
        return Max(f1, f2, f3);
    }

    public static T Steiner2<T>(T[] x)
        where T : IFloatingPointIeee754<T> =>
        T.Hypot(x[0], x[6]) + T.Hypot(N<T>(5.5) - x[5], x[11] + T.One)
        + Sum(0, 6, j => N<T>(SteinerWeights[j]) * T.Hypot(N<T>(SteinerX[j]) - x[j], N<T>(SteinerY[j]) - x[j + 6]))
        + Sum(0, 5, j => N<T>(SteinerLinks[j]) * T.Hypot(x[j] - x[j + 1], x[j + 6] - x[j + 7]));

    public static double[] Steiner2Start()
    {
        double[] x = new double[12];
        (x[0], x[6]) = (2.0 / 3, 5.0 / 3);
        for (int i = 1; i < 5; i++)
        {
            x[i] = (x[i - 1] + SteinerX[i] + SteinerX[i + 1]) / 3;
            x[i + 6] = (x[i + 5] + SteinerY[i] + SteinerY[i + 1]) / 3;
        }

        (x[5], x[11]) = ((x[4] + 11.5) / 3, (x[10] + 1) / 3);
        return x;
    }

    public static T Maxq<T>(T[] x)
        where T : IFloatingPointIeee754<T> => MaxOver(0, x.Length, i => Square(x[i]));

    public static T Maxl<T>(T[] x)
        where T : IFloatingPointIeee754<T> => MaxOver(0, x.Length, i => T.Abs(x[i]));

    public static T Goffin<T>(T[] x)
        where T : IFloatingPointIeee754<T> => (N<T>(x.Length) * MaxOver(0, x.Length, i => x[i])) - Sum(0, x.Length, i => x[i]);

    public static T MaxHilbert<T>(T[] x)
        where T : IFloatingPointIeee754<T> => MaxOver(0, x.Length, i => T.Abs(HilbertRow(x, i)));

    public static T SumHilbert<T>(T[] x)
        where T : IFloatingPointIeee754<T> => Sum(0, x.Length, i => T.Abs(HilbertRow(x, i)));

    public static T Hs78<T>(T[] x)
        where T : IFloatingPointIeee754<T> =>
        (x[0] * x[1] * x[2] * x[3] * x[4]) + (N<T>(10) * (T.Abs(Sum(0, 5, i => Square(x[i])) - N<T>(10))
            + T.Abs((x[1] * x[2]) - (N<T>(5) * x[3] * x[4]))
            + T.Abs((x[0] * Square(x[0])) + (x[1] * Square(x[1])) + T.One)));

    internal static T N<T>(double value)
        where T : IFloatingPointIeee754<T> => T.CreateChecked(value);

    internal static T Square<T>(T x)
        where T : IFloatingPointIeee754<T> => x * x;

    internal static T Max<T>(T x, T y, T z)
        where T : IFloatingPointIeee754<T> => T.Max(T.Max(x, y), z);

    internal static T MaxOver<T>(int first, int end, Func<int, T> piece)
        where T : IFloatingPointIeee754<T>
    {
        T largest = piece(first);
        for (int i = first + 1; i < end; i++)
            largest = T.Max(largest, piece(i));
        return largest;
    }

    internal static T Sum<T>(int first, int end, Func<int, T> term)
        where T : IFloatingPointIeee754<T>
    {
        T sum = term(first);
        for (int i = first + 1; i < end; i++)
            sum += term(i);
        return sum;
    }

    private static T CharalambousQuadratic<T>(T[] x)
        where T : IFloatingPointIeee754<T> => Square(N<T>(2) - x[0]) + Square(N<T>(2) - x[1]);

    private static T CharalambousExponential<T>(T[] x)
        where T : IFloatingPointIeee754<T> => N<T>(2) * T.Exp(x[1] - x[0]);

    private static T HilbertRow<T>(T[] x, int i)
        where T : IFloatingPointIeee754<T> => Sum(0, x.Length, j => x[j] / N<T>(i + j + 1));

    private static double ElAttarTarget(double t) =>
        (0.5 * Math.Exp(-t)) - Math.Exp(-2 * t) + (0.5 * Math.Exp(-3 * t)) + (1.5 * Math.Exp(-1.5 * t) * Math.Sin(7 * t))
        + (Math.Exp(-2.5 * t) * Math.Sin(5 * t));

    private static (double[,] Matrix, double[] Slope) MaxquadPiece(int k)
    {
        double[,] matrix = new double[10, 10];
        double[] slope = new double[10];
        for (int i = 1; i <= 10; i++)
        {
            slope[i - 1] = Math.Exp((double)i / k) * Math.Sin(i * k);
            for (int j = i + 1; j <= 10; j++)
                matrix[i - 1, j - 1] = matrix[j - 1, i - 1] = Math.Exp((double)i / j) * Math.Cos(i * j) * Math.Sin(k);
        }

        for (int i = 0; i < 10; i++)
        {
            double others = Enumerable.Range(0, 10).Where(j => j != i).Sum(j => Math.Abs(matrix[i, j]));
            matrix[i, i] = ((i + 1) / 10.0 * Math.Abs(Math.Sin(k))) + others;
        }

        return (matrix, slope);
    }
}
