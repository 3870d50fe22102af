using System.Globalization;
using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>A run of gradient descent with the readings of the instruments.</summary>
internal sealed class RunDiagnosis
{
    private const int MaximumRounds = 6;
    private const int Snapshots = 16;
    private const int LargeDimension = 500;
    private const int FewVariables = 10;
    private const int SamplesOfLarge = 5;
    private const int SamplesOfSmall = 20;
    private const int Escapes = 12;
    private const double Spread = 1e-6;
    private const double EscapeRadius = 0.5;

    // Saddles are avoided with steps below 1/L.
    private const double PartOfInverse = 0.99;

    // Below this fraction of the first gradient's norm, values are rounding errors.
    private const double Vanishing = 1e-9;

    private const double DecadesToHalve = 1e3;

    // The flow is continued this many times, over four times the time each, where it ends far from the limit.
    private const int Continuations = 5;

    // A norm that rises by this factor shows that another critical point was passed.
    private const double RiseOfPassing = 10;

    // Gaps are read where they are this many times as large as their errors.
    private const double TimesError = 30;

    // The descent lemma and rates are checked if the steps are at most 1/L, up to the accuracy of L.
    private const double AccuracyOfSmoothness = 1e-6;

    // The most gradients of a flow: about a minute, even for programs with many variables.
    private const int ManyVariables = 1000;
    private const int MaximumGradients = 500_000;
    private const int MaximumGradientsOfMany = 50_000;

    private readonly List<Reading> readings = [];
    private bool isSmooth;
    // The least λ_min along the run if ‖∇F‖² ≥ 4λ_min·F holds with it; otherwise null.
    private double? leastOfKernel;

    private RunDiagnosis(DiagnosedProgram program, DiagnosisSettings settings) => (Program, Settings) = (program, settings);

    public DiagnosedProgram Program { get; }

    public DiagnosisSettings Settings { get; }

    public Trajectory Run { get; private set; } = new(SubgradientChoice.Conservative);

    /// <summary>
    /// The points to which the inequality is fitted: all those of the run, or those after which gaps stay below the given limit. For a program with kinks they
    /// are those of the flow after it met its last kink: a run beside a kink sees the slopes of the pieces, and not the smaller one of the kink.
    /// </summary>
    public Trajectory Near { get; private set; } = new(SubgradientChoice.Conservative);

    /// <summary>Whether <see cref="Near"/> has points of the flow.</summary>
    public bool IsReadAlongFlow { get; private set; }

    /// <summary>The steps of the run.</summary>
    public IStepSizeSchedule Schedule { get; private set; } = new ConstantStepSize(1);

    /// <summary>F at the limit; null if it is unknown and was not found.</summary>
    public double? Limit { get; private set; }

    // How far a limit that was found may be above the true one: much, where the minimum is degenerate.
    private double limitError;

    // The flow until near the limit.
    private FlowPath? continued;

    // Why there is no flow.
    private string? flowMissing;

    public SmoothnessConstant? Smoothness { get; private set; }

    public KlFit? Kl { get; private set; }

    public LinearRate? Rate { get; private set; }

    public PathLength? Path { get; private set; }

    public SaddleEscape? Escape { get; private set; }

    /// <summary>Runs from starts around the saddle.</summary>
    public IReadOnlyList<Trajectory> EscapeRuns { get; private set; } = [];

    public FlowTracking? Tracking { get; private set; }

    /// <summary>The flow from the start, over the time of the run or that of its first window if that is longer.</summary>
    public FlowPath? Flow { get; private set; }

    public IReadOnlyList<KernelSnapshot> Kernels { get; private set; } = [];

    /// <summary>The losses of the linearised model, to compare with those of the run.</summary>
    public IReadOnlyList<double> LinearizedLosses { get; private set; } = [];

    public RunFacts? Facts { get; private set; }

    public IReadOnlyList<ConvergenceTheorem> Theorems { get; private set; } = [];

    public IReadOnlyList<Reading> Readings => readings;

    /// <summary>Whether it was stopped before all readings were taken.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>Runs gradient descent and measures it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="settings">The settings of the measurements.</param>
    /// <param name="cancellation">Stops it; the result then has the readings so far.</param>
    /// <param name="report">Called at the beginning of every stage.</param>
    /// <exception cref="ArgumentException">The start has the wrong number of variables.</exception>
    /// <exception cref="ArithmeticException">A value or gradient at the start is not finite.</exception>
    public static RunDiagnosis Of(DiagnosedProgram program, DiagnosisSettings settings, CancellationToken cancellation, Action<string>? report = null)
    {
        if (settings.Start is { } given && given.Length != program.Start.Length)
            throw new ArgumentException($"A start of {given.Length} variables was given; {program.Name} has {program.Start.Length}.", nameof(settings));
        double[] start = [.. settings.Start ?? program.Start];
        if (settings.StartSpread > 0)
        {
            double[] noise = new double[start.Length];
            Philox.For(settings.Seed, (uint)Streams.StartSpread).Normal<double>(noise, 0, settings.StartSpread);
            TensorPrimitives.Add(start, noise, start);
        }

        bool isRandom = settings.StartSpread > 0 || (program.IsStartRandom && settings.Start is null);
        RunDiagnosis diagnosis = new(program with { Start = start, IsStartRandom = isRandom }, settings);
        (string Stage, Action<CancellationToken> Read)[] stages =
        [
            ("descending", diagnosis.Descend), ("looking for the limit", diagnosis.FindLimit), ("reading the smoothness", _ => diagnosis.ReadSmoothness()),
                ("following the flow", diagnosis.FollowFlow), ("reading the values", diagnosis.ReadValues),
            ("classifying the end", diagnosis.ReadEnd), ("escaping from the saddle", diagnosis.ReadSaddle),
                ("reading the tangent kernel", diagnosis.ReadKernel), ("comparing with the flow", _ => diagnosis.ReadFlow()),
            ("going through the theorems", diagnosis.ReadTheorems),
        ];
        try
        {
            foreach ((string stage, Action<CancellationToken> read) in stages)
            {
                report?.Invoke(stage);
                cancellation.ThrowIfCancellationRequested();
                read(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            diagnosis.WasStopped = true;
        }

        return diagnosis;
    }

    /// <summary>Whether the steps are constant: by request, or by default for smooth programs and for training runs with full gradients.</summary>
    /// <param name="program">The program, with its start.</param>
    /// <param name="settings">The settings.</param>
    public static bool HasConstantSteps(DiagnosedProgram program, DiagnosisSettings settings) => settings.Schedule switch
    {
        DiagnosisSchedule.Constant => true,
        DiagnosisSchedule.Automatic => new RunDiagnosis(program, settings).Options.IsDeterministic
            && (program.Model is not null || program.StepSize is not null || Tame.Certify(program.Objective, settings.Start ?? program.Start).IsSmooth),
        _ => false,
    };

    private DescentOptions Options => new() { Gradient = Settings.Gradient, NoiseDeviation = Settings.Noise, Samples = Program.Samples, Seed = Settings.Seed };

    private int SmoothnessSamples => Program.Start.Length > LargeDimension ? SamplesOfLarge : SamplesOfSmall;

    private string GradientName => NameOf(Settings.Gradient);

    /// <summary>The name of a gradient in readings.</summary>
    /// <param name="gradient">The gradient.</param>
    public static string NameOf(SubgradientChoice gradient) => gradient switch
    {
        SubgradientChoice.Conservative => "conservative",
        SubgradientChoice.Clarke => "Clarke",
        _ => "least norm",
    };

    private void Descend(CancellationToken cancellation)
    {
        int steps = Settings.Steps ?? Program.Steps;
        isSmooth = Tame.Certify(Program.Objective, Program.Start).IsSmooth;
        bool isConstant = HasConstantSteps(Program, Settings);
        double? given = Settings.StepSize ?? Program.StepSize;
        (double value, double[] gradient) = Program.Objective.Gradient(Program.Start);
        double norm = TensorPrimitives.Norm<double>(gradient);
        if (!double.IsFinite(value) || !double.IsFinite(norm))
            throw new ArithmeticException($"F is {value} at the start, with a gradient of norm {norm}; both must be finite.");
        DescentOptions options = Options with { StopBelow = Options.IsDeterministic ? Vanishing * norm : 0 };
        if (!isConstant)
        {
            double length = 0.1 * Math.Max(1, TensorPrimitives.Norm<double>(Program.Start));
            double first = given
                ?? (isSmooth
                    ? PartOfInverse / Math.Max(SmoothnessConstant.At(Program.Objective, Program.Start, cancellation: cancellation).Value, 1e-12)
                    : length / Math.Max(norm, 1e-12));
            Schedule = new RobbinsMonro(first, 10, Settings.Power);
            Run = Trajectory.Descend(Program.Objective, Program.Start, Schedule, steps, options, cancellation);
            Smoothness = SmoothnessConstant.Along(Program.Objective, Run, SmoothnessSamples, cancellation: cancellation);
            return;
        }

        SmoothnessConstant found = SmoothnessConstant.At(Program.Objective, Program.Start, cancellation: cancellation);
        double step = given ?? (found.Value > 0 ? PartOfInverse / found.Value : 1);
        for (int round = 0; ; round++)
        {
            Schedule = new ConstantStepSize(step);
            Run = Trajectory.Descend(Program.Objective, Program.Start, Schedule, steps, options, cancellation);
            Smoothness = SmoothnessConstant.Along(Program.Objective, Run, SmoothnessSamples, cancellation: cancellation);
            // 1/L with L at the start may be too large later in the run.
            if (given is not null || round == MaximumRounds || step * Smoothness.Value <= 1 + AccuracyOfSmoothness)
                return;
            step = PartOfInverse / Smoothness.Value;
        }
    }

    private void FindLimit(CancellationToken cancellation)
    {
        double end = Run.Values.Min();
        if (Settings.Limit is { } given)
        {
            Limit = given;
            return;
        }

        if (Program.Start.Length > LargeDimension)
        {
            Limit = Program.Optimum;
            return;
        }

        // Descent may end at a critical value that is not the least one.
        SolverResult found = new NonsmoothBfgs().Minimize(Program.Objective, Run.Last, new SolverOptions { EvaluationLimit = 20_000, Seed = Settings.Seed },
            null, cancellation);
        if (found.Reason == StopReason.UnboundedBelow || !double.IsFinite(found.Value))
            return;
        if (Program.Optimum is { } optimum && Math.Abs(found.Value - optimum) <= 1e-6 * Math.Max(1, Math.Abs(optimum)))
        {
            Limit = optimum;
            return;
        }

        // For convex F the gap is at most the distance of ∂F from 0 times that of the point from a minimum, which is nearer than the end of the run.
        Limit = Math.Min(found.Value, end);
        double[] least = [.. found.Point];
        limitError = found.Stationarity.Value * (TensorPrimitives.Distance<double>(least, Run.Last) + found.Stationarity.Radius);
    }

    private void ReadSmoothness()
    {
        if (Smoothness is not { } smoothness)
            return;
        string where = string.Create(CultureInfo.InvariantCulture, $"the largest curvature at {smoothness.Points} points of the run");
        Add("smoothness constant L", smoothness.Value, null, null,
            string.Create(CultureInfo.InvariantCulture,
                $"{smoothness.Value:0.######}, {where}{(smoothness.IsOfSmoothPoints ? "" : $", of one piece where {smoothness.KinkPoints} of them are at "
                    + $"kinks")}"));
        if (IsWithin(smoothness) && smoothness.Value > 0)
        {
            DescentLedger ledger = DescentLedger.Of(Run, smoothness.Value * (1 + AccuracyOfSmoothness));
            Add("descent lemma", ledger.Slack, 0, ledger.Holds,
                string.Create(CultureInfo.InvariantCulture,
                    $"F falls by at least α(1 − αL/2)‖∇F‖² on {ledger.Steps - ledger.Violations.Count} of {ledger.Steps} steps"));
        }
        else
        {
            Missing("descent lemma", !Options.IsDeterministic
                ? "gradients are those of samples or noisy"
                : !IsWithinReach(smoothness) ? "the program has kinks"
                : "the steps are above 1/L or the curvature is 0");
        }
    }

    // The bounds for smooth functions apply if the program's operations are smooth, or if it is a training run without kinks at the checked points.
    private bool IsWithinReach(SmoothnessConstant smoothness) => smoothness.IsOfSmoothPoints && (isSmooth || Program.Model is not null);

    private bool IsWithin(SmoothnessConstant smoothness) =>
        Options.IsDeterministic && IsWithinReach(smoothness) && Run.StepSizes.All(step => step * smoothness.Value <= 1 + AccuracyOfSmoothness);

    private void ReadValues(CancellationToken cancellation)
    {
        if (Limit is not { } limit)
        {
            Missing("KL exponent", "no value at the limit is known: F falls without bound, or give one by --limit");
            return;
        }

        if (IsBesideKinks && !PlaceAlongFlow(limit, cancellation))
            return;
        if (!IsReadAlongFlow)
            PlaceAlongRun(limit);
        double floor = Math.Max(Math.Max(Math.Abs(limit) * 1e-12, 1e-280), IsReadAlongFlow ? FloorAlongFlow : TimesError * limitError);
        PolyakLojasiewicz ratio;
        try
        {
            Kl = KlFit.Of(Near, limit, leastGap: floor, gapError: IsReadAlongFlow ? ErrorAlongFlow : limitError);
            string along = IsReadAlongFlow ? string.Create(CultureInfo.InvariantCulture,
                $"; along the flow after its last kink, from F − F* = {Near.Values[0] - limit:0.#E+0} "
                    + $"to {Math.Max(Near.Values[^1] - limit, floor):0.#E+0}") : "";
            AddOf(Near.Gradient, "KL exponent", Kl.Exponent, null, null, $"{Kl}{along}{Hint(limit)}");
            ratio = PolyakLojasiewicz.Of(Near, limit, floor);
            AddOf(Near.Gradient, "Polyak–Łojasiewicz ratio", ratio.Smallest, null, null,
                string.Create(CultureInfo.InvariantCulture,
                    $"½‖g‖²/(F − F*), from {ratio.Smallest:0.####E+0} to {ratio.Largest:0.####E+0} along the {(IsReadAlongFlow ? "flow" : "run")}"));
        }
        catch (ArgumentException reason)
        {
            Missing("KL exponent", reason.Message);
            return;
        }

        ReadPath(limit, Kl);
        ReadRate(limit, Kl, ratio);
    }

    // A fit over a whole run that passed another critical point says little about its limit.
    private string Hint(double limit)
    {
        if (IsReadAlongFlow || Settings.GreatestGap is not null || !Options.IsDeterministic)
            return "";
        double least = double.PositiveInfinity;
        for (int k = 0; k < Near.Count; k++)
        {
            double norm = Near.GradientNorms[k];
            if (norm > RiseOfPassing * least)
                return string.Create(CultureInfo.InvariantCulture,
                    $"; ‖g‖ fell to {least:0.#E+0} and rose again, as when another critical point is passed: --below {Near.Values[k] - limit:0.#E+0} "
                        + $"reads what comes after it");
            least = Math.Min(least, norm);
        }

        return "";
    }

    private bool IsBesideKinks => !isSmooth && (Program.Model is null || Smoothness is not { IsOfSmoothPoints: true });

    private bool PlaceAlongFlow(double limit, CancellationToken cancellation)
    {
        if (Flow is null)
        {
            Missing("KL exponent", $"the program has kinks, where it is read along the flow, and there is none: {flowMissing ?? "--draw leaves it out"}");
            return false;
        }

        continued = Continued(Flow, limit, cancellation);
        int from = continued.LastJump(limit + FloorAlongFlow);
        double gap = continued.Values[from] - limit, middle = Math.Sqrt(gap * FloorAlongFlow);
        // The inequality is local: of a flow over many powers of ten the nearer half is read.
        double greatest = Settings.GreatestGap ?? (gap > DecadesToHalve * FloorAlongFlow ? middle : double.PositiveInfinity);
        Near = continued.From(from, greatest, limit);
        return IsReadAlongFlow = true;
    }

    // F − F* along the flow is known up to its integration error and to the distance within which kinks count.
    private double FloorAlongFlow => TimesError * ErrorAlongFlow;

    private double ErrorAlongFlow => Math.Max(limitError, Math.Max(Math.Abs((continued ?? Flow!).EnergyError), FlowOptionsHere.ActiveRadius));

    private void PlaceAlongRun(double limit)
    {
        Near = Run;
        if (Settings.GreatestGap is not { } greatest)
            return;
        int from = Run.Count;
        while (from > 0 && Run.Values[from - 1] - limit <= greatest)
            from--;
        Near = new Trajectory(Run.Gradient);
        for (int k = from; k < Run.Count; k++)
            Near.Add(Run.Point(k), Run.Values[k], Run.GradientNorms[k], Run.StepSizes[k]);
    }

    // The length is bounded for the flow, and for descent with steps of at most 1/L on a smooth function. Of other runs nothing is claimed.
    private void ReadPath(double limit, KlFit fit)
    {
        if (fit.Exponent >= 1)
        {
            Missing("path length", "the exponent is 1 or more, so that no length is bounded");
            return;
        }

        if (IsReadAlongFlow)
        {
            Path = PathLength.OfFlow(Near, limit, fit.Inequality);
            AddOf(Near.Gradient, "path length", Path.Length, Path.Bound, Path.Length <= Path.Bound + ErrorAlongFlow, string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.Length:0.######} along the flow from its last kink on; the bound φ(F(θ) − F*) with the fitted inequality is {Path.Bound:0.####}"));
        }
        else if (Smoothness is { } smoothness && IsWithin(smoothness))
        {
            Path = PathLength.Of(Near, limit, fit.Inequality);
            Add("path length", Path.Length, Path.Bound, Path.Holds, string.Create(CultureInfo.InvariantCulture,
                $"{Path.Length:0.######}; the bound 2φ(F(θ₀) − F*) with the fitted inequality is {Path.Bound:0.####}"));
        }
        else
        {
            Missing("path length", !Options.IsDeterministic
                ? "gradients are those of samples or noisy, and no bound is one for them"
                : "steps are above 1/L, and no bound is one for them");
        }
    }

    private void ReadRate(double limit, KlFit fit, PolyakLojasiewicz ratio)
    {
        if (IsReadAlongFlow || Smoothness is not { Value: > 0 } constant || Schedule is not ConstantStepSize || !IsWithin(constant) || !(ratio.Smallest > 0))
            return;
        if (fit.Lower > 0.5)
        {
            Missing("linear rate", string.Create(CultureInfo.InvariantCulture,
                $"the exponent is above ½, and the rate {fit.Inequality.Rate}; over the second half of the run F − F* falls like "
                    + $"k^(-{PowerOfFall(limit):0.###})"));
            return;
        }

        // For steps below 1/L, the relevant constant is 1/α.
        Rate = LinearRate.Of(Near, limit, KlInequality.OfModulus(ratio.Smallest), 1 / Run.StepSizes[0]);
        Add("linear rate", Rate.Worst, Rate.Bound, Rate.Holds,
            string.Create(CultureInfo.InvariantCulture,
                $"F − F* is multiplied by at most {Rate.Worst:0.#########} a step, typically at the end by {Rate.Typical:0.#########}; the bound 1 − μα "
                    + $"with the least ratio μ of the run is {Rate.Bound:0.#########}"));
    }

    // p of the law k^(-p) through the middle and the end of the run.
    private double PowerOfFall(double limit)
    {
        int end = Run.Count - 1, middle = end / 2;
        return middle == 0 ? double.NaN : Math.Log((Run.Values[middle] - limit) / (Run.Values[end] - limit)) / Math.Log(end / (double)middle);
    }

    private void ReadEnd(CancellationToken cancellation)
    {
        if (!double.IsFinite(Run.GradientNorms[^1]))
            return;
        CriticalPoint end = CriticalPoint.Classify(Program.Objective, Run.Last, 1e-4, cancellation: cancellation);
        string kind = end.Kind switch
        {
            CriticalPointKind.NotCritical => "not critical to 1e-4",
            CriticalPointKind.StrictMinimum => Kl is { Lower: > 0.5 } ? "a minimum whose curvature vanishes at the limit, as the exponent above ½ tells"
                : "a strict minimum",
            CriticalPointKind.StrictMaximum => "a strict maximum",
            CriticalPointKind.StrictSaddle => "a strict saddle",
            CriticalPointKind.Degenerate => "critical, with a degenerate Hessian",
            CriticalPointKind.Nonsmooth => "critical, at a kink",
            _ => "critical for backpropagation only",
        };
        readings.Add(new Reading("end of the run", end.Distance, null, null, end.Kind is CriticalPointKind.Nonsmooth or CriticalPointKind.Artificial
            ? "Clarke"
            : GradientName,
            string.Create(CultureInfo.InvariantCulture,
                $"{kind}: F = {end.Value:0.######}, dist(0, ∂F) = {end.Distance:0.0E+0}, {(end.Spectrum.IsComplete ? "" : "of the curvatures seen ")}index "
                    + $"{end.Index}, nullity {end.Nullity}, curvature from {end.Spectrum.Smallest:0.####} to {end.Spectrum.Largest:0.####}")));
    }

    private void ReadSaddle(CancellationToken cancellation)
    {
        if (!Settings.Wants(DiagnosisPicture.Saddle))
            return;
        if (Program.Saddle is not { } saddle)
        {
            if (Settings.Pictures.Count > 0)
                Missing("saddle escape", "no saddle of this program is known");
            return;
        }

        double step = Schedule.StepSize(0);
        DescentOptions options = Options;
        CriticalPoint point = CriticalPoint.Classify(Program.Objective, saddle, cancellation: cancellation);
        Escape = SaddleEscape.Measure(Program.Objective, saddle, step, Settings.SaddleStarts, Spread, EscapeRadius, options: options,
            cancellation: cancellation);
        int most = Escape.StepsToEscape.DefaultIfEmpty(100).Max();
        List<Trajectory> runs = [];
        for (int i = 0; i < Math.Min(Escapes, Settings.SaddleStarts); i++)
        {
            double[] start = new double[saddle.Length];
            Philox.For(Settings.Seed, (uint)Streams.EscapeStarts, (ulong)i).Normal<double>(start, 0, Spread);
            TensorPrimitives.Add(start, saddle, start);
            runs.Add(Trajectory.Descend(Program.Objective, start, new ConstantStepSize(step), most, options with { Seed = Settings.Seed + (ulong)i },
                cancellation));
        }

        EscapeRuns = runs;
        string typical = Escape.Escaped == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture,
                $", after {Escape.StepsToEscape.Order().ElementAt(Escape.Escaped / 2)} steps in the median; a factor of {Escape.Bound:0.####} a step takes "
                    + $"{Math.Log(EscapeRadius / Spread) / Math.Log(Escape.Bound):0}");
        Add("saddle escape", Escape.Escaped, Escape.Starts, point.IsStrictSaddle
            ? Escape.Escaped == Escape.Starts
            : null, string.Create(CultureInfo.InvariantCulture,
                $"{Escape.Escaped} of {Escape.Starts} random starts 1e-6 from {(point.IsStrictSaddle ? "the strict saddle" : "the point")} with curvatures "
                    + $"from {point.Spectrum.Smallest:0.####} to {point.Spectrum.Largest:0.####} left the ball of radius ½{typical}"));
    }

    private void ReadKernel(CancellationToken cancellation)
    {
        if (!Settings.Wants(DiagnosisPicture.Kernel))
            return;
        if (Program.Model is not { } model)
        {
            if (Settings.Pictures.Count > 0)
                Missing("tangent kernel", "the program is not a sum of squares of a model's outputs");
            return;
        }

        double[] start = Run.Point(0).ToArray();
        TangentKernel first = model.Kernel(start, cancellation), last = first;
        List<KernelSnapshot> snapshots = [new KernelSnapshot(0, first.Smallest, first.Largest, 0, 0)];
        int previous = 0;
        double smallest = first.Smallest;
        bool holds = first.LeastSquares(Run.Values[0], Run.GradientNorms[0]).Holds;
        for (int i = 1; i <= Snapshots; i++)
        {
            // Most of the drift happens early.
            int step = (int)Math.Round((Run.Count - 1) * Math.Pow(i / (double)Snapshots, 2));
            if (step == previous)
                continue;
            previous = step;
            double[] point = Run.Point(step).ToArray();
            last = model.Kernel(point, cancellation);
            LazyTraining moved = LazyTraining.Of(start, first, point, last);
            snapshots.Add(new KernelSnapshot(step, last.Smallest, last.Largest, moved.KernelDrift, moved.ParameterDrift));
            smallest = Math.Min(smallest, last.Smallest);
            holds &= last.LeastSquares(Run.Values[step], Run.GradientNorms[step]).Holds;
        }

        Kernels = snapshots;
        if (Schedule is ConstantStepSize && first.Matrix is not null)
            LinearizedLosses = first.LinearizedLosses(model.Residual(start), Run.StepSizes[0], Run.Count - 1);
        leastOfKernel = holds && smallest > 0 && Limit is 0 ? smallest : null;
        Add("tangent kernel", smallest, null, holds,
            string.Create(CultureInfo.InvariantCulture,
                $"λ_min from {first.Smallest:0.####} at the start to {last.Smallest:0.####} at the end, λ_max {first.Largest:0.####} to "
                    + $"{last.Largest:0.####}; ‖∇F‖² ≥ 4λ_min·F {(holds ? "held" : "failed")} at {snapshots.Count} points"));
        KernelSnapshot end = snapshots[^1];
        string deviation = "";
        if (LinearizedLosses.Count > 0 && Options.IsDeterministic)
        {
            double apart = 0;
            for (int k = 0; k < Run.Count; k++)
                apart = Math.Max(apart, Math.Abs(Run.Values[k] - LinearizedLosses[k]) / Run.Values[0]);
            deviation = string.Create(CultureInfo.InvariantCulture, $"; losses are within {apart:0.0%} of F(θ₀) of those of the linearised model");
        }

        Add("lazy training", end.Drift, null, null,
            string.Create(CultureInfo.InvariantCulture,
                $"the kernel moved by {end.Drift:0.###} of its norm, the parameters by {end.ParameterDrift:0.####} of theirs{deviation}"));
        if (first.Smallest > 0)
        {
            double radius = LazyTraining.TrapRadius(Run.Values[0], first.Smallest / 2), distance = TensorPrimitives.Distance(Run.Last, Run.Point(0));
            bool applies = smallest >= first.Smallest / 2 && Smoothness is { } smoothness && IsWithin(smoothness);
            Add("trap", distance, radius, applies
                ? distance <= radius
                : null, string.Create(CultureInfo.InvariantCulture,
                    $"‖θ − θ₀‖ = {distance:0.###}; the run is trapped within {radius:0.###} where λ_min(K) stays above half of λ_min(K₀) = "
                        + $"{first.Smallest:0.####}{(applies ? ", as it did" : "; it did not, or steps are not within 1/L")}"));
        }
    }

    private FlowOptions FlowOptionsHere
    {
        get
        {
            double tolerance = Program.Start.Length > FewVariables ? 1e-5 : 1e-6;
            return new FlowOptions
            {
                Tolerance = tolerance,
                ActiveRadius = 4 * tolerance,
                EvaluationLimit = Program.Start.Length > ManyVariables ? MaximumGradientsOfMany : MaximumGradients,
            };
        }
    }

    private double TimeOfRun => Run.StepSizes.Take(Run.Count - 1).Sum();

    private double WindowOfRun => Math.Min(Settings.Window, TimeOfRun / 2);

    private void FollowFlow(CancellationToken cancellation)
    {
        bool isCompared = Settings.Wants(DiagnosisPicture.Flow);
        if (!isCompared && !(IsBesideKinks && Limit is not null))
            return;
        double time = TimeOfRun, window = WindowOfRun;
        if (!(window > 0) || Run.Values.Any(value => Math.Abs(value) > 1e12))
        {
            flowMissing = "the run has no time, or leaves every bounded set";
            return;
        }

        FlowOptions options = FlowOptionsHere;
        try
        {
            FlowTracking? tracking = isCompared ? FlowTracking.Of(Program.Objective, Run, window, 12, options, cancellation) : null;
            // Both or none, because a picture needs both.
            Flow = DifferentialInclusion.Solve(Program.Objective, Program.Start, Math.Min(time, 20 * window), options, cancellation);
            Tracking = tracking;
        }
        catch (Exception reason) when (reason is InvalidOperationException or ArithmeticException)
        {
            flowMissing = reason is InvalidOperationException
                ? string.Create(CultureInfo.InvariantCulture,
                    $"the flow took more than {options.EvaluationLimit} gradients, as one that slides along many kinks does; a shorter --window may do, and "
                        + $"--draw leaves it out")
                : reason.Message;
        }
    }

    // The flow for as long as it takes to come near the limit, if that is not too many gradients.
    private FlowPath Continued(FlowPath flow, double limit, CancellationToken cancellation)
    {
        double time = flow.Times[^1];
        for (int i = 0; i < Continuations && !flow.IsAtRest && flow.Values[^1] - limit > FloorAlongFlow; i++)
        {
            time *= 4;
            try
            {
                flow = DifferentialInclusion.Solve(Program.Objective, Program.Start, time, FlowOptionsHere, cancellation);
            }
            catch (Exception reason) when (reason is InvalidOperationException or ArithmeticException)
            {
                break;
            }
        }

        return flow;
    }

    private void ReadFlow()
    {
        if (!Settings.Wants(DiagnosisPicture.Flow))
            return;
        if (Tracking is null || Flow is null)
        {
            Missing("flow tracking", flowMissing ?? "there is no flow");
            return;
        }

        double window = WindowOfRun;
        WindowDescent windows = WindowDescent.Of(Run, window);
        Add("descent over windows", windows.Falls[^1].Fall, null, null,
            string.Create(CultureInfo.InvariantCulture,
                $"F falls by {windows.Falls[0].Fall:0.0E+0} over the first window of length {window:0.###} and by "
                    + $"{windows.Falls[^1].Fall:0.0E+0} over the last; it rises over {windows.Rises} of {windows.Falls.Count}"));
        TrackingError first = Tracking.Errors[0], last = Tracking.Errors[^1];
        readings.Add(new Reading("flow tracking", last.Distance, null, null, $"{GradientName}; flow: least norm",
            string.Create(CultureInfo.InvariantCulture,
                $"over windows of length {window:0.###} the run strays from the flow by {first.Distance:0.0E+0} at the start and "
                    + $"{last.Distance:0.0E+0} at the end, where steps are {last.StepSize:0.0E+0}; energy error of the flow {Flow.EnergyError:0.0E+0}")));
    }

    private void ReadTheorems(CancellationToken cancellation)
    {
        // ‖∇F‖² ≥ 4λ_min·F is the KL inequality with exponent ½, so it takes precedence over a fit to the run.
        string line = Kl is { } other && other.Inequality.Exponent > 0.5
            ? string.Create(CultureInfo.InvariantCulture, $"; the line fitted above, of {other.Exponent:0.####}, tells of the gaps that were seen")
            : "";
        (KlInequality? inequality, string? source) = leastOfKernel is { } least
            ? (KlInequality.OfModulus(2 * least), $"as the tangent kernel kept λ_min above 0 where the run was looked at{line}")
            : Kl is { } fit ? (fit.Inequality, IsReadAlongFlow ? "fitted along the flow" : "fitted along the run")
            : ((KlInequality?)null, (string?)null);
        (Facts, Theorems) = RunChecklist.Of(Program.Objective, Run, Schedule, !Options.IsDeterministic, Program.IsStartRandom, null, inequality, source,
            cancellation);
    }

    private void Add(string instrument, double value, double? bound, bool? holds, string text) =>
        AddOf(Settings.Gradient, instrument, value, bound, holds, text);

    private void AddOf(SubgradientChoice gradient, string instrument, double value, double? bound, bool? holds, string text) =>
        readings.Add(new Reading(instrument, value, bound, holds, NameOf(gradient), text));

    private void Missing(string instrument, string reason) => readings.Add(new Reading(instrument, null, null, null, GradientName, $"not read: {reason}"));
}
