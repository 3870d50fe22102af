using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.LinearAlgebra;

namespace ConservativeAD.Solutions;

/// <summary>An iteration z ← T(z, x), whose result is differentiated in x in one of four ways (<see cref="IterationDerivative"/>).</summary>
public sealed class FixedPointIteration
{
    private readonly Equation map;

    private FixedPointIteration(Equation map, Equation equation) => (this.map, Equation) = (map, equation);

    /// <summary>The equation z = T(z, x).</summary>
    public Equation Equation { get; }

    /// <summary>An iteration by a program on single numbers.</summary>
    /// <param name="unknowns">The number of unknowns z.</param>
    /// <param name="parameters">The number of parameters x.</param>
    /// <param name="map">T: computes as many values as there are unknowns.</param>
    public static FixedPointIteration OfScalars(int unknowns, int parameters, Func<Active[], Active[], Active[]> map) =>
        new(Equation.OfScalars(unknowns, parameters, map), Equation.OfFixedPoint(unknowns, parameters, map));

    /// <summary>An iteration by a program on tensors.</summary>
    /// <param name="unknowns">The shape of the unknowns z.</param>
    /// <param name="parameters">The shape of the parameters x.</param>
    /// <param name="map">T; its value has the shape of the unknowns.</param>
    public static FixedPointIteration OfTensors(in Shape unknowns, in Shape parameters, Func<Var<double>, Var<double>, Var<double>> map) =>
        new(Equation.OfTensors(unknowns, parameters, map), Equation.OfFixedPoint(unknowns, parameters, map));

    /// <summary>Iterates.</summary>
    /// <param name="start">The first z.</param>
    /// <param name="parameters">x.</param>
    /// <param name="derivative">How the result is differentiated.</param>
    /// <param name="options">When to end; the defaults if null.</param>
    /// <exception cref="ArgumentException">The numbers of unknowns or parameters are not those of the map.</exception>
    /// <exception cref="NotASolutionException">An iterate is not finite, or, for <see cref="IterationDerivative.Implicit"/>, the last is no fixed
    /// point.</exception>
    public IterationResult Run(ReadOnlySpan<double> start, ReadOnlySpan<double> parameters, IterationDerivative derivative, IterationOptions? options = null)
    {
        IterationOptions end = (options ?? new IterationOptions()).Checked();
        if (start.Length != map.Unknowns || parameters.Length != map.Parameters)
        {
            throw new ArgumentException($"{start.Length} unknowns and {parameters.Length} parameters were given; the map has {map.Unknowns} and "
                + $"{map.Parameters}.");
        }

        double[] z = start.ToArray(), x = parameters.ToArray();
        List<double[]> path = [z];
        double[,] carried = new double[z.Length, x.Length];
        int steps = 0;
        double length = double.PositiveInfinity;
        while (steps < end.MaximumSteps && !(length <= end.Tolerance * (1 + Vectors.Norm(z)) && end.Tolerance > 0))
        {
            end.Cancellation.ThrowIfCancellationRequested();
            using EquationRecord record = map.Record([.. z, .. x], end.Selections);
            double[] next = record.Values;
            if (!double.IsFinite(Dense.Largest(next)))
                throw new NotASolutionException($"The iteration left the finite numbers after {steps + 1} steps.", double.NaN);
            if (derivative == IterationDerivative.Piggyback)
                carried = Carried(record, carried, z.Length, x.Length);
            length = Vectors.Distance(next, z);
            z = next;
            steps++;
            if (derivative == IterationDerivative.Unrolled)
                path.Add(z);
            else
                path = [path[^1], z];
        }

        double[] before = path[^2];
        using EquationRecord last = map.Record([.. before, .. x], end.Selections);
        double[,] jacobian = last.Jacobian(), inUnknowns = Dense.Columns(jacobian, 0, z.Length), inParameters = Dense.Columns(jacobian, z.Length, x.Length);
        double factor = Norm(inUnknowns), slope = Norm(inParameters);
        ImplicitSolution? solution = derivative == IterationDerivative.Implicit ? Equation.At(z, x) : null;
        return new IterationResult(z, steps, length,
            derivative switch
            {
                IterationDerivative.Piggyback => carried,
                IterationDerivative.OneStep => inParameters,
                IterationDerivative.Implicit => solution!.Jacobian(end.Selections),
                _ => Unrolled(path, x, end),
            },
            derivative, factor, BoundOf(derivative, factor, slope, steps))
        {
            Certificate = solution?.Certificate(end.Selections),
        };
    }

    // Bolte, Pauwels and Vaiter 2023, section 3, for one step; for all steps the difference satisfies the recursion of an affine map.
    private static double BoundOf(IterationDerivative derivative, double factor, double slope, int steps) => derivative == IterationDerivative.Implicit ? 0
        : !(factor < 1) ? double.PositiveInfinity
        : Math.Pow(factor, derivative == IterationDerivative.OneStep ? 1 : steps) * slope / (1 - factor);

    private static double Norm(double[,] matrix) =>
        Matrix<double>.Build.DenseOfArray(matrix) is var dense && dense.ForAll(double.IsFinite) ? dense.L2Norm() : double.PositiveInfinity;

    private static double[,] Carried(EquationRecord record, double[,] before, int unknowns, int parameters)
    {
        double[,] after = new double[unknowns, parameters];
        double[] direction = new double[unknowns + parameters];
        for (int column = 0; column < parameters; column++)
        {
            for (int row = 0; row < unknowns; row++)
                direction[row] = before[row, column];
            direction[unknowns + column] = 1;
            double[] moved = record.Push(direction);
            direction[unknowns + column] = 0;
            for (int row = 0; row < unknowns; row++)
                after[row, column] = moved[row];
        }

        return after;
    }

    private double[,] Unrolled(List<double[]> path, double[] x, IterationOptions end)
    {
        double[][] cotangents = new double[map.Unknowns][], gradients = new double[map.Unknowns][];
        for (int row = 0; row < map.Unknowns; row++)
        {
            (cotangents[row], gradients[row]) = (new double[map.Unknowns], new double[x.Length]);
            cotangents[row][row] = 1;
        }

        for (int step = path.Count - 2; step >= 0; step--)
        {
            end.Cancellation.ThrowIfCancellationRequested();
            using EquationRecord record = map.Record([.. path[step], .. x], end.Selections);
            for (int row = 0; row < map.Unknowns; row++)
            {
                double[] pulled = record.Pull(cotangents[row]);
                cotangents[row] = pulled[..map.Unknowns];
                for (int i = 0; i < x.Length; i++)
                    gradients[row][i] += pulled[map.Unknowns + i];
            }
        }

        return Dense.OfRows(gradients);
    }
}
