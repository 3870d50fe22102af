using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Optimizers;

/// <summary>Changes parameters along gradients. It takes whatever gradient it is given: conservative, Clarke or of least norm.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] parameters;
    private readonly NDArray<T>[] first;
    private readonly NDArray<T>[] second;

    /// <summary>Makes an optimiser.</summary>
    /// <param name="parameters">The parameters to change; at least one, all on one device.</param>
    /// <param name="schedule">The step size.</param>
    /// <param name="firstState">The name of the first state array per parameter; null for none.</param>
    /// <param name="secondState">The name of the second; null for none.</param>
    protected Optimizer(IEnumerable<Parameter<T>> parameters, StepSizeSchedule schedule, string? firstState, string? secondState)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(schedule);
        this.parameters = [.. parameters];
        if (this.parameters.Length == 0)
            throw new ArgumentException("An optimiser was made without parameters; it would do nothing.", nameof(parameters));
        if (this.parameters.Distinct().Count() != this.parameters.Length)
            throw new ArgumentException("A parameter was given twice; it would be changed twice in a step.", nameof(parameters));
        Schedule = schedule;
        FirstState = firstState;
        SecondState = secondState;
        first = States(firstState);
        second = States(secondState);
    }

    /// <summary>The parameters, in the order given.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => parameters;

    /// <summary>The step size.</summary>
    public StepSizeSchedule Schedule { get; }

    /// <summary>How gradients are bounded before a step; not at all if null.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>Whether a gradient that is not finite stops the run with an exception. Costs a pass over the gradients.</summary>
    public bool RefuseNonFiniteGradients { get; init; }

    /// <summary>How many steps were taken.</summary>
    public long StepsTaken { get; private set; }

    /// <summary>The state arrays by name, for saving: what <see cref="RestoreSteps"/> and copying into them brings back.</summary>
    public IEnumerable<(string Name, NDArray<T> Value)> State
    {
        get
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                if (FirstState is not null)
                    yield return ($"{parameters[i].Name}.{FirstState}", first[i]);
                if (SecondState is not null)
                    yield return ($"{parameters[i].Name}.{SecondState}", second[i]);
            }
        }
    }

    private string? FirstState { get; }

    private string? SecondState { get; }

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">The gradients of one reverse pass. Clipping changes them in place.</param>
    /// <exception cref="InvalidOperationException">A parameter took no part in the recorded program.</exception>
    /// <exception cref="ArithmeticException">A gradient is not finite and <see cref="RefuseNonFiniteGradients"/> is on.</exception>
    public void Step(Gradients<T> gradients)
    {
        double size = Schedule.StepSize(StepsTaken);
        if (RefuseNonFiniteGradients)
            RefuseNonFinite(gradients);
        if (Clipping is not null)
            Clip(gradients, Clipping);
        StepsTaken++;
        for (int i = 0; i < parameters.Length; i++)
            Update(parameters[i].Value, gradients.Of(parameters[i]), first[i], second[i], size, StepsTaken);
    }

    /// <summary>Sets how many steps were taken, when a run is resumed.</summary>
    /// <param name="steps">The number, at least 0.</param>
    public void RestoreSteps(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        StepsTaken = steps;
    }

    /// <summary>Changes one parameter.</summary>
    /// <param name="parameter">Its elements.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="first">Its first state.</param>
    /// <param name="second">Its second state.</param>
    /// <param name="stepSize">The step size.</param>
    /// <param name="step">The number of this step, from 1.</param>
    protected abstract void Update(in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second, double stepSize, long step);

    private NDArray<T>[] States(string? name)
    {
        NDArray<T>[] states = new NDArray<T>[parameters.Length];
        for (int i = 0; name is not null && i < states.Length; i++)
        {
            states[i] = parameters[i].Value.Device.Allocate<T>(parameters[i].Shape);
            states[i].Device.Fill(states[i], T.Zero);
        }

        return states;
    }

    private void RefuseNonFinite(Gradients<T> gradients)
    {
        foreach (Parameter<T> parameter in parameters)
        {
            NDArray<T> gradient = gradients.Of(parameter);
            long bad = gradient.Device.Count(default(IsNotFinite), gradient);
            if (bad > 0)
                throw new ArithmeticException($"The gradient of {parameter} has {bad} elements that are NaN or infinite at step {StepsTaken + 1}; lower the step size or clip gradients (tape.DetectAnomalies finds the operation).");
        }
    }

    private void Clip(Gradients<T> gradients, GradientClipping clipping)
    {
        if (clipping.ValueBound is double bound)
        {
            foreach (Parameter<T> parameter in parameters)
            {
                NDArray<T> gradient = gradients.Of(parameter);
                gradient.Device.Map(new Cut(bound), gradient, gradient);
            }
        }

        if (clipping.NormBound is not double largest)
            return;
        double squares = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            // Per parameter in T, over parameters in double: the order is that of the parameters.
            NDArray<T> gradient = gradients.Of(parameter);
            NDArray<T> sum = gradient.Device.Allocate<T>(Shape.Scalar);
            gradient.Device.Reduce(default(SumOfSquares), gradient, sum);
            squares += double.CreateTruncating(sum.GetScalar());
            gradient.Device.Return(sum.Storage);
        }

        double norm = Math.Sqrt(squares);
        if (!(norm > largest))
            return;
        foreach (Parameter<T> parameter in parameters)
        {
            NDArray<T> gradient = gradients.Of(parameter);
            gradient.Device.Map(new Times(largest / norm), gradient, gradient);
        }
    }

    private readonly struct Cut(double bound) : IUnaryMap
    {
        private readonly double bound = bound;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Max(L.Constant(-bound), L.Min(L.Constant(bound), x));
    }

    private readonly struct Times(double factor) : IUnaryMap
    {
        private readonly double factor = factor;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => x * L.Constant(factor);
    }

    private readonly struct IsNotFinite : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x - x, L.Constant(0), L.Constant(0), L.Constant(1));
    }
}
