using System.Numerics;

namespace ConservativeAD.Solvers;

/// <summary>
/// The product with the Hilbert matrix, yᵢ = Σⱼ xⱼ/(i + j − 1), without storing the matrix. Its entries depend only on i + j, so the product is part of a
/// cyclic convolution and takes O(n log n) operations by the fast Fourier transform.
/// </summary>
internal sealed class HilbertOperator
{
    private readonly int size;
    private readonly Complex[] roots;
    private readonly Complex[] kernel;

    public HilbertOperator(int size)
    {
        this.size = size;

        // The result is at places n − 1 … 2n − 2 of the full convolution of length 3n − 2; a cyclic convolution of length 2n − 1 folds the rest onto other
        // places.
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)((2 * size) - 1));
        roots = [.. Enumerable.Range(0, Math.Max(1, length / 2)).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / length))];
        kernel = new Complex[length];
        for (int k = 0; k < (2 * size) - 1; k++)
            kernel[k] = 1.0 / (k + 1);
        Transform(kernel);
    }

    /// <summary>H·x, which equals the transposed product.</summary>
    public double[] Apply(double[] x)
    {
        int length = kernel.Length;
        Complex[] work = new Complex[length];
        for (int j = 0; j < size; j++)
            work[size - 1 - j] = x[j];
        Transform(work);

        // The inverse transform is the conjugate of the conjugate's transform; only the real part is read.
        for (int k = 0; k < length; k++)
            work[k] = Complex.Conjugate(work[k] * kernel[k]);
        Transform(work);
        double[] y = new double[size];
        for (int i = 0; i < size; i++)
            y[i] = work[size - 1 + i].Real / length;
        return y;
    }

    // J. Cooley and J. Tukey, Math. Comp. 1965; decimation in time, in place.
    private void Transform(Complex[] values)
    {
        int length = values.Length;
        for (int i = 1, reversed = 0; i < length; i++)
        {
            int bit = length >> 1;
            for (; (reversed & bit) != 0; bit >>= 1)
                reversed ^= bit;
            reversed ^= bit;
            if (i < reversed)
                (values[i], values[reversed]) = (values[reversed], values[i]);
        }

        for (int half = 1; half < length; half *= 2)
        {
            int stride = length / (2 * half);
            for (int block = 0; block < length; block += 2 * half)
            {
                for (int k = 0; k < half; k++)
                {
                    Complex odd = values[block + k + half] * roots[k * stride], even = values[block + k];
                    values[block + k] = even + odd;
                    values[block + k + half] = even - odd;
                }
            }
        }
    }
}
