using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>One run of an objective's program: its value, its kinks, and the gradients from reverse passes.</summary>
internal abstract class RecordedRun : IRecordedProgram, IDisposable
{
    private static readonly OperationFacts WholeValue = new("the value", TameClass.Polynomial);
    private static readonly OperationFacts Point = new("the point", TameClass.Polynomial);

    /// <summary>The number of variables.</summary>
    public abstract int Dimension { get; }

    /// <summary>The value.</summary>
    public abstract double Value { get; }

    /// <summary>The derivative along each direction of the run.</summary>
    public abstract double[] Tangents { get; }

    /// <summary>The gradient: with the run's selections, or locked along its directions.</summary>
    public abstract double[] Gradient();

    /// <summary>Like <see cref="Gradient()"/>, and notes in <see cref="Loss"/> where a derivative was lost on the way.</summary>
    public abstract double[] WatchedGradient();

    /// <summary>The operation at which the last watched gradient lost a derivative that it depends on; null if none did.</summary>
    public Obstacle? Loss { get; protected set; }

    /// <summary>Like <see cref="Gradient()"/>, but writes to given memory.</summary>
    public virtual void WriteGradient(Span<double> destination) => Gradient().CopyTo(destination);

    /// <summary>The gradient with other selections, for a run without directions.</summary>
    public abstract double[] Gradient(Selections selections);

    /// <summary>The operations and comparisons at a kink.</summary>
    public abstract KinkCensus Kinks();

    /// <summary>Like <see cref="Kinks"/>, with every position.</summary>
    public virtual KinkCensus KinksWithAllPositions() => Kinks();

    /// <summary>Whether anything is at a kink, undecided, or not covered by the theory. This is cheaper than the census.</summary>
    public abstract bool HasKinks { get; }

    /// <summary>The obstacles to certifying the value and, as far as the operations show them, its gradient.</summary>
    public abstract IReadOnlyList<Obstacle> Obstacles { get; }

    /// <summary>The forms that decided at the kinks, in program order.</summary>
    public abstract IReadOnlyList<SwitchingForm> Forms { get; }

    /// <summary>Whether the program compared numbers that depend on its variables, so that it may run other operations at another point.</summary>
    public abstract bool Compares { get; }

    /// <summary>The gap between the numbers of each comparison relative to the larger one, in program order.</summary>
    public abstract IReadOnlyList<double> Gaps { get; }

    /// <summary>The comparisons of equal numbers that the tangents could not tell apart.</summary>
    public abstract IReadOnlyList<int> Undecided { get; }

    /// <inheritdoc/>
    public abstract int OutputNode { get; }

    /// <inheritdoc/>
    public abstract IEnumerable<RecordedOperation> Operations { get; }

    /// <summary>The number of operations that ran, including variables and constants.</summary>
    public abstract int OperationCount { get; }

    /// <summary>The elements of an operation's value.</summary>
    public abstract double[] ValueOf(int node);

    /// <summary>Whether the program's own code compared equal numbers, or took a whole number from one, so that another branch may lie beside the
    /// point.</summary>
    public abstract bool ComparesEqualNumbers { get; }

    /// <inheritdoc/>
    public abstract int SizeOf(int node);

    /// <inheritdoc/>
    public abstract IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent);

    /// <inheritdoc/>
    public abstract IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent);

    /// <inheritdoc/>
    public abstract (double[] Left, double[] Right)? SlopesBeside(int node);

    /// <inheritdoc/>
    public virtual Curvature? CurvatureUnder(int node, double[] lower, double[] upper) => null;

    /// <summary>The gradient of a form with respect to the variables, through the chosen pieces.</summary>
    public abstract double[] Pull(SwitchingForm form);

    /// <summary>
    /// Makes an operation at a kink of curved pieces leave it along the first direction that moves its argument, group by group; for a run on tensors.
    /// </summary>
    public virtual void LeaveAlong(int node, double[][] directions) =>
        throw new NotSupportedException("A run that carries several directions decides by them already.");

    /// <summary>
    /// The choices that each kink of a run without directions offers independently of the others: for each kink, the number of elements that may be passed
    /// back. Null if a kink offers infinitely many.
    /// </summary>
    public abstract IReadOnlyList<int>? ChoicesPerKink(int budget);

    /// <summary>The gradient with a given choice at each kink.</summary>
    public abstract double[] GradientOf(ReadOnlySpan<int> choices);

    /// <summary>
    /// The gradient as a function of what the kinks pass back; null if a rule does not tell its pieces, or if a kink lies downstream of another. The run serves
    /// nothing else afterwards.
    /// </summary>
    /// <param name="reason">Why there is none.</param>
    public virtual SelectionMap? Selections(out string reason)
    {
        reason = "the program has no pieces to choose from";
        return null;
    }

    public abstract void Dispose();

    /// <summary>The certificate for a gradient along this run's directions.</summary>
    public ClarkeCertificate Certify(double[] gradient, KinkCensus kinks, ulong? seed, double[]? direction, double? jump)
    {
        IReadOnlyList<SwitchingForm> forms = Forms;
        return new ClarkeCertificate(kinks, WithResult(Obstacles, gradient), seed)
        {
            Direction = direction,
            Locks = [.. forms.Select(form => form.ToString())],
            UndecidedComparisons = forms.Count(form => form.IsComparison && !form.IsDecided),
            Jump = jump,
        };
    }

    /// <summary>The certificate for a whole set, which names no locks.</summary>
    public ClarkeCertificate CertifySet(KinkCensus kinks, ulong seed) => new(kinks, WithResult(Obstacles, []), seed)
    {
        UndecidedComparisons = ComparesEqualNumbers ? Forms.Count(form => form.IsComparison && !form.IsDecided) : 0,
    };

    /// <summary>
    /// A final check: adds an obstacle if the value or gradient is not finite, whatever the cause, or if the gradient lost a part on the way.
    /// </summary>
    public IReadOnlyList<Obstacle> WithResult(IReadOnlyList<Obstacle> obstacles, double[] gradient)
    {
        if (obstacles.Count > 0)
            return obstacles;
        if (!double.IsFinite(Value))
            return [new Obstacle(-1, WholeValue, double.IsNaN(Value) ? ObstacleKind.OutsideDomain : ObstacleKind.InfiniteValue, Shape.Scalar, 1, [0])];
        int[] bad = [.. Enumerable.Range(0, gradient.Length).Where(i => !double.IsFinite(gradient[i]))];
        if (bad.Length == 0)
            return Loss is null ? [] : [Loss];
        return [new Obstacle(-1, Point, ObstacleKind.GradientNotFinite, Shape.Of(gradient.Length), bad.Length, bad)];
    }
}
