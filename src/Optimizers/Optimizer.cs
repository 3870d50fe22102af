using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>The frame of a first-order optimiser: which parameters, which step size, clipping, counts and states. A method fills in the update of one parameter.</summary>
/// <remarks>A step is one pass over memory per parameter and allocates nothing on the managed heap. A parameter that the recorded program did not use is passed over.</remarks>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Optimizer<T> : IOptimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OptimizerSlot<T>[] slots;
    private readonly string[] stateNames;

    /// <summary>Makes an optimiser.</summary>
    /// <param name="groups">The parameters; none may stand twice, and two may not have the same name.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="stateNames">The names of the states kept for a parameter; at most four.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one stands twice.</exception>
    protected Optimizer(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, params string[] stateNames)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(stateNames);
        Schedule = schedule;
        this.stateNames = stateNames;
        slots = [.. groups.SelectMany(group => group.Parameters.Select(parameter => new OptimizerSlot<T>(parameter, group, stateNames.Length)))];
        if (slots.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter; none was given.", nameof(groups));
        HashSet<string> names = [];
        foreach (OptimizerSlot<T> slot in slots)
        {
            if (!names.Add(slot.Parameter.Name))
                throw new ArgumentException($"Two parameters are named '{slot.Parameter.Name}', or one was given twice; states are kept by name, so each name stands once.", nameof(groups));
        }
    }

    /// <summary>The step sizes.</summary>
    public IStepSizeSchedule Schedule { get; }

    /// <summary>How gradients are bounded.</summary>
    public GradientClipping Clipping { get; init; } = GradientClipping.None;

    /// <summary>What happens at a gradient that is not finite. It is looked for where <see cref="CheckGradients"/> is on or clipping computes a norm.</summary>
    public OnNonFiniteGradient OnNonFiniteGradient { get; init; }

    /// <summary>Whether gradients are checked for NaN and infinity before each step, at the cost of reading them once more.</summary>
    public bool CheckGradients { get; init; }

    /// <summary>The decay of the parameters towards 0, where their group has none of its own.</summary>
    public double WeightDecay { get; init => field = Demand.NotNegative(value); }

    /// <inheritdoc/>
    public long StepCount { get; private set; }

    /// <summary>The Euclidean norm of all gradients at the last step, before clipping; NaN where it was not computed (see <see cref="CheckGradients"/>).</summary>
    public double GradientNorm { get; private set; } = double.NaN;

    /// <summary>The parameters with what is kept for them.</summary>
    public IReadOnlyList<OptimizerSlot<T>> Slots => slots;

    /// <inheritdoc/>
    public IEnumerable<(string Name, NDArray<T> Value)> State
    {
        get
        {
            foreach (OptimizerSlot<T> slot in slots)
            {
                if (stateNames.Length > 0)
                    yield return ($"{slot.Parameter.Name}.{stateNames[0]}", slot.First);
                if (stateNames.Length > 1)
                    yield return ($"{slot.Parameter.Name}.{stateNames[1]}", slot.Second);
                if (stateNames.Length > 2)
                    yield return ($"{slot.Parameter.Name}.{stateNames[2]}", slot.Third);
                if (stateNames.Length > 3)
                    yield return ($"{slot.Parameter.Name}.{stateNames[3]}", slot.Fourth);
            }
        }
    }

    /// <summary>How often each parameter has been stepped, by its name.</summary>
    public IEnumerable<(string Name, long Updates)> UpdateCounts => slots.Select(slot => (slot.Parameter.Name, slot.Updates));

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">A gradient is not finite, one was looked for, and <see cref="OnNonFiniteGradient"/> says to throw.</exception>
    public bool Step(Gradients<T> gradients) => StepFrom(gradients);

    /// <summary>Makes one step, with gradients from anywhere.</summary>
    /// <typeparam name="TGradients">Where they come from.</typeparam>
    /// <param name="gradients">The gradients; parameters without one are passed over.</param>
    /// <returns>Whether the step was made; false where it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArithmeticException">A gradient is not finite, one was looked for, and <see cref="OnNonFiniteGradient"/> says to throw.</exception>
    public bool StepFrom<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>
    {
        if (Clipping.MaximumNorm is not null || CheckGradients)
        {
            if (!TryMeasure(gradients))
                return false;
        }

        ClippedGradient clipped = Clipping.Of(GradientNorm);
        double stepSize = Schedule.StepSize(StepCount);
        foreach (OptimizerSlot<T> slot in slots)
        {
            if (!gradients.Has(slot.Parameter))
                continue;
            slot.Updates++;
            Update(slot, gradients.Of(slot.Parameter), clipped, stepSize * slot.Group.StepSizeMultiplier, slot.Group.WeightDecay ?? WeightDecay);
        }

        StepCount++;
        return true;
    }

    /// <summary>Puts back counts and states that were read from <see cref="StepCount"/>, <see cref="UpdateCounts"/> and <see cref="State"/>.</summary>
    /// <param name="stepCount">How many steps were made.</param>
    /// <param name="updateCounts">How often each parameter was stepped; <paramref name="stepCount"/> for all if null.</param>
    /// <param name="states">For each state's name its elements in row-major order.</param>
    /// <exception cref="ArgumentException">A state or count is missing, or has another number of elements. Nothing has changed.</exception>
    public void Restore(long stepCount, IReadOnlyDictionary<string, long>? updateCounts, IReadOnlyDictionary<string, T[]> states)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        ArgumentNullException.ThrowIfNull(states);
        foreach ((string name, NDArray<T> value) in State)
        {
            if (!states.TryGetValue(name, out T[]? elements))
                throw new ArgumentException($"The state '{name}' of shape {value.Shape} is missing among the {states.Count} states given.", nameof(states));
            if (elements.Length != value.Count)
                throw new ArgumentException($"The state '{name}' has shape {value.Shape}, which takes {value.Count} elements; {elements.Length} were given.", nameof(states));
        }

        foreach (OptimizerSlot<T> slot in slots)
        {
            if (updateCounts is not null && !updateCounts.ContainsKey(slot.Parameter.Name))
                throw new ArgumentException($"The number of updates of '{slot.Parameter.Name}' is missing among the {updateCounts.Count} given.", nameof(updateCounts));
        }

        foreach ((string name, NDArray<T> value) in State)
            value.CopyFrom(states[name]);
        foreach (OptimizerSlot<T> slot in slots)
            slot.Updates = updateCounts is null ? stepCount : updateCounts[slot.Parameter.Name];
        StepCount = stepCount;
    }

    /// <summary>Steps one parameter in place.</summary>
    /// <param name="slot">The parameter and its states; <see cref="OptimizerSlot{T}.Updates"/> counts this update already.</param>
    /// <param name="gradient">Its gradient, before clipping.</param>
    /// <param name="clipped">What clipping makes of a component.</param>
    /// <param name="stepSize">The step size.</param>
    /// <param name="weightDecay">The weight decay.</param>
    protected abstract void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay);

    /// <summary>The parameter's slot.</summary>
    /// <param name="parameter">A parameter of this optimiser.</param>
    /// <exception cref="ArgumentException">The parameter is not of this optimiser.</exception>
    protected OptimizerSlot<T> SlotOf(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Array.Find(slots, slot => ReferenceEquals(slot.Parameter, parameter))
            ?? throw new ArgumentException($"The parameter {parameter} is not one of the {slots.Length} that this optimiser steps.", nameof(parameter));
    }

    private bool TryMeasure<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>
    {
        double sum = 0;
        foreach (OptimizerSlot<T> slot in slots)
        {
            if (!gradients.Has(slot.Parameter))
                continue;
            double square = slot.Parameter.Value.Device.SumOfSquares(gradients.Of(slot.Parameter));
            if (!double.IsFinite(square) && OnNonFiniteGradient == OnNonFiniteGradient.Throw)
                throw new ArithmeticException($"At step {StepCount} the gradient of {slot.Parameter} has NaN, infinite or overflowing components; lower the step size, clip, look for the source with tape.DetectAnomalies, or skip such steps with {nameof(OnNonFiniteGradient)} = {nameof(Optimizers.OnNonFiniteGradient.Skip)}.");
            sum += square;
        }

        GradientNorm = Math.Sqrt(sum);
        return double.IsFinite(sum);
    }
}
