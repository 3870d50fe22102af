using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// The base of first-order optimisers: parameters, step sizes, clipping, counts and states. A derived class implements the update of one parameter.
/// </summary>
/// <remarks>
/// A step is one pass over memory per parameter and allocates nothing on the managed heap. A parameter that the recorded program did not use is skipped.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Optimizer<T> : IOptimizer<T>, IKeepsProgress
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string StepsName = "steps", UpdatesSuffix = ".updates", SchedulePrefix = "schedule.", OwnPrefix = "own.", GroupPrefix = "group";

    private readonly ParameterGroup<T>[] groups;
    private readonly OptimizerSlot<T>[] slots;
    private readonly string[] stateNames;
    private readonly string stepName;
    private readonly bool looksForNonFinite;
    private double[]? squares;
    private Action<double[]>? shareSquares;

    /// <summary>Makes an optimiser.</summary>
    /// <param name="groups">The parameters; none may occur twice, and no two may have the same name.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="stateNames">The names of the states kept for a parameter; at most four.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one occurs twice.</exception>
    protected Optimizer(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, params string[] stateNames)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(stateNames);
        Schedule = schedule;
        stepName = GetType().Name.Split('`')[0] + ".Step";
        this.stateNames = stateNames;
        this.groups = [.. groups];
        slots = [.. this.groups.SelectMany(group => group.Parameters.Select(parameter => new OptimizerSlot<T>(parameter, group, stateNames.Length)))];
        if (slots.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter; none was given.", nameof(groups));
        HashSet<string> names = [];
        foreach (OptimizerSlot<T> slot in slots)
        {
            if (!names.Add(slot.Parameter.Name))
                throw new ArgumentException(
                    $"Two parameters are named '{slot.Parameter.Name}', or one was given twice; states are kept by name, so each name stands once.",
                        nameof(groups));
        }
    }

    /// <summary>The step sizes of groups that have no schedule of their own.</summary>
    public IStepSizeSchedule Schedule { get; }

    /// <summary>
    /// Whether steps rise instead of falling, for groups that do not say: the gradient changes its sign, before weight decay is added.
    /// </summary>
    public bool Maximize { get; init; }

    /// <summary>The clipping of gradients.</summary>
    public GradientClipping Clipping { get; init; } = GradientClipping.None;

    /// <summary>
    /// The reaction to a gradient that is not finite. Gradients are checked, before any parameter changes, if this is set, <see cref="CheckGradients"/> is on
    /// or clipping computes a norm.
    /// </summary>
    public OnNonFiniteGradient OnNonFiniteGradient
    {
        get;
        init
        {
            field = value;
            looksForNonFinite = true;
        }
    }

    /// <summary>Whether gradients are checked for NaN and infinity before each step, at the cost of reading them once more.</summary>
    public bool CheckGradients { get; init; }

    /// <summary>The weight decay of parameters whose group has none of its own.</summary>
    public double WeightDecay { get; init => field = Demand.NotNegative(value); }

    /// <inheritdoc/>
    public long StepCount { get; private set; }

    /// <summary>
    /// The Euclidean norm of all gradients at the last step, before clipping; NaN if it was not computed (see <see cref="CheckGradients"/>).
    /// </summary>
    public double GradientNorm { get; private set; } = double.NaN;

    /// <inheritdoc/>
    public IReadOnlyList<Parameter<T>> Parameters => [.. slots.Select(slot => slot.Parameter)];

    /// <summary>The parameters with their states.</summary>
    public IReadOnlyList<OptimizerSlot<T>> Slots => slots;

    /// <summary>
    /// The arrays that the optimiser keeps between steps, by name. These are the arrays themselves, not copies. For parameters of Half, use
    /// <see cref="WideState"/>, because their states are floats.
    /// </summary>
    /// <exception cref="InvalidOperationException">The parameters are of Half, and there are states.</exception>
    public IEnumerable<(string Name, NDArray<T> Value)> State
    {
        get
        {
            if (OptimizerState<T>.IsWide && stateNames.Length > 0)
                throw new InvalidOperationException(
                    $"The states of parameters of type {typeof(T).Name} are floats; read {nameof(WideState)} and put it back with {nameof(RestoreWide)}.");
            return States.Select(state => (state.Name, state.Value.Own));
        }
    }

    /// <summary>
    /// The arrays that the optimiser keeps between steps for parameters of Half, by name: floats. These are the arrays themselves, not copies. Empty for other
    /// types (<see cref="State"/>).
    /// </summary>
    public IEnumerable<(string Name, NDArray<float> Value)> WideState => OptimizerState<T>.IsWide ? States.Select(state => (state.Name, state.Value.Wide)) : [];

    private IEnumerable<(string Name, OptimizerState<T> Value)> States
    {
        get
        {
            foreach (OptimizerSlot<T> slot in slots.Where(slot => !slot.IsElsewhere))
            {
                if (stateNames.Length > 0)
                    yield return ($"{slot.Parameter.Name}.{SavedName(stateNames[0])}", slot.First);
                if (stateNames.Length > 1)
                    yield return ($"{slot.Parameter.Name}.{SavedName(stateNames[1])}", slot.Second);
                if (stateNames.Length > 2)
                    yield return ($"{slot.Parameter.Name}.{SavedName(stateNames[2])}", slot.Third);
                if (stateNames.Length > 3)
                    yield return ($"{slot.Parameter.Name}.{SavedName(stateNames[3])}", slot.Fourth);
            }
        }
    }

    /// <summary>The number of updates of each parameter, by its name.</summary>
    public IEnumerable<(string Name, long Updates)> UpdateCounts => slots.Select(slot => (slot.Parameter.Name, slot.Updates));

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">A gradient is not finite, gradients are checked, and <see cref="OnNonFiniteGradient"/> is set to
    /// throw.</exception>
    public bool Step(Gradients<T> gradients) => StepFrom(gradients);

    /// <summary>Takes one step, with gradients from any source.</summary>
    /// <typeparam name="TGradients">The source of the gradients.</typeparam>
    /// <param name="gradients">The gradients; parameters without one are skipped.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArithmeticException">A gradient is not finite, gradients are checked, and <see cref="OnNonFiniteGradient"/> is set to
    /// throw.</exception>
    public bool StepFrom<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T> => StepScaled(gradients, 1);

    // The gradients are multiplied by the factor after this optimiser's own clipping.
    internal bool StepScaled<TGradients>(TGradients gradients, double factor)
        where TGradients : IGradientSource<T>
    {
        CheckCanStep();
        if (LooksForNonFinite)
        {
            if (!TryMeasure(gradients))
                return false;
        }

        ClippedGradient clipped = Clipping.Of(GradientNorm).Times(factor);
        double stepSize = Schedule.StepSize(StepCount);
        foreach (OptimizerSlot<T> slot in slots)
        {
            if (!gradients.Has(slot.Parameter))
                continue;
            slot.Updates++;
            if (slot.IsElsewhere)
                continue;
            NDArray<T> gradient = gradients.Of(slot.Parameter);
            try
            {
                double size = (slot.Group.Schedule?.StepSize(StepCount) ?? stepSize) * slot.Group.StepSizeMultiplier;
                Update(slot, gradient, slot.Group.Maximize ?? Maximize ? clipped.Times(-1) : clipped, size, slot.Group.WeightDecay ?? WeightDecay);
            }
            catch
            {
                slot.Updates--;
                throw;
            }

            slot.Parameter.Value.Storage.NoteChange(stepName);
        }

        StepCount++;
        return true;
    }

    /// <summary>Restores counts and states that were read from <see cref="StepCount"/>, <see cref="UpdateCounts"/> and <see cref="State"/>.</summary>
    /// <param name="stepCount">The number of steps.</param>
    /// <param name="updateCounts">The number of updates of each parameter; <paramref name="stepCount"/> for all if null.</param>
    /// <param name="states">For each state's name its elements in row-major order.</param>
    /// <exception cref="ArgumentException">A state or count is missing, or has the wrong number of elements. Nothing has changed.</exception>
    public void Restore(long stepCount, IReadOnlyDictionary<string, long>? updateCounts, IReadOnlyDictionary<string, T[]> states) =>
        Restore(stepCount, updateCounts, State, states);

    /// <summary>
    /// Restores counts and states of parameters of Half that were read from <see cref="StepCount"/>, <see cref="UpdateCounts"/> and <see cref="WideState"/>.
    /// </summary>
    /// <param name="stepCount">The number of steps.</param>
    /// <param name="updateCounts">The number of updates of each parameter; <paramref name="stepCount"/> for all if null.</param>
    /// <param name="states">For each state's name its elements in row-major order.</param>
    /// <exception cref="ArgumentException">A state or count is missing, or has the wrong number of elements. Nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The parameters are not of Half.</exception>
    public void RestoreWide(long stepCount, IReadOnlyDictionary<string, long>? updateCounts, IReadOnlyDictionary<string, float[]> states)
    {
        if (!OptimizerState<T>.IsWide)
            throw new InvalidOperationException($"The states of parameters of type {typeof(T).Name} are of that type; put them back with {nameof(Restore)}.");
        Restore(stepCount, updateCounts, WideState, states);
    }

    private void Restore<W>(long stepCount, IReadOnlyDictionary<string, long>? updateCounts, IEnumerable<(string Name, NDArray<W> Value)> arrays,
        IReadOnlyDictionary<string, W[]> states)
        where W : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        ArgumentNullException.ThrowIfNull(states);
        string[] before = [.. arrays.Select(array => array.Name)];
        TakeModeOf(states.Keys);
        try
        {
            CheckGiven(updateCounts, arrays, states);
        }
        catch (ArgumentException)
        {
            TakeModeOf(before);
            throw;
        }

        foreach ((string name, NDArray<W> value) in arrays)
            value.CopyFrom(states[name]);
        foreach (OptimizerSlot<T> slot in slots)
            slot.Updates = updateCounts is null ? stepCount : updateCounts[slot.Parameter.Name];
        StepCount = stepCount;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Together with <see cref="State"/> and the parameters' elements it restores a run exactly from any step: <see cref="Restore"/> the states first, then the
    /// progress.
    /// </remarks>
    public IReadOnlyDictionary<string, double> Progress
    {
        get
        {
            Dictionary<string, double> numbers = new() { [StepsName] = StepCount };
            foreach (OptimizerSlot<T> slot in slots)
                numbers[slot.Parameter.Name + UpdatesSuffix] = slot.Updates;
            if (Schedule is IKeepsProgress schedule)
                numbers = new(numbers.Concat(schedule.Progress.Under(SchedulePrefix)));
            foreach ((int group, IKeepsProgress own) in SchedulesOfGroups)
                numbers = new(numbers.Concat(own.Progress.Under(PrefixOf(group))));
            return new Dictionary<string, double>(numbers.Concat(OwnProgress.Under(OwnPrefix)));
        }
    }

    /// <inheritdoc/>
    public void RestoreProgress(IReadOnlyDictionary<string, double> progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        long steps = progress.Count(StepsName);
        long[] updates = [.. slots.Select(slot => progress.Count(slot.Parameter.Name + UpdatesSuffix))];
        RestoreOwnProgress(progress.From(OwnPrefix));
        if (Schedule is IKeepsProgress schedule)
            schedule.RestoreProgress(progress.From(SchedulePrefix));
        foreach ((int group, IKeepsProgress own) in SchedulesOfGroups)
            own.RestoreProgress(progress.From(PrefixOf(group)));
        StepCount = steps;
        for (int i = 0; i < slots.Length; i++)
            slots[i].Updates = updates[i];
    }

    private IEnumerable<(int Group, IKeepsProgress Schedule)> SchedulesOfGroups =>
        groups.Index().Where(group => group.Item.Schedule is IKeepsProgress).Select(group => (group.Index, (IKeepsProgress)group.Item.Schedule!));

    private static string PrefixOf(int group) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{GroupPrefix}{group}.{SchedulePrefix}");

    // Throws if a step cannot be taken now, before anything has changed.
    private protected virtual void CheckCanStep()
    {
    }

    // Whether a step takes more than gradients, such as a loss.
    internal virtual bool NeedsMoreThanGradients => false;

    internal bool LooksForNonFinite => CheckGradients || looksForNonFinite || Clipping.MaximumNorm is not null;

    // For methods whose formulas read the one schedule.
    private protected void RefuseSchedulesOfGroups()
    {
        if (Array.Find(groups, group => group.Schedule is not null) is { } own)
            throw new ArgumentException(
                $"A group of {own.Parameters.Count} parameters has a schedule of its own; {GetType().Name.Split('`')[0]} has one schedule for all. Make one "
                    + $"optimiser for each group and a {nameof(GroupedOptimizer<>)} of them.", nameof(groups));
    }

    /// <summary>The numbers that a method keeps besides states and counts.</summary>
    protected virtual IReadOnlyDictionary<string, double> OwnProgress => new Dictionary<string, double>();

    /// <summary>Restores the numbers that <see cref="OwnProgress"/> returned.</summary>
    /// <param name="progress">The numbers.</param>
    protected virtual void RestoreOwnProgress(IReadOnlyDictionary<string, double> progress)
    {
    }

    /// <summary>
    /// The name under which a state is currently saved. A state with another meaning in another mode of the method has another name there, so that the two are
    /// never confused.
    /// </summary>
    /// <param name="state">The state's name.</param>
    protected virtual string SavedName(string state) => state;

    /// <summary>Switches to the mode in which states with these names were saved.</summary>
    /// <param name="names">The names of all states given.</param>
    protected virtual void TakeModeOf(IEnumerable<string> names)
    {
    }

    /// <summary>Updates one parameter in place.</summary>
    /// <param name="slot">The parameter and its states; <see cref="OptimizerSlot{T}.Updates"/> already includes this update.</param>
    /// <param name="gradient">Its gradient, before clipping.</param>
    /// <param name="clipped">The clipping of a component.</param>
    /// <param name="stepSize">The step size.</param>
    /// <param name="weightDecay">The weight decay.</param>
    protected abstract void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay);

    /// <summary>The parameter's slot.</summary>
    /// <param name="parameter">A parameter of this optimiser.</param>
    /// <exception cref="ArgumentException">The parameter does not belong to this optimiser.</exception>
    protected OptimizerSlot<T> SlotOf(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        OptimizerSlot<T> slot = Array.Find(slots, slot => ReferenceEquals(slot.Parameter, parameter))
            ?? throw new ArgumentException($"The parameter {parameter} is not one of the {slots.Length} that this optimiser steps.", nameof(parameter));
        return slot.IsElsewhere
            ? throw new InvalidOperationException($"The states of {parameter} are on another rank, which steps it.")
            : slot;
    }

    private void CheckGiven<W>(IReadOnlyDictionary<string, long>? updateCounts, IEnumerable<(string Name, NDArray<W> Value)> arrays,
        IReadOnlyDictionary<string, W[]> states)
        where W : unmanaged
    {
        foreach ((string name, NDArray<W> value) in arrays)
        {
            if (!states.TryGetValue(name, out W[]? elements))
                throw new ArgumentException($"The state '{name}' of shape {value.Shape} is missing among the {states.Count} states given.", nameof(states));
            if (elements.Length != value.Count)
                throw new ArgumentException($"The state '{name}' has shape {value.Shape}, which takes {value.Count} elements; {elements.Length} were given.",
                    nameof(states));
        }

        foreach (OptimizerSlot<T> slot in slots)
        {
            if (updateCounts is not null && !updateCounts.ContainsKey(slot.Parameter.Name))
                throw new ArgumentException($"The number of updates of '{slot.Parameter.Name}' is missing among the {updateCounts.Count} given.",
                    nameof(updateCounts));
        }
    }

    // For an optimiser that steps this one among others.
    internal void CheckReady() => CheckCanStep();

    private bool TryMeasure<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>
    {
        double sum = SumOfSquares(gradients, OnNonFiniteGradient == OnNonFiniteGradient.Throw);
        GradientNorm = Math.Sqrt(sum);
        return double.IsFinite(sum);
    }

    /// <summary>Why the states cannot be divided among ranks; null where they can.</summary>
    internal virtual string? WhyNotSharded => null;

    /// <summary>Leaves some parameters to other ranks: their states are given up, and a step counts their updates without making them.</summary>
    /// <param name="isHere">Whether this rank steps a parameter.</param>
    /// <param name="share">Fills in the sums of squares of the other ranks' gradients, which are 0, by the numbers of slots.</param>
    internal void Shard(Func<Parameter<T>, bool> isHere, Action<double[]> share)
    {
        foreach (OptimizerSlot<T> slot in slots.Where(slot => !isHere(slot.Parameter)))
            slot.LeaveElsewhere();
        shareSquares = share;
    }

    // Of all gradients.
    internal double SumOfSquares<TGradients>(TGradients gradients, bool throws)
        where TGradients : IGradientSource<T>
    {
        squares ??= new double[slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            bool isHere = !slots[i].IsElsewhere && gradients.Has(slots[i].Parameter);
            squares[i] = isHere ? slots[i].Parameter.Value.Device.SumOfSquares(gradients.Of(slots[i].Parameter)) : 0;
        }

        shareSquares?.Invoke(squares);
        double sum = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            if (!double.IsFinite(squares[i]) && throws)
                throw new ArithmeticException(
                    $"At step {StepCount} the gradient of {slots[i].Parameter} has NaN, infinite or overflowing components; lower the step size, clip, look "
                        + $"for the source with tape.DetectAnomalies, or skip such steps with {nameof(OnNonFiniteGradient)} = "
                        + $"{nameof(Optimizers.OnNonFiniteGradient.Skip)}.");
            sum += squares[i];
        }

        return sum;
    }
}
