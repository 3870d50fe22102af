using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// A real function of n real variables, given by a program that can be run as often as it takes: on single numbers, or on tensors. What the engine knows of kinks (Clarke gradients and
/// subdifferentials, conservativity, certificates) it tells of objectives, whichever kind they are.
/// </summary>
/// <remarks>The program must be a function of its arguments alone: run twice at one point it must do the same.</remarks>
public abstract class Objective
{
    private protected Objective()
    {
    }

    /// <summary>A program on single numbers, with branches, loops and recursion as it likes.</summary>
    /// <param name="program">From the variables to the value. A function generic in its number type serves as <c>x => F&lt;Active&gt;(x)</c>.</param>
    public static Objective OfScalars(Func<Active[], Active> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new ScalarObjective(program);
    }

    /// <summary>A program on one tensor of rank 1, whose elements are the variables.</summary>
    /// <param name="program">From the tensor to a value of one element.</param>
    public static Objective OfTensor(Func<Var<double>, Var<double>> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new TensorObjective(null, leaves => program(leaves[0]));
    }

    /// <summary>A program on tensors; the variables are their elements in row-major order, one tensor after the other.</summary>
    /// <param name="shapes">The tensors' shapes.</param>
    /// <param name="program">From the tensors to a value of one element.</param>
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
    /// <param name="selections">What is returned at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public (double Value, double[] Gradient) Gradient(ReadOnlySpan<double> point, Selections? selections = null)
    {
        using RecordedRun run = Run(point, selections);
        return (run.Value, run.Gradient());
    }

    /// <summary>Value and gradient by backpropagation, the gradient into memory of the caller's: of large problems a new array at each point is a good part of the cost.</summary>
    /// <param name="point">The point.</param>
    /// <param name="gradient">Where the gradient is written, as long as the point.</param>
    /// <param name="selections">What is returned at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">The gradient has another length than the point.</exception>
    public double Gradient(ReadOnlySpan<double> point, Span<double> gradient, Selections? selections = null)
    {
        if (gradient.Length != point.Length)
            throw new ArgumentException($"Room for a gradient of {gradient.Length} numbers was given at a point of {point.Length}.", nameof(gradient));
        using RecordedRun run = Run(point, selections);
        run.WriteGradient(gradient);
        return run.Value;
    }

    /// <summary>Value, gradient and the product of the Hessian with a vector, forward over reverse. Where second derivatives do not exist the result says so.</summary>
    /// <remarks>B. Pearlmutter, Neural Computation 1994.</remarks>
    /// <param name="point">The point.</param>
    /// <param name="vector">The vector, one element a variable.</param>
    /// <param name="selections">What is returned at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public abstract HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null);

    /// <summary>Which operations and comparisons sit at a kink at a point.</summary>
    /// <param name="point">The point.</param>
    public KinkCensus Kinks(ReadOnlySpan<double> point)
    {
        using RecordedRun run = Run(point);
        return run.Kinks();
    }

    /// <summary>Runs the program once.</summary>
    /// <param name="point">The point.</param>
    /// <param name="selections">What is returned at kinks.</param>
    /// <param name="directions">Tangents, one a direction; kinks and comparisons are then decided by them, in their order.</param>
    internal abstract RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions);

    /// <summary>Runs the program once, so that the values of single operations can be read.</summary>
    internal virtual RecordedRun RunKeepingValues(ReadOnlySpan<double> point, Selections? selections) => Run(point, selections);

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
