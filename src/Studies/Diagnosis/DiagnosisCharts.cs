using System.Globalization;
using ConservativeAD.Diagnostics;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>Charts of the readings of the instruments.</summary>
internal static class DiagnosisCharts
{
    private const int MaximumPoints = 600;
    private const double PowerOfThinning = 1.02;
    private const int Run = 0;
    private const int Theory = 1;
    private const int Flow = 2;
    private const int Ground = 6;

    // Smaller gaps are drawn at this value, because the logarithm of 0 cannot be drawn.
    private const double MinimumShown = 1e-300;

    /// <summary>The applicable pictures, of one chart or two each.</summary>
    /// <param name="diagnoses">One, or for perceptrons one per width.</param>
    /// <param name="wanted">The pictures to draw; all that apply if empty.</param>
    public static IReadOnlyList<(DiagnosisPicture Picture, Chart[] Charts)> Of(IReadOnlyList<RunDiagnosis> diagnoses, IReadOnlyList<DiagnosisPicture> wanted)
    {
        RunDiagnosis first = diagnoses[0];
        List<(DiagnosisPicture, Chart[])> pictures = [];
        foreach (DiagnosisPicture picture in Enum.GetValues<DiagnosisPicture>())
        {
            if (wanted.Count > 0 && !wanted.Contains(picture))
                continue;
            Chart[]? charts = picture switch
            {
                DiagnosisPicture.Kl => first.Kl is null ? null : [Inequality(first)],
                DiagnosisPicture.Rate => first.Kl is null ? null : [Rate(first)],
                DiagnosisPicture.Path => first.Path is null ? null : [Path(first)],
                DiagnosisPicture.Saddle => first.Escape is null ? null : [Saddle(first)],
                DiagnosisPicture.Flow => first.Tracking is null || first.Flow is null ? null : [FlowBeside(first), Tracking(first)],
                _ => first.Kernels.Count == 0 ? null : [Losses(diagnoses), Drift(diagnoses)],
            };
            if (charts is not null)
                pictures.Add((picture, charts));
        }

        return pictures;
    }

    private static Chart Inequality(RunDiagnosis diagnosis)
    {
        KlFit fit = diagnosis.Kl!;
        Trajectory run = diagnosis.Near;
        double limit = diagnosis.Limit!.Value;
        ChartPoint[] points = [.. ThinnedByFactor(run.Count).Where(k => run.Values[k] > limit && run.GradientNorms[k] > 0)
            .Select(k => new ChartPoint(run.Values[k] - limit, run.GradientNorms[k]))];
        KlInequality inequality = fit.Inequality;
        ChartPoint Line(double gap) => new(gap, inequality.Constant * Math.Pow(gap, inequality.Exponent));
        string interval = Text($"{fit.Confidence:0%} interval {fit.Lower:0.####} to {fit.Upper:0.####}");
        // Norms that hardly change would fill the height with their rounding.
        double middle = points.Length == 0 ? 0 : points.Average(point => Math.Log10(point.Y));
        return new Chart(Text($"KL inequality of {diagnosis.Program.Name}: exponent {fit.Exponent:0.####}, {interval}"), "F − F*", "norm of the gradient")
        {
            IsLogarithmicX = true,
            IsLogarithmicY = true,
            YLimits = points.Length > 0 && points.Max(point => point.Y) < 10 * points.Min(point => point.Y)
                ? (Math.Pow(10, middle - 1), Math.Pow(10, middle + 1))
                : null,
            Series =
            [
                new ChartSeries(diagnosis.IsReadAlongFlow ? "the flow, least norm" : $"the run, {NameOf(diagnosis)} gradient", ChartMark.Points, points)
                {
                    Color = Run
                },
                new ChartSeries(Text($"‖g‖ ≥ {inequality.Constant:0.###}·(F − F*)^{inequality.Exponent:0.###}"), ChartMark.Line,
                    points.Length == 0 ? [] : [Line(points.Min(point => point.X)), Line(points.Max(point => point.X))]) { Color = Theory, IsThin = true },
            ],
        };
    }

    private static Chart Rate(RunDiagnosis diagnosis)
    {
        Trajectory run = diagnosis.IsReadAlongFlow ? diagnosis.Run : diagnosis.Near;
        double limit = diagnosis.Limit!.Value, exponent = diagnosis.Kl!.Inequality.Exponent;
        bool isSublinear = exponent > 0.55 || diagnosis.Schedule is not ConstantStepSize;
        int[] steps = [.. (isSublinear
            ? ThinnedByFactor(run.Count)
            : Thinned(run.Count)).Where(k => run.Values[k] - limit > MinimumShown && (!isSublinear || k > 0))];
        List<ChartSeries> series =
            [new ChartSeries("F − F* along the run", ChartMark.Line, [.. steps.Select(k => new ChartPoint(k, run.Values[k] - limit))]) { Color = Run }];
        if (diagnosis.Rate is { } rate && !isSublinear)
        {
            double gap = Math.Log10(run.Values[0] - limit), fall = Math.Log10(Math.Max(rate.Bound, MinimumShown));
            series.Add(new ChartSeries(Text($"bound: a factor of {rate.Bound:0.####} a step"), ChartMark.Line,
                [.. steps.Where(k => gap + (k * fall) > Math.Log10(MinimumShown)).Select(k => new ChartPoint(k, Math.Pow(10, gap + (k * fall))))])
            {
                Color = Theory,
                IsThin = true,
            });
        }
        else if (isSublinear && exponent is > 0.55 and < 1 && diagnosis.Schedule is ConstantStepSize && steps.Length > 1)
        {
            double power = -1 / ((2 * exponent) - 1), anchor = Math.Log10(run.Values[steps[^1]] - limit) - (power * Math.Log10(steps[^1]));
            series.Add(new ChartSeries(Text($"k^({power:0.##}), as exponent {exponent:0.###} has it"), ChartMark.Line,
                [.. steps.Where(k => k > steps[^1] / 1000).Select(k => new ChartPoint(k, Math.Pow(10, anchor + (power * Math.Log10(k)))))])
            {
                Color = Theory,
                IsDashed = true,
                IsThin = true,
            });
        }

        return new Chart(Text($"Values of {diagnosis.Program.Name}; exponent {exponent:0.###}: {diagnosis.Kl.Inequality.Rate}"), "steps k", "F − F*")
        {
            IsLogarithmicX = isSublinear,
            IsLogarithmicY = true,
            Series = series,
        };
    }

    private static Chart Path(RunDiagnosis diagnosis)
    {
        PathLength path = diagnosis.Path!;
        int[] steps = [.. ThinnedByFactor(path.Cumulative.Count).Where(k => k > 0)];
        bool isFlow = diagnosis.IsReadAlongFlow;
        return new Chart($"Length of the path of {(isFlow ? "the flow of " : "")}{diagnosis.Program.Name}",
            isFlow ? "points of the flow after its last kink" : "steps k", "sum of the lengths of steps")
        {
            IsLogarithmicX = true,
            YLimits = (0, 1.15 * Math.Max(path.Bound, path.Length)),
            Series =
            [
                new ChartSeries(Text($"length so far; in the end {path.Length:0.######}"), ChartMark.Line,
                    [.. steps.Select(k => new ChartPoint(k, path.Cumulative[k]))]) { Color = Run },
                Level(Text($"{(isFlow ? "φ(F(θ) − F*)" : "2φ(F(θ₀) − F*)")} = {path.Bound:0.####}"), path.Bound, 1,
                    Math.Max(2, path.Cumulative.Count - 1), Theory),
            ],
        };
    }

    private static Chart Saddle(RunDiagnosis diagnosis)
    {
        double[] saddle = diagnosis.Program.Saddle!;
        SaddleEscape escape = diagnosis.Escape!;
        List<ChartSeries> series = [];
        double least = double.PositiveInfinity;
        int longest = 1;
        foreach (Trajectory run in diagnosis.EscapeRuns)
        {
            double[] distances = [.. Enumerable.Range(0, run.Count).Select(k => Distance(run.Point(k), saddle))];
            series.Add(new ChartSeries(series.Count == 0 ? "runs from random starts" : "", ChartMark.Line,
                [.. Thinned(run.Count).Where(k => distances[k] is > 0 and < 1e3).Select(k => new ChartPoint(k, distances[k]))])
            { Color = Run, IsThin = true });
            least = Math.Min(least, distances.Where(distance => distance > 0).DefaultIfEmpty(1).Min());
            longest = Math.Max(longest, run.Count - 1);
        }

        if (escape.Bound > 1)
        {
            double end = Math.Min(longest, Math.Log(1 / least) / Math.Log(escape.Bound));
            series.Add(new ChartSeries(Text($"a factor of 1 + αλ = {escape.Bound:0.####} a step"), ChartMark.Line,
                [new ChartPoint(0, least), new ChartPoint(end, least * Math.Pow(escape.Bound, end))])
            { Color = Theory });
        }

        series.Add(Level(Text($"the ball that {escape.Escaped} of {escape.Starts} starts left"), 0.5, 0, longest, Ground));
        return new Chart($"Escape from the saddle of {diagnosis.Program.Name}", "steps k", "distance from the saddle")
        {
            IsLogarithmicY = true,
            Series = series
        };
    }

    private static Chart FlowBeside(RunDiagnosis diagnosis)
    {
        Trajectory run = diagnosis.Run;
        FlowPath flow = diagnosis.Flow!;
        string title = $"{diagnosis.Program.Name}: the run and the flow from one start", ofRun = $"the run, {NameOf(diagnosis)} gradient",
            ofFlow = "the flow, least norm";
        if (diagnosis.Program.Start.Length == 2)
        {
            ChartPoint[] way = [.. ThinnedByFactor(run.Count).Select(k => new ChartPoint(run.Point(k)[0], run.Point(k)[1]))];
            ChartPoint[] curve = [.. Thinned(flow.Times.Count).Select(i => new ChartPoint(flow.Point(i)[0], flow.Point(i)[1]))];
            double left = way.Concat(curve).Min(point => point.X), right = way.Concat(curve).Max(point => point.X), bottom = way.Concat(curve)
                .Min(point => point.Y), top = way.Concat(curve).Max(point => point.Y);
            double margin = 0.1 * Math.Max(Math.Max(right - left, top - bottom), 1e-6);
            (left, right, bottom, top) = (left - margin, right + margin, bottom - margin, top + margin);
            return new Chart(title, "θ₁", "θ₂")
            {
                XLimits = (left, right),
                YLimits = (bottom, top),
                Series =
                [
                    new ChartSeries("levels of F", ChartMark.Segments,
                        LevelLines.Of((x, y) => diagnosis.Program.Objective.Value([x, y]), left, right, bottom, top)) { Color = Ground, IsThin = true },
                    new ChartSeries(ofRun, ChartMark.Line, way) { Color = Run, IsThin = true },
                    new ChartSeries(ofFlow, ChartMark.Line, curve) { Color = Theory },
                ],
            };
        }

        double[] times = new double[run.Count];
        for (int k = 1; k < times.Length; k++)
            times[k] = times[k - 1] + run.StepSizes[k - 1];
        return new Chart(title, "time: the sum of step sizes", "F")
        {
            Series =
            [
                new ChartSeries(ofRun, ChartMark.Line,
                    [.. Thinned(run.Count).Where(k => times[k] <= flow.Times[^1]).Select(k => new ChartPoint(times[k], run.Values[k]))]) { Color = Run },
                new ChartSeries(ofFlow, ChartMark.Line, [.. Thinned(flow.Times.Count).Select(i => new ChartPoint(flow.Times[i], flow.Values[i]))])
                {
                    Color = Theory,
                    IsThin = true,
                },
            ],
        };
    }

    private static Chart Tracking(RunDiagnosis diagnosis)
    {
        FlowTracking tracking = diagnosis.Tracking!;
        return new Chart("How far the run strays from the flow", "time: the sum of step sizes", "distance")
        {
            IsLogarithmicY = true,
            Series =
            [
                new ChartSeries(Text($"farthest from the flow within a window of {tracking.Window:0.###}"), ChartMark.MarkedLine,
                    [.. tracking.Errors.Where(error => error.Distance > 0).Select(error => new ChartPoint(error.Time, error.Distance))]) { Color = Run },
                new ChartSeries("step size", ChartMark.MarkedLine, [.. tracking.Errors.Select(error => new ChartPoint(error.Time, error.StepSize))])
                {
                    Color = Flow,
                },
            ],
        };
    }

    private static Chart Losses(IReadOnlyList<RunDiagnosis> diagnoses)
    {
        List<ChartSeries> series = [];
        for (int i = 0; i < diagnoses.Count; i++)
        {
            RunDiagnosis diagnosis = diagnoses[i];
            int[] steps = [.. Thinned(diagnosis.Run.Count)];
            series.Add(new ChartSeries(diagnosis.Program.Width is { } width ? Text($"width {width}") : diagnosis.Program.Name, ChartMark.Line,
                [.. steps.Where(k => diagnosis.Run.Values[k] > MinimumShown).Select(k => new ChartPoint(k, diagnosis.Run.Values[k]))])
            { Color = i });
            if (diagnosis.LinearizedLosses.Count > 0)
                series.Add(new ChartSeries("", ChartMark.Line,
                    [.. steps.Where(k => diagnosis.LinearizedLosses[k] > MinimumShown).Select(k => new ChartPoint(k, diagnosis.LinearizedLosses[k]))])
                {
                    Color = i,
                    IsDashed = true,
                    IsThin = true,
                });
        }

        return new Chart("Losses; dashed: of the linearised model", "steps k", "F") { IsLogarithmicY = true, Series = series };
    }

    private static Chart Drift(IReadOnlyList<RunDiagnosis> diagnoses)
    {
        const string Name = "drift relative to the start";
        if (diagnoses.Count == 1)
        {
            KernelSnapshot[] moved = [.. diagnoses[0].Kernels.Where(snapshot => snapshot.Drift > 0 && snapshot.ParameterDrift > 0)];
            string title = Text(
                $"λ_min of the tangent kernel: {diagnoses[0].Kernels[0].Smallest:0.###} at the start, {diagnoses[0].Kernels[^1].Smallest:0.###} at the end");
            return new Chart(title, "steps k", Name)
            {
                IsLogarithmicY = true,
                Series =
                [
                    new ChartSeries("tangent kernel", ChartMark.MarkedLine, [.. moved.Select(snapshot => new ChartPoint(snapshot.Step, snapshot.Drift))])
                    {
                        Color = Run,
                    },
                    new ChartSeries("parameters", ChartMark.MarkedLine,
                        [.. moved.Select(snapshot => new ChartPoint(snapshot.Step, snapshot.ParameterDrift))]) { Color = Flow },
                ],
            };
        }

        (double Width, KernelSnapshot End)[] ends =
            [.. diagnoses.Select(diagnosis => ((double)(diagnosis.Program.Width ?? diagnosis.Program.Start.Length), diagnosis.Kernels[^1]))];
        double anchor = ends[^1].End.Drift * Math.Sqrt(ends[^1].Width);
        return new Chart("How far training moved kernel and parameters", "width (logarithmic)", Name)
        {
            IsLogarithmicX = true,
            IsLogarithmicY = true,
            XTicks = [.. ends.Select(end => end.Width)],
            Series =
            [
                new ChartSeries("tangent kernel", ChartMark.MarkedLine, [.. ends.Select(end => new ChartPoint(end.Width, end.End.Drift))]) { Color = Run },
                new ChartSeries("parameters", ChartMark.MarkedLine, [.. ends.Select(end => new ChartPoint(end.Width, end.End.ParameterDrift))])
                {
                    Color = Flow,
                },
                new ChartSeries("1/√width", ChartMark.Line, [.. ends.Select(end => new ChartPoint(end.Width, anchor / Math.Sqrt(end.Width)))])
                {
                    Color = Theory,
                    IsDashed = true,
                    IsThin = true,
                },
            ],
        };
    }

    private static ChartSeries Level(string name, double height, double from, double to, int color) =>
        new(name, ChartMark.Line, [new ChartPoint(from, height), new ChartPoint(to, height)]) { Color = color, IsDashed = true, IsThin = true };

    private static string NameOf(RunDiagnosis diagnosis) =>
        diagnosis.Settings.Gradient == SubgradientChoice.MinimalNorm
        ? "least-norm"
        : diagnosis.Settings.Gradient == SubgradientChoice.Clarke ? "Clarke"
        : "conservative";

    private static IEnumerable<int> Thinned(int count)
    {
        int stride = Math.Max(1, count / MaximumPoints);
        for (int k = 0; k < count - 1; k += stride)
            yield return k;
        yield return count - 1;
    }

    /// <summary>Some places of a long run, the sparser the later; its last is always one.</summary>
    /// <param name="count">The number of places.</param>
    public static IEnumerable<int> ThinnedByFactor(int count)
    {
        int last = -1;
        for (double place = 0; ; place = Math.Max(place + 1, place * PowerOfThinning))
        {
            int k = Math.Min((int)place, count - 1);
            if (k != last)
                yield return k;
            last = k;
            if (k == count - 1)
                yield break;
        }
    }

    private static double Distance(ReadOnlySpan<double> a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Distance(a, b);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
