using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>The derivative of an explicit step, from its record.</summary>
internal sealed class RecordedStepDerivative(ScalarTape tape, int dimension, Active[] end) : IFlowStepDerivative
{
    public double[] Push(ReadOnlySpan<double> state, ReadOnlySpan<double> parameters) => tape.Push([.. state, .. parameters, 0], end);

    public double[] Pull(double[] weights, double[] parameters)
    {
        double[] gradient = new double[dimension + parameters.Length + 1];
        tape.Pull(end, weights, gradient);
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] += gradient[dimension + i];
        return gradient[..dimension];
    }
}

/// <summary>The derivative of an implicit step: its stages solve equations, and the implicit function theorem gives their derivatives.</summary>
internal sealed class ImplicitStepDerivative : IFlowStepDerivative
{
    private readonly ButcherTableau tableau;
    private readonly double size;
    private readonly double[][,] inState;
    private readonly double[][,] inParameters;
    private readonly FactorisedSystem system;

    public ImplicitStepDerivative(FlowField field, FlowMode mode, ButcherTableau tableau, double time, double size, FlowStep step)
    {
        (this.tableau, this.size) = (tableau, size);
        int n = step.Start.Length;
        double[][,] all = new double[step.Stages.Length][,];
        for (int i = 0; i < all.Length; i++)
            all[i] = field.Jacobian(mode, time + (tableau.Nodes[i] * size), step.Stages[i], out _);
        inState = Array.ConvertAll(all, slope => Dense.Columns(slope, 0, n));
        inParameters = Array.ConvertAll(all, slope => Dense.Columns(slope, n, field.Numbers - n));
        system = FactorisedSystem.Of(FlowStepper.StageMatrix(inState, tableau, size, n), out _)
            ?? throw FlowException.At(FlowFailure.NoDerivative, "The stage matrix of an implicit step is singular.", time, step.Start);
    }

    public double[] Push(ReadOnlySpan<double> state, ReadOnlySpan<double> parameters)
    {
        int n = state.Length;
        double[][] moved = new double[inState.Length][];
        for (int j = 0; j < moved.Length; j++)
        {
            moved[j] = Dense.Times(inState[j], state);
            double[] given = Dense.Times(inParameters[j], parameters);
            for (int k = 0; k < n; k++)
                moved[j][k] += given[k];
        }

        double[] right = new double[moved.Length * n];
        for (int i = 0; i < moved.Length; i++)
        {
            for (int j = 0; j < tableau.Stages[i].Length; j++)
            {
                for (int k = 0; k < n; k++)
                    right[(i * n) + k] += size * tableau.Stages[i][j] * moved[j][k];
            }
        }

        double[] increments = system.Solve(right), end = state.ToArray();
        for (int i = 0; i < moved.Length; i++)
        {
            for (int k = 0; k < n; k++)
                end[k] += tableau.IncrementWeights[i] * increments[(i * n) + k];
        }

        return end;
    }

    public double[] Pull(double[] weights, double[] parameters)
    {
        int n = weights.Length, stages = inState.Length;
        double[] right = new double[stages * n];
        for (int i = 0; i < right.Length; i++)
            right[i] = tableau.IncrementWeights[i / n] * weights[i % n];
        double[] solved = system.SolveTransposed(right), start = [.. weights];
        for (int j = 0; j < stages; j++)
        {
            double[] ofRates = new double[n];
            for (int i = 0; i < stages; i++)
            {
                for (int k = 0; k < n && j < tableau.Stages[i].Length; k++)
                    ofRates[k] += size * tableau.Stages[i][j] * solved[(i * n) + k];
            }

            double[] back = Dense.TransposedTimes(inState[j], ofRates), given = Dense.TransposedTimes(inParameters[j], ofRates);
            for (int k = 0; k < n; k++)
                start[k] += back[k];
            for (int k = 0; k < parameters.Length; k++)
                parameters[k] += given[k];
        }

        return start;
    }
}
