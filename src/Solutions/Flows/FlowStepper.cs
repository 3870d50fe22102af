using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>Takes steps of a Runge–Kutta method on one piece of a field, and differentiates them.</summary>
internal sealed class FlowStepper(FlowField field, ButcherTableau tableau)
{
    private const int MaximumNewtonSteps = 50;

    // Newton's method ends where its steps are rounding, and its last step bounds the error.
    private const double NewtonRounding = 1e-14;
    private const double NewtonTolerance = 1e-10;

    private readonly int stages = tableau.Nodes.Length;

    public ButcherTableau Tableau => tableau;

    /// <summary>Takes a step; the state after it is not finite where the method fails.</summary>
    /// <exception cref="FlowException">The equations of an implicit step have no solution that Newton's method finds.</exception>
    public FlowStep Take(FlowMode mode, double time, double size, double[] state) => tableau.IsExplicit ? Explicit(mode, time, size, state)
        : Implicit(mode, time, size, state);

    /// <summary>The derivative of a step. It is valid until the next one.</summary>
    public IFlowStepDerivative Differentiate(FlowMode mode, double time, double size, double[] state)
    {
        if (!tableau.IsExplicit)
            return new ImplicitStepDerivative(field, mode, tableau, time, size, Implicit(mode, time, size, state));
        (Active t, Active[] x, Active[] p) = field.Begin(field.Steps, time, state);
        Active[][] rates = new Active[stages][];
        for (int i = 0; i < stages; i++)
            rates[i] = field.Rates(field.Steps, mode, t + (tableau.Nodes[i] * size), Moved(x, tableau.Stages[i], rates, size), p);
        return new RecordedStepDerivative(field.Steps, field.Dimension, Moved(x, tableau.Weights, rates, size));
    }

    /// <summary>The state within a step, at a share of it, and its rate in time.</summary>
    public (double[] State, double[] Rates) Within(FlowMode mode, double time, double size, FlowStep step, double share)
    {
        int n = step.Start.Length;
        double[] state = new double[n], rates = new double[n];
        double[] first = field.Value(mode, time, step.Start), last = field.Value(mode, time + size, step.End);
        double rest = 1 - share;
        for (int i = 0; i < n; i++)
        {
            // Hairer, Nørsett and Wanner, section II.6; without the last term it is the cubic through the values and rates at both ends.
            double difference = step.End[i] - step.Start[i], bend = (size * first[i]) - difference, twist = difference - (size * last[i]) - bend, extra = 0;
            for (int j = 0; j < tableau.DenseWeights.Length; j++)
                extra += size * tableau.DenseWeights[j] * step.Rates[j][i];
            double inner = twist + (rest * extra), middle = bend + (share * inner);
            state[i] = step.Start[i] + (share * (difference + (rest * middle)));
            double middleSlope = inner - (share * extra);
            rates[i] = (difference + (rest * middle) + (share * ((rest * middleSlope) - middle))) / size;
        }

        return (state, rates);
    }

    private static double[] Moved(double[] state, ReadOnlySpan<double> weights, double[][] rates, double size)
    {
        double[] moved = [.. state];
        for (int j = 0; j < weights.Length; j++)
        {
            if (weights[j] == 0)
                continue;
            double weight = weights[j] * size;
            for (int i = 0; i < moved.Length; i++)
                moved[i] += weight * rates[j][i];
        }

        return moved;
    }

    private static Active[] Moved(Active[] state, ReadOnlySpan<double> weights, Active[][] rates, double size)
    {
        Active[] moved = [.. state];
        for (int j = 0; j < weights.Length; j++)
        {
            if (weights[j] == 0)
                continue;
            double weight = weights[j] * size;
            for (int i = 0; i < moved.Length; i++)
                moved[i] += weight * rates[j][i];
        }

        return moved;
    }

    private FlowStep Explicit(FlowMode mode, double time, double size, double[] state)
    {
        double[][] rates = new double[stages][], points = new double[stages][];
        for (int i = 0; i < stages; i++)
        {
            points[i] = Moved(state, tableau.Stages[i], rates, size);
            // Programs need not be fit for such numbers.
            if (!double.IsFinite(Dense.Largest(points[i])))
                return new FlowStep(state, points[i], points[..i], rates[..i], null);
            rates[i] = field.Value(mode, time + (tableau.Nodes[i] * size), points[i]);
        }

        return new FlowStep(state, Moved(state, tableau.Weights, rates, size), points, rates,
            tableau.EstimatesErrors ? Moved(new double[state.Length], tableau.ErrorWeights, rates, size) : null);
    }

    // The unknowns are the increments of the stages, which stay accurate for stiff fields.
    private FlowStep Implicit(FlowMode mode, double time, double size, double[] state)
    {
        int n = state.Length;
        double[] increments = new double[stages * n];
        double scale = 1 + Dense.Largest(state), before = double.PositiveInfinity;
        for (int iteration = 0; iteration < MaximumNewtonSteps; iteration++)
        {
            double[][] points = Points(state, increments), rates = new double[stages][];
            double[][,] slopes = new double[stages][,];
            for (int i = 0; i < stages; i++)
                slopes[i] = field.Jacobian(mode, time + (tableau.Nodes[i] * size), points[i], out rates[i]);
            double[] residual = new double[stages * n];
            for (int i = 0; i < stages; i++)
            {
                double[] moved = Moved(new double[n], tableau.Stages[i], rates, size);
                for (int k = 0; k < n; k++)
                    residual[(i * n) + k] = moved[k] - increments[(i * n) + k];
            }

            FactorisedSystem? system = double.IsFinite(Dense.Largest(residual)) ? FactorisedSystem.Of(StageMatrix(slopes, tableau, size, n), out _) : null;
            if (system is null)
            {
                throw FlowException.At(FlowFailure.NoConvergence,
                    $"Newton's method met a stage matrix that is singular or not finite, with a step of {size}.", time, state);
            }

            double[] change = system.Solve(residual);
            for (int i = 0; i < change.Length; i++)
                increments[i] += change[i];
            if (!double.IsFinite(Dense.Largest(increments)))
                break;
            double length = Dense.Largest(change);
            bool isDone = length <= NewtonRounding * scale || (length <= NewtonTolerance * scale && length >= before / 2);
            before = length;
            if (isDone)
                return Finished(mode, time, size, state, increments);
        }

        throw FlowException.At(FlowFailure.NoConvergence, $"Newton's method did not solve an implicit step of {size}.", time, state);
    }

    private FlowStep Finished(FlowMode mode, double time, double size, double[] state, double[] increments)
    {
        int n = state.Length;
        double[][] points = Points(state, increments), rates = new double[stages][];
        double[] end = [.. state];
        for (int i = 0; i < stages; i++)
        {
            rates[i] = field.Value(mode, time + (tableau.Nodes[i] * size), points[i]);
            for (int k = 0; k < n; k++)
                end[k] += tableau.IncrementWeights[i] * increments[(i * n) + k];
        }

        if (!tableau.EstimatesErrors)
            return new FlowStep(state, end, points, rates, null);
        double[] error = Moved(new double[n], tableau.ErrorWeights, rates, size);
        double[,] slope = field.Jacobian(mode, time + size, end, out _), filter = new double[n, n];
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++)
                filter[row, column] = (row == column ? 1 : 0) - (tableau.FilterShare * size * slope[row, column]);
        }

        return new FlowStep(state, end, points, rates, FactorisedSystem.Of(filter, out _)?.Solve(error) ?? error);
    }

    private double[][] Points(double[] state, double[] increments)
    {
        double[][] points = new double[stages][];
        for (int i = 0; i < stages; i++)
        {
            points[i] = [.. state];
            for (int k = 0; k < state.Length; k++)
                points[i][k] += increments[(i * state.Length) + k];
        }

        return points;
    }

    /// <summary>I − h·(aᵢⱼ·∂f/∂x at stage j).</summary>
    internal static double[,] StageMatrix(double[][,] slopes, ButcherTableau tableau, double size, int n)
    {
        int stages = slopes.Length;
        double[,] matrix = new double[stages * n, stages * n];
        for (int i = 0; i < stages; i++)
        {
            for (int j = 0; j < tableau.Stages[i].Length; j++)
            {
                for (int row = 0; row < n; row++)
                {
                    for (int column = 0; column < n; column++)
                        matrix[(i * n) + row, (j * n) + column] = -size * tableau.Stages[i][j] * slopes[j][row, column];
                }
            }

            for (int row = 0; row < n; row++)
                matrix[(i * n) + row, (i * n) + row] += 1;
        }

        return matrix;
    }
}
