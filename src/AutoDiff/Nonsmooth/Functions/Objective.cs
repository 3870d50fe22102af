using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// A real function of n real variables, given by a program on single numbers or on tensors that can be run any number of times. All analysis of kinks (Clarke
/// gradients and subdifferentials, conservativity, certificates) works on objectives of either kind.
/// </summary>
/// <remarks>The program must depend on its arguments alone: two runs at the same point must do the same.</remarks>
public abstract class Objective
{
    private protected Objective()
    {
    }

    /// <summary>An objective from a program on single numbers, which may use branches, loops and recursion.</summary>
    /// <param name="program">Computes the value from the variables. A function that is generic in its number type can be passed as <c>x =>
    /// F&lt;Active&gt;(x)</c>.</param>
    public static Objective OfScalars(Func<Active[], Active> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new ScalarObjective(program);
    }

    /// <summary>An objective from a program on one tensor of rank 1, whose elements are the variables.</summary>
    /// <param name="program">Computes a value of one element from the tensor.</param>
    public static Objective OfTensor(Func<Var<double>, Var<double>> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new TensorObjective(null, leaves => program(leaves[0]));
    }

    /// <summary>An objective from a program on tensors; the variables are their elements in row-major order, one tensor after the other.</summary>
    /// <param name="shapes">The tensors' shapes.</param>
    /// <param name="program">Computes a value of one element from the tensors.</param>
    public static Objective OfTensors(IReadOnlyList<Shape> shapes, Func<Var<double>[], Var<double>> program)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentNullException.ThrowIfNull(program);
        return new TensorObjective(shapes, program);
    }

    /// <summary>The value.</summary>
    /// <param name="point">The point.</param>
    public double Value(ReadOnlySpan<double> point)
    {
        using RecordedRun run = Run(point);
        return run.Value;
    }

    /// <summary>Value and gradient by backpropagation: an element of the conservative gradient that the selections choose.</summary>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public (double Value, double[] Gradient) Gradient(ReadOnlySpan<double> point, Selections? selections = null)
    {
        double[] gradient = new double[point.Length];
        double value = WriteGradient(point, gradient, selections);
        return (value, gradient);
    }

    /// <summary>
    /// Value and gradient by backpropagation, with the gradient written to the caller's memory. In large problems, allocating a new array at each point is a
    /// considerable part of the cost. From the second call on this allocates nothing on the managed heap, unless the program does.
    /// </summary>
    /// <param name="point">The point.</param>
    /// <param name="gradient">The destination of the gradient, with the length of the point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">The gradient and the point differ in length.</exception>
    public double Gradient(ReadOnlySpan<double> point, Span<double> gradient, Selections? selections = null)
    {
        if (gradient.Length != point.Length)
            throw new ArgumentException($"The destination holds {gradient.Length} numbers; the gradient at the point has {point.Length}.", nameof(gradient));
        return WriteGradient(point, gradient, selections);
    }

    /// <summary>
    /// Like <see cref="Run"/>, for another run of a program that ran at the point: along directions, or at a nearby point. If it throws, the run reports the
    /// exception.
    /// </summary>
    internal RecordedRun RunBeside(ReadOnlySpan<double> point, params ReadOnlySpan<double[]> directions)
    {
        try
        {
            return Run(point, null, directions);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException))
        {
            CheckDirections(point, directions);
            return new FailedRun(point.Length, directions.Length, exception);
        }
    }

    /// <summary>
    /// Value, gradient and the product of the Hessian with a vector, by forward over reverse. The result reports whether second derivatives do not exist.
    /// </summary>
    /// <remarks>B. Pearlmutter, Neural Computation 1994.</remarks>
    /// <param name="point">The point.</param>
    /// <param name="vector">The vector, with one element per variable.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public abstract HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null);

    /// <summary>
    /// Value, gradient and the products of the Hessian with several vectors. Programs on numbers compute up to eight of them in two passes over one record
    /// where they are twice differentiable; others run once for each vector.
    /// </summary>
    /// <param name="point">The point.</param>
    /// <param name="vectors">The vectors, one per row, with one element per variable; at least one.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="ArgumentException">There is no vector, or their length is not that of the point.</exception>
    public virtual HessianProducts HessianProducts(ReadOnlySpan<double> point, double[,] vectors, Selections? selections = null)
    {
        CheckVectors(point, vectors);
        HessianProduct[] parts = new HessianProduct[vectors.GetLength(0)];
        double[] vector = new double[point.Length];
        for (int row = 0; row < parts.Length; row++)
        {
            for (int column = 0; column < vector.Length; column++)
                vector[column] = vectors[row, column];
            parts[row] = HessianProduct(point, vector, selections);
        }

        return Nonsmooth.HessianProducts.Of(parts, point.Length);
    }

    /// <summary>Value, gradient and Hessian: the products with the unit vectors.</summary>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public HessianProducts Hessian(ReadOnlySpan<double> point, Selections? selections = null)
    {
        double[,] units = new double[point.Length, point.Length];
        for (int i = 0; i < point.Length; i++)
            units[i, i] = 1;
        return HessianProducts(point, units, selections);
    }

    /// <summary>
    /// Value, gradient and the entries of the Hessian that may be nonzero. For a program on numbers that is twice differentiable at the point one
    /// reverse pass finds and computes them together, at a cost that grows with their number; no pattern and no colouring is needed. For a program on tensors
    /// the rules tell which variables second derivatives may join, and columns of that pattern that share no row are one product. Where the program is not
    /// twice differentiable the whole Hessian is computed and its zeros are left out.
    /// </summary>
    /// <remarks>
    /// R. Gower and M. Mello, Optim. Methods Softw. 2012 (edge pushing); A. Curtis, M. Powell and J. Reid, J. Inst. Math. Appl. 1974 (products).
    /// </remarks>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public virtual SparseHessian SparseHessian(ReadOnlySpan<double> point, Selections? selections = null) =>
        Nonsmooth.SparseHessian.Of(Hessian(point, selections));

    /// <summary>The operations and comparisons that are at a kink at a point.</summary>
    /// <param name="point">The point.</param>
    public KinkCensus Kinks(ReadOnlySpan<double> point)
    {
        using RecordedRun run = Run(point);
        return run.Kinks();
    }

    /// <summary>Runs the program once.</summary>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks.</param>
    /// <param name="directions">Tangents, one per direction. They decide at kinks and comparisons, in their order.</param>
    internal abstract RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions);

    /// <summary>Writes the gradient by backpropagation and returns the value. Nothing else of the run is kept.</summary>
    private protected virtual double WriteGradient(ReadOnlySpan<double> point, Span<double> gradient, Selections? selections)
    {
        using RecordedRun run = Run(point, selections);
        run.WriteGradient(gradient);
        return run.Value;
    }

    /// <summary>Whether a run can carry several directions at a time.</summary>
    internal abstract bool CarriesSeveralDirections { get; }

    /// <summary>Runs the program once and keeps the values of single operations readable.</summary>
    internal virtual RecordedRun RunKeepingValues(ReadOnlySpan<double> point, Selections? selections) => Run(point, selections);

    private protected static void CheckVectors(ReadOnlySpan<double> point, double[,] vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        CheckDirections(point, []);
        if (vectors.GetLength(0) == 0 || vectors.GetLength(1) != point.Length)
            throw new ArgumentException(
                $"Vectors of shape {vectors.GetLength(0)} × {vectors.GetLength(1)} were given for a point of {point.Length}; each row is a vector.",
                nameof(vectors));
    }

    private protected static void CheckDirections(ReadOnlySpan<double> point, ReadOnlySpan<double[]> directions)
    {
        if (point.Length == 0)
            throw new ArgumentException("A point of no variables was given.", nameof(point));
        foreach (double[] direction in directions)
        {
            if (direction.Length != point.Length)
                throw new ArgumentException($"A direction of {direction.Length} elements was given for a point of {point.Length}.", nameof(directions));
        }
    }
}
