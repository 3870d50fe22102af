namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>Derivatives by differences, extrapolated to step 0.</summary>
internal static class Difference
{
    private const int Rows = 6;
    private const double FirstStep = 0.05;

    /// <summary>The derivative of a function of a number at 0, element by element.</summary>
    /// <remarks>Central differences with Richardson's extrapolation; their error is a power series in the square of the step.</remarks>
    public static double[] At0(Func<double, double[]> function)
    {
        double[][] table = [];
        double[] best = [];
        for (int row = 0; row < Rows; row++)
        {
            double step = FirstStep / Math.Pow(2, row);
            double[] ahead = function(step), behind = function(-step);
            double[] current = [.. ahead.Zip(behind, (a, b) => (a - b) / (2 * step))];
            double[][] next = new double[row + 1][];
            next[0] = current;
            for (int column = 1; column <= row; column++)
            {
                double factor = Math.Pow(4, column);
                next[column] = [.. next[column - 1].Zip(table[column - 1], (fine, coarse) => ((factor * fine) - coarse) / (factor - 1))];
            }

            best = next[row];
            table = next;
        }

        return best;
    }

    /// <summary>The gradient of a function with respect to a list of numbers.</summary>
    public static double[] Gradient(Func<double[], double> function, double[] at) => [.. Jacobian(x => [function(x)], at).Select(column => column[0])];

    /// <summary>The Jacobian of a function with respect to a list of numbers, column by column.</summary>
    public static double[][] Jacobian(Func<double[], double[]> function, double[] at) =>
        [.. at.Select((_, place) => At0(step => function([.. at.Select((x, i) => i == place ? x + step : x)])))];
}
