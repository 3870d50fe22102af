#:project ../src/AutoDiff
using System.Numerics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

// A string hangs above a table and sags until it lies on it: min(force, gap) = 0 at each of n places, solved by a semismooth Newton method.
const int n = 300;
const double weight = 8.0 / n / n, table = -0.6;

static T[] Residual<T>(T[] height)
    where T : INumber<T>
{
    T[] residual = new T[n];
    for (int i = 0; i < n; i++)
    {
        T left = i > 0 ? height[i - 1] : T.Zero, right = i < n - 1 ? height[i + 1] : T.Zero;
        residual[i] = T.Min(height[i] + height[i] - left - right + T.CreateChecked(weight), height[i] - T.CreateChecked(table));
    }

    return residual;
}

double[] height = new double[n];
int steps = 0;
for (double[] residual = Residual(height); residual.Max(double.Abs) > 1e-12; residual = Residual(height))
{
    SparseJacobian jacobian = Jacobian.Compressed(Residual<Active>, height);
    if (steps++ == 0)
        Console.WriteLine($"{jacobian.Rows} × {jacobian.Columns}, {jacobian.Entries.Count} entries, found in {jacobian.Passes} passes");
    height = [.. height.Zip(Solve(jacobian, residual), (here, step) => here - step)];
}

Console.WriteLine($"solved in {steps} steps; {height.Count(here => double.Abs(here - table) < 1e-12)} of {n} places lie on the table");

// Elimination for a matrix with three diagonals.
static double[] Solve(SparseJacobian jacobian, double[] right)
{
    double[,] a = new double[n, 3];
    foreach ((int row, int column, double value) in jacobian.Entries)
        a[row, column - row + 1] = value;
    double[] x = [.. right];
    for (int i = 1; i < n; i++)
    {
        double factor = a[i, 0] / a[i - 1, 1];
        a[i, 1] -= factor * a[i - 1, 2];
        x[i] -= factor * x[i - 1];
    }

    for (int i = n - 1; i >= 0; i--)
        x[i] = (x[i] - (i < n - 1 ? a[i, 2] * x[i + 1] : 0)) / a[i, 1];
    return x;
}

// prints:
// 300 × 300, 898 entries, found in 3 passes
// solved in 63 steps; 70 of 300 places lie on the table
