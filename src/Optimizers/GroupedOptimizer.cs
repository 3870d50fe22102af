using System.Globalization;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Several optimisers that step as one, each with parameters, a method and settings of its own: momentum, schedule, weight decay, direction. Norms, checks and
/// skipped steps are those of all gradients together.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class GroupedOptimizer<T> : IOptimizer<T>, IKeepsProgress
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Optimizer<T>[] members;

    /// <summary>Makes one optimiser of several.</summary>
    /// <param name="members">The optimisers. No parameter belongs to two of them, and no two parameters have the same name.</param>
    /// <exception cref="ArgumentException">There are no members, two parameters have the same name, or a member's step takes more than gradients.</exception>
    public GroupedOptimizer(params IEnumerable<Optimizer<T>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        this.members = [.. members];
        if (this.members.Length == 0)
            throw new ArgumentException("A group of optimisers needs at least one; none was given.", nameof(members));
        if (Array.Find(this.members, member => member.NeedsMoreThanGradients) is { } other)
            throw new ArgumentException($"A step of {other.GetType().Name.Split('`')[0]} takes more than gradients; it steps on its own.", nameof(members));
        HashSet<string> names = [];
        foreach (OptimizerSlot<T> slot in this.members.SelectMany(member => member.Slots))
        {
            if (!names.Add(slot.Parameter.Name))
                throw new ArgumentException(
                    $"Two parameters are named '{slot.Parameter.Name}', or one belongs to two optimisers; states are kept by name, so each name stands once.",
                    nameof(members));
        }
    }

    /// <summary>The optimisers.</summary>
    public IReadOnlyList<Optimizer<T>> Members => members;

    /// <summary>The largest Euclidean norm of all gradients of all members together, as in <see cref="GradientClipping.MaximumNorm"/>; no bound if
    /// null.</summary>
    public double? MaximumNorm { get; init => field = value is { } norm ? Demand.Positive(norm) : null; }

    /// <summary>The norm of all gradients at the last step, before clipping; NaN if neither this optimiser nor a member looks at it.</summary>
    public double GradientNorm { get; private set; } = double.NaN;

    /// <inheritdoc/>
    public long StepCount { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter<T>> Parameters => [.. members.SelectMany(member => member.Parameters)];

    /// <inheritdoc/>
    public IEnumerable<(string Name, NDArray<T> Value)> State => members.SelectMany(member => member.State);

    /// <summary>The states of parameters of Half, as in <see cref="Optimizer{T}.WideState"/>.</summary>
    public IEnumerable<(string Name, NDArray<float> Value)> WideState => members.SelectMany(member => member.WideState);

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">A gradient is not finite; a member that looks for it throws, or none looks and a norm is bounded.</exception>
    public bool Step(Gradients<T> gradients) => StepFrom(gradients);

    /// <summary>Takes one step of every member, with gradients from any source.</summary>
    /// <typeparam name="TGradients">The source of the gradients.</typeparam>
    /// <param name="gradients">The gradients; parameters without one are skipped.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite, as all members that look for that ask.</returns>
    /// <exception cref="ArithmeticException">A gradient is not finite; a member that looks for it throws, or none looks and a norm is bounded. No member has
    /// stepped.</exception>
    public bool StepFrom<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>
    {
        foreach (Optimizer<T> member in members)
            member.CheckReady();
        double factor = 1;
        Optimizer<T>[] looking = Array.FindAll(members, member => member.LooksForNonFinite);
        if (MaximumNorm is not null || looking.Length > 0)
        {
            bool throws = looking.Length == 0 || Array.Exists(looking, member => member.OnNonFiniteGradient == OnNonFiniteGradient.Throw);
            double sum = 0;
            foreach (Optimizer<T> member in members)
                sum += member.SumOfSquares(gradients, throws);
            GradientNorm = Math.Sqrt(sum);
            if (!double.IsFinite(sum))
                return false;
            factor = new GradientClipping { MaximumNorm = MaximumNorm }.FactorOf(GradientNorm);
        }

        foreach (Optimizer<T> member in members)
            member.StepScaled(gradients, factor);
        StepCount++;
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>With the states and the parameters' elements it restores a run exactly: <see cref="Restore"/> the states first, then the progress.</remarks>
    public IReadOnlyDictionary<string, double> Progress
    {
        get
        {
            Dictionary<string, double> numbers = new() { ["steps"] = StepCount };
            for (int i = 0; i < members.Length; i++)
                numbers = new(numbers.Concat(members[i].Progress.Under(PrefixOf(i))));
            return numbers;
        }
    }

    /// <summary>Restores the states that were read from <see cref="State"/>. The counts are restored with <see cref="RestoreProgress"/>.</summary>
    /// <param name="states">For each state's name its elements in row-major order.</param>
    /// <exception cref="ArgumentException">A state is missing, or has the wrong number of elements.</exception>
    public void Restore(IReadOnlyDictionary<string, T[]> states)
    {
        foreach (Optimizer<T> member in members)
            member.Restore(0, null, states);
    }

    /// <summary>Restores the states that were read from <see cref="WideState"/>.</summary>
    /// <param name="states">For each state's name its elements in row-major order.</param>
    /// <exception cref="ArgumentException">A state is missing, or has the wrong number of elements.</exception>
    public void RestoreWide(IReadOnlyDictionary<string, float[]> states)
    {
        foreach (Optimizer<T> member in members)
            member.RestoreWide(0, null, states);
    }

    /// <inheritdoc/>
    public void RestoreProgress(IReadOnlyDictionary<string, double> progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        long steps = progress.Count("steps");
        for (int i = 0; i < members.Length; i++)
            members[i].RestoreProgress(progress.From(PrefixOf(i)));
        StepCount = steps;
    }

    private static string PrefixOf(int member) => string.Create(CultureInfo.InvariantCulture, $"member{member}.");
}
