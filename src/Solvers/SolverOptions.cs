namespace ConservativeAD.Solvers;

/// <summary>The options of all methods for nonsmooth problems.</summary>
public sealed record SolverOptions
{
    /// <summary>The most evaluations of value and gradient, not counting those of the final measure of stationarity.</summary>
    public int EvaluationLimit { get; init; } = 100_000;

    /// <summary>
    /// The time after which a method ends with its best point; null for none. Each method looks at the clock at every evaluation, and the final measure of
    /// stationarity takes at most a tenth of this time more.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The bounds of the variables, for methods that take them (<see cref="LimitedMemoryBundle"/>); null for none.</summary>
    public VariableBounds? Bounds { get; init; }

    /// <summary>A point is stationary if the distance of its set of gradients from 0 is at most this.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>
    /// The largest violation of a constraint, for methods that take constraints (<see cref="IConstrainedSolver"/>); less, in proportion, for a constraint whose
    /// gradient is shorter than 1.
    /// </summary>
    public double FeasibilityTolerance { get; init; } = 1e-6;

    /// <summary>The radius ε of the ball over which Goldstein's subdifferential is taken at the end, relative to max(1, ‖x‖∞).</summary>
    public double Radius { get; init; } = 1e-6;

    /// <summary>The element of the subdifferential that is used as the gradient.</summary>
    public SubgradientChoice Subgradient { get; init; } = SubgradientChoice.Conservative;

    /// <summary>
    /// Whether a method that rests at a kink, where Clarke's subdifferential proves that F decreases along a direction, goes on from further along it. Such are
    /// points that are critical for backpropagation alone. False shows what the choice of gradients does by itself.
    /// </summary>
    public bool LeavesKinksAlongDescent { get; init; } = true;

    /// <summary>The selections of backpropagation at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>A value at which F counts as unbounded below.</summary>
    public double UnboundedBelow { get; init; } = -1e8;

    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>The most cells to visit for a Clarke subdifferential.</summary>
    public int CellBudget { get; init; } = 256;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EvaluationLimit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CellBudget);
        if (TimeLimit <= TimeSpan.Zero)
            throw new ArgumentException($"A time limit of {TimeLimit} was given; it must be above 0, or null for none.");
        if (!(FeasibilityTolerance > 0))
            throw new ArgumentException($"A feasibility tolerance of {FeasibilityTolerance} was given; it must be above 0.");
        if (!(Tolerance > 0) || !(Radius > 0) || !double.IsFinite(Radius))
            throw new ArgumentException($"A tolerance of {Tolerance} and a radius of {Radius} were given; both must be above 0, and the radius finite.");
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
