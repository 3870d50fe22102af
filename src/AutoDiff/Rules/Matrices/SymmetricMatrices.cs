using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Checks of matrices that must be symmetric.</summary>
internal static class SymmetricMatrices
{
    // Elements across the diagonal may differ by this many rounding errors of the largest element, as after products in another order.
    private const double Slack = 64;

    /// <summary>Replaces a matrix by its symmetric part, or refuses it if that differs by more than rounding errors.</summary>
    /// <typeparam name="T">The element type, whose rounding errors count.</typeparam>
    /// <param name="a">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="operation">The operation's name.</param>
    /// <param name="index">The index of the matrix in its stack.</param>
    /// <param name="shape">The shape of the stack.</param>
    /// <exception cref="ArgumentException">The matrix is not symmetric.</exception>
    public static void Check<T>(Span<double> a, int n, string operation, int index, in Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n == 0)
            return;
        double precision = double.CreateTruncating(T.BitIncrement(T.One) - T.One);
        double allowed = Slack * precision * Math.Abs(TensorPrimitives.MaxMagnitude<double>(a));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double below = a[(i * n) + j], above = a[(j * n) + i];
                if (below == above)
                    continue;
                if (Math.Abs(below - above) > allowed)
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                        $"{operation}: {Matrices.Name(index, shape)} is not symmetric: element ({i}, {j}) is {below:g9} and element ({j}, {i}) is {above:g9}; "
                            + $"SymmetricPart() makes it symmetric."));
                a[(i * n) + j] = a[(j * n) + i] = (below / 2) + (above / 2);
            }
        }
    }
}
