using System.Globalization;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The tangent kernel K = J·Jᵀ of a model H: parameters → outputs, with its spectrum. For F = ‖H(θ) − y‖² it gives ‖∇F‖² ≥ 4·λ_min(K)·F: if K stays well
/// conditioned along a run, the rate is linear.
/// </summary>
/// <remarks>A. Jacot, F. Gabriel and C. Hongler, NeurIPS 2018. At kinks J is the element of the conservative Jacobian given by the selections.</remarks>
public sealed class TangentKernel
{
    private readonly double[,]? matrix;

    private TangentKernel(double[,]? matrix, double[] eigenvalues, bool isComplete, double errorBound, int outputs)
    {
        this.matrix = matrix;
        Eigenvalues = eigenvalues;
        (IsComplete, ErrorBound, Outputs) = (isComplete, errorBound, outputs);
    }

    /// <summary>The number of outputs of the model, which is the number of rows of K.</summary>
    public int Outputs { get; }

    /// <summary>The eigenvalues in ascending order: all of them, or the Ritz values of a Krylov space, whose first and last are accurate to
    /// <see cref="ErrorBound"/>.</summary>
    public IReadOnlyList<double> Eigenvalues { get; }

    /// <summary>Whether <see cref="Eigenvalues"/> contains all eigenvalues.</summary>
    public bool IsComplete { get; }

    /// <summary>The largest possible distance of the extreme values from an eigenvalue.</summary>
    public double ErrorBound { get; }

    /// <summary>λ_min.</summary>
    public double Smallest => Eigenvalues[0];

    /// <summary>λ_max.</summary>
    public double Largest => Eigenvalues[^1];

    /// <summary>K itself; null if only products with it were computed.</summary>
    public double[,]? Matrix => (double[,]?)matrix?.Clone();

    /// <summary>Makes the kernel from a Jacobian with one row per output.</summary>
    /// <param name="jacobian">J.</param>
    public static TangentKernel Of(double[,] jacobian)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        int outputs = jacobian.GetLength(0), parameters = jacobian.GetLength(1);
        if (outputs == 0 || parameters == 0)
            throw new ArgumentException($"A Jacobian of {outputs} rows and {parameters} columns was given; it needs one of each at least.", nameof(jacobian));
        double[][] rows = new double[outputs][];
        for (int i = 0; i < outputs; i++)
            rows[i] = [.. Enumerable.Range(0, parameters).Select(j => jacobian[i, j])];
        return OfRows(rows);
    }

    /// <summary>Makes the kernel of a model on single numbers.</summary>
    /// <param name="model">From the parameters to the outputs.</param>
    /// <param name="point">The parameters.</param>
    /// <param name="selections">The selections at kinks.</param>
    public static TangentKernel Of(Func<Active[], Active[]> model, ReadOnlySpan<double> point, Selections? selections = null) =>
        Of(Jacobian.Of(model, point, selections));

    /// <summary>
    /// Makes the kernel of a model on tensors, by one reverse pass per output. If there are more outputs than <paramref name="mostRows"/>, products K·v are
    /// computed instead, each by a reverse and a forward pass.
    /// </summary>
    /// <param name="shapes">The shapes of the parameter tensors.</param>
    /// <param name="model">From the parameters to the outputs, in a tensor of any shape.</param>
    /// <param name="point">The parameters' elements, one tensor after the other.</param>
    /// <param name="selections">The selections at kinks.</param>
    /// <param name="mostRows">The most outputs for which K is formed.</param>
    /// <param name="options">The options of the eigenvalue computation if K is not formed.</param>
    /// <param name="cancellation">Stops it.</param>
    public static TangentKernel Of(IReadOnlyList<Shape> shapes, Func<Var<double>[], Var<double>> model, ReadOnlySpan<double> point,
        Selections? selections = null, int mostRows = 1000, SpectrumOptions? options = null, CancellationToken cancellation = default)
    {
        using TensorModel map = new(shapes, model, point, selections);
        options ??= new SpectrumOptions();
        options.Check();
        if (map.Outputs <= mostRows)
        {
            double[] one = new double[map.Outputs];
            double[][] rows = new double[map.Outputs][];
            for (int i = 0; i < rows.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                one[i] = 1;
                rows[i] = map.Pull(one);
                one[i] = 0;
            }

            return OfRows(rows);
        }

        Lanczos.Spectrum found = Lanczos.Find(map.Outputs, v => map.Push(map.Pull(v)), options.Products, options.Tolerance, options.Seed, cancellation);
        return new TangentKernel(null, found.Values, found.IsComplete, found.ErrorBound, map.Outputs);
    }

    /// <summary>‖K − K₀‖/‖K₀‖ in Frobenius norms: the relative change of the kernel.</summary>
    /// <param name="initial">K₀.</param>
    /// <exception cref="InvalidOperationException">One of the two kernels was not formed, or they have different numbers of outputs.</exception>
    public double DriftFrom(TangentKernel initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        if (matrix is null || initial.matrix is null || Outputs != initial.Outputs)
            throw new InvalidOperationException(
                $"The drift takes two kernels of as many outputs, both formed; they have {Outputs} and {initial.Outputs}, and "
                    + $"{(matrix is null || initial.matrix is null ? "one was not formed" : "both were formed")}.");
        double difference = 0, size = 0;
        for (int i = 0; i < Outputs; i++)
        {
            for (int j = 0; j < Outputs; j++)
            {
                double d = matrix[i, j] - initial.matrix[i, j];
                difference += d * d;
                size += initial.matrix[i, j] * initial.matrix[i, j];
            }
        }

        return Math.Sqrt(difference / size);
    }

    /// <summary>The least squares inequality ‖∇F‖² ≥ 4·λ_min(K)·F for F = ‖H(θ) − y‖².</summary>
    /// <param name="value">F.</param>
    /// <param name="gradientNorm">‖∇F‖.</param>
    /// <returns>The left side, the right side, and whether it holds up to rounding.</returns>
    public (double SquaredGradient, double Bound, bool Holds) LeastSquares(double value, double gradientNorm)
    {
        double squared = gradientNorm * gradientNorm, bound = 4 * Math.Max(0, Smallest) * value;
        return (squared, bound, squared >= bound * (1 - 1e-9));
    }

    /// <summary>
    /// The losses ‖rₖ‖² of the linearised model, whose kernel stays K, under gradient descent on ‖H(θ) − y‖² with constant steps: rₖ₊₁ = (I − 2α·K)·rₖ.
    /// Training is lazy if the run has the same losses.
    /// </summary>
    /// <param name="residual">r₀ = H(θ₀) − y.</param>
    /// <param name="stepSize">α.</param>
    /// <param name="steps">The number of steps.</param>
    /// <returns>steps + 1 losses.</returns>
    /// <exception cref="InvalidOperationException">The kernel was not formed.</exception>
    /// <exception cref="ArgumentException">The residual's length differs from the number of outputs.</exception>
    public double[] LinearizedLosses(ReadOnlySpan<double> residual, double stepSize, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (matrix is null)
            throw new InvalidOperationException($"The kernel of {Outputs} outputs was not formed; allow as many rows.");
        if (residual.Length != Outputs)
            throw new ArgumentException($"A residual of {residual.Length} numbers was given for {Outputs} outputs.", nameof(residual));
        double[] now = residual.ToArray(), next = new double[now.Length], losses = new double[steps + 1];
        losses[0] = TensorPrimitives.SumOfSquares<double>(now);
        for (int k = 1; k <= steps; k++)
        {
            for (int i = 0; i < now.Length; i++)
            {
                double product = 0;
                for (int j = 0; j < now.Length; j++)
                    product += matrix[i, j] * now[j];
                next[i] = now[i] - (2 * stepSize * product);
            }

            (now, next) = (next, now);
            losses[k] = TensorPrimitives.SumOfSquares<double>(now);
        }

        return losses;
    }

    private static TangentKernel OfRows(double[][] rows)
    {
        double[,] kernel = new double[rows.Length, rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j <= i; j++)
                kernel[i, j] = kernel[j, i] = TensorPrimitives.Dot<double>(rows[i], rows[j]);
        }

        return new TangentKernel(kernel, Lanczos.Dense(kernel), true, 0, rows.Length);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"tangent kernel of {Outputs} outputs, eigenvalues from {VectorText.Number(Smallest)} to "
                + $"{VectorText.Number(Largest)}{(IsComplete ? "" : ", of a part")}");
}
