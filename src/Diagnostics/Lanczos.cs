using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// Computes eigenvalues of a symmetric operator from its products only (C. Lanczos, J. Res. Nat. Bur. Standards 1950). Every new vector is orthogonalised twice
/// against all previous ones, so that no eigenvalue is found again. At an invariant subspace, the iteration continues with a new vector orthogonal to it, so n
/// steps give every eigenvalue with its multiplicity.
/// </summary>
internal static class Lanczos
{
    /// <summary>The result of the iteration.</summary>
    /// <param name="Values">Ritz values in ascending order; all eigenvalues if <paramref name="IsComplete"/>.</param>
    /// <param name="SmallestVector">A unit vector for the smallest.</param>
    /// <param name="LargestVector">A unit vector for the largest.</param>
    /// <param name="ErrorBound">The largest possible distance of the two extreme Ritz values from an eigenvalue.</param>
    /// <param name="IsComplete">Whether there is one value per row of the operator.</param>
    public sealed record Spectrum(double[] Values, double[] SmallestVector, double[] LargestVector, double ErrorBound, bool IsComplete);

    public static Spectrum Find(int dimension, Func<double[], double[]> product, int mostSteps, double tolerance, ulong seed, CancellationToken cancellation)
    {
        int steps = Math.Min(dimension, mostSteps);
        List<double[]> basis = [];
        List<double> diagonal = [], beside = [];
        double scale = 0;
        ulong draws = 0;
        double[] v = Fresh(dimension, basis, seed, ref draws);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            basis.Add(v);
            double[] w = [.. product(v)];
            if (!double.IsFinite(TensorPrimitives.Norm<double>(w)))
                throw new ArithmeticException("A product of the operator with a vector is not finite, so that it has no eigenvalues.");
            diagonal.Add(TensorPrimitives.Dot<double>(v, w));
            Orthonormal.RejectInPlace(basis, w);
            double length = TensorPrimitives.Norm<double>(w);
            scale = Math.Max(scale, Math.Max(Math.Abs(diagonal[^1]), length));
            bool isInvariant = length <= 1e-12 * scale;
            bool isLast = basis.Count == steps;
            if (isLast || (basis.Count % 10 == 0 && !isInvariant && dimension > mostSteps))
            {
                Evd<double> evd = Eigen(diagonal, beside);
                double bound = isInvariant
                    ? 0
                    : length * Math.Max(Math.Abs(evd.EigenVectors[basis.Count - 1, 0]), Math.Abs(evd.EigenVectors[basis.Count - 1, basis.Count - 1]));
                if (isLast || bound <= tolerance * scale)
                    return Collect(evd, basis, basis.Count == dimension ? 0 : bound, basis.Count == dimension);
            }

            beside.Add(isInvariant ? 0 : length);
            if (isInvariant)
                v = Fresh(dimension, basis, seed, ref draws);
            else
                TensorPrimitives.Divide(w, length, v = w);
        }
    }

    /// <summary>The eigenvalues of a symmetric matrix, in ascending order.</summary>
    public static double[] Dense(double[,] matrix) =>
        [.. Matrix<double>.Build.DenseOfArray(matrix).Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];

    private static Spectrum Collect(Evd<double> evd, List<double[]> basis, double bound, bool isComplete)
    {
        double[] values = [.. evd.EigenValues.Select(value => value.Real)];
        return new Spectrum(values, Ritz(0), Ritz(values.Length - 1), bound, isComplete);

        double[] Ritz(int column)
        {
            double[] vector = new double[basis[0].Length];
            for (int i = 0; i < basis.Count; i++)
                TensorPrimitives.MultiplyAdd(basis[i], evd.EigenVectors[i, column], vector, vector);
            return vector;
        }
    }

    private static Evd<double> Eigen(List<double> diagonal, List<double> beside)
    {
        Matrix<double> tridiagonal = Matrix<double>.Build.Dense(diagonal.Count, diagonal.Count);
        for (int i = 0; i < diagonal.Count; i++)
        {
            tridiagonal[i, i] = diagonal[i];
            if (i + 1 < diagonal.Count)
                tridiagonal[i, i + 1] = tridiagonal[i + 1, i] = beside[i];
        }

        return tridiagonal.Evd(Symmetricity.Symmetric);
    }

    private static double[] Fresh(int dimension, List<double[]> basis, ulong seed, ref ulong draws)
    {
        double[] v = new double[dimension];
        while (true)
        {
            Philox.For(seed, (uint)Streams.LanczosStarts, draws++).Normal<double>(v, 0, 1);
            Orthonormal.RejectInPlace(basis, v);
            double length = TensorPrimitives.Norm<double>(v);
            if (length > 1e-8)
            {
                TensorPrimitives.Divide(v, length, v);
                return v;
            }
        }
    }
}
