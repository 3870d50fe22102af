namespace ConservativeAD;

/// <summary>One run of an objective's program: its value, its kinks, and what a reverse pass makes of them.</summary>
internal abstract class RecordedRun : IDisposable
{
    /// <summary>How many variables there are.</summary>
    public abstract int Dimension { get; }

    /// <summary>The value.</summary>
    public abstract double Value { get; }

    /// <summary>The derivative along each direction of the run.</summary>
    public abstract double[] Tangents { get; }

    /// <summary>The gradient: with the run's selections, or locked along its directions.</summary>
    public abstract double[] Gradient();

    /// <summary>As <see cref="Gradient()"/>, into given memory.</summary>
    public virtual void WriteGradient(Span<double> destination) => Gradient().CopyTo(destination);

    /// <summary>The gradient with other selections; of a run without directions.</summary>
    public abstract double[] Gradient(Selections selections);

    /// <summary>What sits at a kink.</summary>
    public abstract KinkCensus Kinks();

    /// <summary>Whether anything sits at a kink, is undecided, or is not covered by the theory; cheaper than the census.</summary>
    public abstract bool HasKinks { get; }

    /// <summary>Operations whose derivative is not finite here.</summary>
    public abstract IReadOnlyList<OperationFacts> NotLocallyLipschitz { get; }

    /// <summary>The forms that decided at the kinks, in program order.</summary>
    public abstract IReadOnlyList<SwitchingForm> Forms { get; }

    /// <summary>Whether the program compared numbers that depend on its variables, so that another point may run other operations.</summary>
    public abstract bool Compares { get; }

    /// <summary>The place of the value among the operations.</summary>
    public abstract int OutputNode { get; }

    /// <summary>Every operation that ran.</summary>
    public abstract IEnumerable<RecordedOperation> Operations { get; }

    /// <summary>How many operations ran, variables and constants included.</summary>
    public abstract int OperationCount { get; }

    /// <summary>The elements of an operation's value.</summary>
    public abstract double[] ValueOf(int node);

    /// <summary>What an operation passes back to each of its inputs that depends on a variable.</summary>
    public abstract IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent);

    /// <summary>The gradient of a form with respect to the variables, through the pieces taken.</summary>
    public abstract double[] Pull(SwitchingForm form);

    /// <summary>
    /// The choices that each kink of a run without directions offers by itself, whatever the others do: for each kink, the elements that may be passed back. Null where a kink offers
    /// infinitely many.
    /// </summary>
    public abstract IReadOnlyList<int>? ChoicesPerKink(int budget);

    /// <summary>The gradient with one choice at each kink.</summary>
    public abstract double[] GradientOf(ReadOnlySpan<int> choices);

    public abstract void Dispose();

    /// <summary>What a result along this run's directions can be trusted for.</summary>
    public ClarkeCertificate Certify(KinkCensus kinks, ulong? seed, double[]? direction, double? jump)
    {
        IReadOnlyList<SwitchingForm> forms = Forms;
        return new ClarkeCertificate(kinks, NotLocallyLipschitz, [.. kinks.Operations.Select(met => met.Operation).Where(facts => !facts.IsContinuous)], seed)
        {
            Direction = direction,
            Locks = [.. forms.Select(form => form.ToString())],
            UndecidedComparisons = forms.Count(form => form.IsComparison && !form.IsDecided),
            Jump = jump,
        };
    }
}
