using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>
/// The flow of x′ = f(t, x, p) for a field given by a program that may have kinks and jumps: the state at an end time as a function of the state at a start
/// time, the parameters and the end time.
/// </summary>
/// <remarks>
/// For a locally Lipschitz, path-differentiable field the sensitivity inclusion X′ ∈ ∂f(x)·X gives a conservative Jacobian of the flow (S. Marx and E. Pauwels,
/// Path differentiability of ODE flows, J. Differential Equations 338, 2022). Where the field or the state jumps, the derivative of the state jumps too, by a
/// saltation matrix (M. Aizerman and F. Gantmacher 1958; R. Leine and H. Nijmeijer, Dynamics and Bifurcations of Non-Smooth Mechanical Systems, 2004, chapter
/// 7). Between events the field runs on one smooth piece, so that methods keep their order.
/// </remarks>
public sealed class Flow
{
    private readonly Func<Active, Active[], Active[], Active[]> field;

    private Flow(int dimension, int parameters, Func<Active, Active[], Active[], Active[]> field, IReadOnlyList<FlowEvent> events)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        ArgumentOutOfRangeException.ThrowIfNegative(parameters);
        (Dimension, Parameters, this.field, Events) = (dimension, parameters, field, events);
    }

    /// <summary>The numbers of a state.</summary>
    public int Dimension { get; }

    /// <summary>The number of parameters; 0 for none.</summary>
    public int Parameters { get; }

    /// <summary>The declared events.</summary>
    public IReadOnlyList<FlowEvent> Events { get; }

    /// <summary>A flow by a program on single numbers.</summary>
    /// <param name="dimension">The numbers of a state.</param>
    /// <param name="parameters">The number of parameters.</param>
    /// <param name="field">f: computes the rates from time, state and parameters. It is run many times, with constants and with recorded numbers, and must
    /// not change the arrays passed to it. Its branches are comparisons of these numbers, not of their <see cref="Active.Value"/>.</param>
    public static Flow OfScalars(int dimension, int parameters, Func<Active, Active[], Active[], Active[]> field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new Flow(dimension, parameters, field, []);
    }

    /// <summary>The flow with one more declared event.</summary>
    /// <param name="declared">The event.</param>
    public Flow WithEvent(FlowEvent declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        ArgumentNullException.ThrowIfNull(declared.Guard);
        return new Flow(Dimension, Parameters, field, [.. Events, declared]);
    }

    /// <summary>Integrates from one time to another.</summary>
    /// <param name="start">The state at the start.</param>
    /// <param name="parameters">p.</param>
    /// <param name="from">The start time.</param>
    /// <param name="to">The end time; it may be before the start.</param>
    /// <param name="options">The method and its steps; the defaults if null.</param>
    /// <exception cref="ArgumentException">The numbers of state or parameters are not those of the flow, or a time is not finite.</exception>
    /// <exception cref="FlowException">The integration cannot reach the end; the exception tells the time and the state.</exception>
    public FlowSolution Solve(ReadOnlySpan<double> start, ReadOnlySpan<double> parameters, double from, double to, IntegrationOptions? options = null)
    {
        if (start.Length != Dimension || parameters.Length != Parameters)
        {
            throw new ArgumentException($"{start.Length} numbers of state and {parameters.Length} parameters were given; the flow has {Dimension} and "
                + $"{Parameters}.");
        }

        if (!double.IsFinite(from) || !double.IsFinite(to))
            throw new ArgumentException($"Times from {from} to {to} were given; they must be finite.");
        IntegrationOptions chosen = (options ?? new IntegrationOptions()).Checked();
        if (chosen.Direction is { } direction && direction.Count != Dimension + Parameters)
        {
            throw new ArgumentException($"A direction of {direction.Count} numbers was given; start and parameters have {Dimension + Parameters}.",
                nameof(options));
        }

        using FlowIntegration integration = new(this, start.ToArray(), parameters.ToArray(), from, to, chosen);
        return integration.Run();
    }

    /// <summary>The rates at a time and a state.</summary>
    internal Active[] Rates(Active time, Active[] state, Active[] parameters) => Counted(field(time, state, parameters), "The field");

    /// <summary>The state after an event.</summary>
    internal Active[] Reset(FlowEvent declared, Active time, Active[] state, Active[] parameters) =>
        Counted(declared.Reset!(time, state, parameters), $"The reset of {declared.Name}");

    private Active[] Counted(Active[]? numbers, string source) => numbers?.Length == Dimension ? numbers
        : throw new InvalidOperationException($"{source} returned {numbers?.Length ?? 0} numbers for a state of {Dimension}; there must be as many.");
}
