using ConservativeAD.Optimizers;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ConservativeAD.Solvers;

/// <summary>
/// λ times the nuclear norm, the sum of the singular values of a matrix: its proximal operator lowers each singular value by tλ, but not below 0 (J.-F. Cai, E.
/// Candès and Z. Shen, SIAM J. Optim. 2010).
/// </summary>
/// <remarks>
/// The Jacobian is that of a spectral function: for X = UΣV' and a direction H, with M = U'HV, the symmetric part of M is multiplied by (φᵢ − φⱼ)/(σᵢ − σⱼ),
/// the skew part by (φᵢ + φⱼ)/(σᵢ + σⱼ), and columns beyond the square by φᵢ/σᵢ, where φ = max(0, σ − tλ) (A. Lewis and H. Sendov, Set-Valued Anal. 2005, for
/// singular values).
/// </remarks>
internal sealed class NuclearNormOperator(double weight, int rows) : IProximalOperator
{
    // Singular values this close, relative to the largest, count as equal, and the derivative replaces their difference quotient.
    private const double Equal = 1e-12;

    public double Value(ReadOnlySpan<double> point) => weight * Decompose(point, false).S.Sum();

    public double[] Apply(ReadOnlySpan<double> point, double step)
    {
        Svd<double> svd = Decompose(point, true);
        int columns = point.Length / rows;
        double[] result = new double[point.Length];
        for (int k = 0; k < svd.S.Count; k++)
        {
            double kept = svd.S[k] - (step * weight);
            if (!(kept > 0))
                break;
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                    result[(i * columns) + j] += kept * svd.U[i, k] * svd.VT[k, j];
            }
        }

        return result;
    }

    public double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step)
    {
        Svd<double> svd = Decompose(point, true);
        int columns = point.Length / rows, count = svd.S.Count;
        Matrix<double> middle = svd.U.TransposeThisAndMultiply(Matrix(vector)).TransposeAndMultiply(svd.VT), product = middle.Clone();
        double threshold = step * weight, close = Equal * svd.S[0];
        double Lowered(double value) => Math.Max(0, value - threshold);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double one = i < count ? svd.S[i] : 0, other = j < count ? svd.S[j] : 0;
                if (i >= count || j >= count)
                {
                    // For columns beyond the square part, the other singular value is 0.
                    double size = Math.Max(one, other);
                    product[i, j] *= size > 0 ? Lowered(size) / size : 0;
                    continue;
                }

                double difference = Math.Abs(one - other) > close ? (Lowered(one) - Lowered(other)) / (one - other) : 0.5 * (one + other) > threshold ? 1 : 0;
                double sum = one + other > 0 ? (Lowered(one) + Lowered(other)) / (one + other) : 0;
                product[i, j] = (0.5 * difference * (middle[i, j] + middle[j, i])) + (0.5 * sum * (middle[i, j] - middle[j, i]));
            }
        }

        Matrix<double> result = svd.U * product * svd.VT;
        return [.. Enumerable.Range(0, point.Length).Select(k => result[k / columns, k % columns])];
    }

    private Svd<double> Decompose(ReadOnlySpan<double> point, bool withVectors) => Matrix(point).Svd(withVectors);

    private Matrix<double> Matrix(ReadOnlySpan<double> point)
    {
        if (point.Length == 0 || point.Length % rows != 0)
            throw new ArgumentException($"A matrix of {rows} rows, row after row, takes a multiple of {rows} numbers; {point.Length} were given.",
                nameof(point));
        double[] elements = point.ToArray();
        int columns = point.Length / rows;
        return Matrix<double>.Build.Dense(rows, columns, (i, j) => elements[(i * columns) + j]);
    }
}
