using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ConservativeAD.Solutions;

/// <summary>A system by LU factorisation.</summary>
internal sealed class FactorisedSystem : ILinearSystem
{
    // With a larger condition, no digit of a solution is right.
    private const double LargestCondition = 1e15;

    private readonly LU<double> factors;
    private readonly Matrix<double> inverse;

    private FactorisedSystem(LU<double> factors, Matrix<double> inverse, double condition) =>
        (this.factors, this.inverse, Condition) = (factors, inverse, condition);

    public double? Condition { get; }

    /// <summary>The sign of the determinant.</summary>
    public int Sign => SignOf(factors.U.Diagonal()) * Parity(factors.P);

    /// <summary>Factorises a matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="condition">Its condition in the 1-norm; infinite if it is singular, NaN if it is not finite.</param>
    /// <returns>The system; null if the matrix is singular to working precision.</returns>
    public static FactorisedSystem? Of(double[,] matrix, out double condition)
    {
        Matrix<double> dense = Matrix<double>.Build.DenseOfArray(matrix);
        condition = double.NaN;
        if (!dense.ForAll(double.IsFinite))
            return null;
        LU<double> factors = dense.LU();
        condition = double.PositiveInfinity;
        if (factors.U.Diagonal().Exists(pivot => pivot == 0))
            return null;
        Matrix<double> inverse = factors.Inverse();
        condition = dense.L1Norm() * inverse.L1Norm();
        return condition <= LargestCondition ? new FactorisedSystem(factors, inverse, condition) : null;
    }

    /// <summary>An element of the inverse.</summary>
    public double Inverse(int row, int column) => inverse[row, column];

    public double[] Solve(double[] right) => [.. factors.Solve(Vector<double>.Build.DenseOfArray(right))];

    public double[] SolveTransposed(double[] right) => [.. inverse.TransposeThisAndMultiply(Vector<double>.Build.DenseOfArray(right))];

    private static int SignOf(Vector<double> diagonal)
    {
        int sign = 1;
        foreach (double pivot in diagonal)
            sign *= Math.Sign(pivot);
        return sign;
    }

    private static int Parity(MathNet.Numerics.Permutation permutation)
    {
        int sign = 1;
        bool[] seen = new bool[permutation.Dimension];
        for (int start = 0; start < seen.Length; start++)
        {
            int length = 0;
            for (int i = start; !seen[i]; i = permutation[i])
            {
                seen[i] = true;
                length++;
            }

            if (length > 0 && length % 2 == 0)
                sign = -sign;
        }

        return sign;
    }
}
