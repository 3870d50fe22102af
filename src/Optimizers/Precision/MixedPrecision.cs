using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Trains parameters in Half with a float master copy of each (Micikevicius et al., Mixed precision training, ICLR 2018): the reverse pass starts with the loss
/// scale, gradients are divided by it in float, an optimiser updates the masters, and the parameters are the rounded masters. A step whose gradients are not
/// finite is skipped, and the scale is lowered.
/// </summary>
/// <remarks>
/// The wrapped optimiser's schedule, clipping, decay and state are those of floats. The only copy to the host is one number per step and parameter, to check
/// that gradients are finite.
/// </remarks>
public sealed class MixedPrecision : IOptimizer<Half>, IKeepsProgress, IDisposable
{
    private const string MasterPrefix = "master.", InnerPrefix = "inner.";

    private readonly Pair[] pairs;
    private readonly Dictionary<Parameter<float>, Pair> byMaster;
    private readonly LossScaling scaling;
    private int goodSteps;

    /// <summary>Makes the optimiser.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="optimizer">Makes the optimiser of the masters, which have the parameters' names and order.</param>
    /// <param name="scaling">The loss scale; dynamic if null.</param>
    /// <exception cref="ArgumentException">There is no parameter.</exception>
    public MixedPrecision(IEnumerable<Parameter<Half>> parameters, Func<IReadOnlyList<Parameter<float>>, Optimizer<float>> optimizer,
        LossScaling? scaling = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(optimizer);
        this.scaling = scaling ?? LossScaling.Dynamic;
        Scale = this.scaling.Initial;
        pairs = [.. parameters.Select(parameter => new Pair(parameter))];
        if (pairs.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter; none was given.", nameof(parameters));
        byMaster = pairs.ToDictionary(pair => pair.Master);
        Inner = optimizer([.. pairs.Select(pair => pair.Master)]);
        foreach (Pair pair in pairs)
            pair.Round();
    }

    /// <summary>The optimiser of the masters.</summary>
    public Optimizer<float> Inner { get; }

    /// <summary>The masters, in the order of the parameters.</summary>
    public IReadOnlyList<Parameter<float>> Masters => [.. pairs.Select(pair => pair.Master)];

    /// <summary>The current factor of the loss.</summary>
    public double Scale { get; private set; }

    /// <summary>The number of steps that were skipped because a gradient was not finite.</summary>
    public long SkippedSteps { get; private set; }

    /// <inheritdoc/>
    public long StepCount => Inner.StepCount;

    /// <inheritdoc/>
    public IReadOnlyList<Parameter<Half>> Parameters => [.. pairs.Select(pair => pair.Parameter)];

    /// <summary>Always empty, because nothing is kept in Half; save the masters and the state of <see cref="Inner"/> instead.</summary>
    public IEnumerable<(string Name, NDArray<Half> Value)> State => [];

    /// <summary>
    /// The masters, by their names, and the states of the inner optimiser, all in float. With <see cref="Progress"/> they restore a run exactly. These are the
    /// arrays themselves, not copies.
    /// </summary>
    public IEnumerable<(string Name, NDArray<float> Value)> WideState =>
        pairs.Select(pair => (MasterPrefix + pair.Master.Name, pair.Master.Value)).Concat(Inner.State);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Progress =>
        new Dictionary<string, double>(Inner.Progress.Under(InnerPrefix)) { ["scale"] = Scale, ["good_steps"] = goodSteps, ["skipped_steps"] = SkippedSteps };

    /// <inheritdoc/>
    public void RestoreProgress(IReadOnlyDictionary<string, double> progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        (double scale, long good, long skipped) = (progress.Number("scale"), progress.Count("good_steps"), progress.Count("skipped_steps"));
        Inner.RestoreProgress(progress.From(InnerPrefix));
        (Scale, goodSteps, SkippedSteps) = (scale, (int)good, skipped);
    }

    /// <summary>Restores the values that were read from <see cref="WideState"/> and <see cref="Progress"/>, and rounds the masters to the parameters.</summary>
    /// <param name="states">For each state's name its elements in row-major order.</param>
    /// <param name="progress">The numbers.</param>
    /// <exception cref="ArgumentException">A state or number is missing, or has the wrong number of elements.</exception>
    public void Restore(IReadOnlyDictionary<string, float[]> states, IReadOnlyDictionary<string, double> progress)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(progress);
        foreach (Pair pair in pairs)
        {
            if (!states.TryGetValue(MasterPrefix + pair.Master.Name, out float[]? elements) || elements.Length != pair.Master.Shape.Count)
                throw new ArgumentException(
                    $"The master of '{pair.Master.Name}', of {pair.Master.Shape.Count} elements, is missing among the {states.Count} states given, or has "
                        + $"another number of elements.", nameof(states));
        }

        Inner.Restore(0, null, states);
        RestoreProgress(progress);
        foreach (Pair pair in pairs)
            pair.Master.Value.CopyFrom(states[MasterPrefix + pair.Master.Name]);
        Round();
    }

    /// <summary>The reverse pass of a loss, times <see cref="Scale"/>.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="loss">A value of one element.</param>
    /// <exception cref="ArgumentException">The loss has more than one element.</exception>
    public Gradients<Half> Backward(Tape<Half> tape, Var<Half> loss)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (loss.Shape.Count != 1)
            throw new ArgumentException($"A loss is one number; one of shape {loss.Shape} needs a reduction first (Sum, Mean).", nameof(loss));
        NDArray<Half> seed = tape.Device.Allocate<Half>(loss.Shape);
        tape.Device.Fill(seed, (Half)Scale);
        Gradients<Half> gradients = tape.Backward(loss, seed);
        tape.Device.Return(seed);
        return gradients;
    }

    /// <summary>Takes one step with gradients of <see cref="Backward"/>.</summary>
    /// <param name="gradients">The gradients, times <see cref="Scale"/>.</param>
    /// <returns>Whether the step was taken; false if a gradient is not finite.</returns>
    public bool Step(Gradients<Half> gradients) => StepFrom(gradients);

    /// <summary>Takes one step with gradients from any source, times <see cref="Scale"/>.</summary>
    /// <typeparam name="TGradients">The source of the gradients.</typeparam>
    /// <param name="gradients">The gradients, times <see cref="Scale"/>; parameters without one are skipped.</param>
    /// <returns>Whether the step was taken; false if a gradient is not finite.</returns>
    public bool StepFrom<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<Half>
    {
        bool isFinite = true;
        foreach (Pair pair in pairs)
            isFinite &= pair.Take(gradients, 1 / Scale);
        if (!isFinite)
        {
            Scale = scaling.Reduced(Scale);
            goodSteps = 0;
            SkippedSteps++;
            return false;
        }

        if (!Inner.StepFrom(new Unscaled(byMaster)))
            return false;
        foreach (Pair pair in pairs)
            pair.Round();
        if (++goodSteps == scaling.GrowthInterval)
        {
            Scale = scaling.Grown(Scale);
            goodSteps = 0;
        }

        return true;
    }

    /// <summary>Rounds the masters to the parameters. Call it after the masters were loaded from a file.</summary>
    public void Round()
    {
        foreach (Pair pair in pairs)
            pair.Round();
    }

    /// <summary>Releases the memory of the gradients.</summary>
    public void Dispose()
    {
        foreach (Pair pair in pairs)
            pair.Dispose();
    }

    private readonly struct Unscaled(Dictionary<Parameter<float>, Pair> pairs) : IGradientSource<float>
    {
        public bool Has(Parameter<float> parameter) => pairs[parameter].HasGradient;

        public NDArray<float> Of(Parameter<float> parameter) => pairs[parameter].Gradient;
    }

    private sealed class Pair : IDisposable
    {
        private readonly Parameter<Half> parameter;

        public Pair(Parameter<Half> parameter)
        {
            this.parameter = parameter;
            Device device = parameter.Value.Device;
            Master = new Parameter<float>(parameter.Name, device, parameter.Shape);
            Gradient = device.Allocate<float>(parameter.Shape);
            device.Convert(parameter.Value, Master.Value);
        }

        public Parameter<Half> Parameter => parameter;

        public Parameter<float> Master { get; }

        public NDArray<float> Gradient { get; }

        public bool HasGradient { get; private set; }

        public bool Take<TGradients>(TGradients gradients, double factor)
            where TGradients : IGradientSource<Half>
        {
            HasGradient = gradients.Has(parameter);
            if (!HasGradient)
                return true;
            Device device = parameter.Value.Device;
            device.Convert(gradients.Of(parameter), Gradient, factor);
            return double.IsFinite(device.SumOfSquares(Gradient));
        }

        public void Round()
        {
            parameter.Value.Device.Convert(Master.Value, parameter.Value);
            parameter.Value.Storage.NoteChange($"{nameof(MixedPrecision)}.{nameof(MixedPrecision.Round)}");
        }

        public void Dispose() => parameter.Value.Device.Return(Gradient);
    }
}
