using System.Globalization;
using ConservativeAD.Diagnostics;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.Reports;
using ScottPlot;
using ScottPlot.Plottables;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>Draws the readings of the instruments.</summary>
internal static class DiagnosisDrawing
{
    private const int Width = 900;
    private const int WideWidth = 1400;
    private const int Height = 560;
    private const int MaximumPoints = 2000;
    private const int LevelSamples = 120;
    private const double Thin = 1.5;
    private const double Thick = 3;

    // Smaller gaps are drawn at this value, because the logarithm of 0 cannot be drawn.
    private const double MinimumShown = 1e-300;

    // Okabe and Ito's palette, which colour-blind readers can distinguish.
    private static readonly Color[] Palette =
        [.. new[] { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442" }.Select(hex => Color.FromHex(hex))];
    private static readonly Color RunColor = Palette[0];
    private static readonly Color TheoryColor = Palette[1];
    private static readonly Color FlowColor = Palette[2];

    /// <summary>Draws and saves the applicable pictures.</summary>
    /// <param name="diagnoses">One, or for perceptrons one per width.</param>
    /// <param name="wanted">The pictures to draw; all that apply if empty.</param>
    /// <param name="folder">The folder for the files.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Save(IReadOnlyList<RunDiagnosis> diagnoses, IReadOnlyList<DiagnosisPicture> wanted, string folder)
    {
        List<string> files = [];
        RunDiagnosis first = diagnoses[0];
        foreach (DiagnosisPicture picture in Enum.GetValues<DiagnosisPicture>())
        {
            if (wanted.Count > 0 && !wanted.Contains(picture))
                continue;
            Plot[]? plots = picture switch
            {
                DiagnosisPicture.Kl => first.Kl is null ? null : [DrawInequality(first)],
                DiagnosisPicture.Rate => first.Kl is null ? null : [DrawRate(first)],
                DiagnosisPicture.Path => first.Path is null ? null : [DrawPath(first)],
                DiagnosisPicture.Saddle => first.Escape is null ? null : [DrawSaddle(first)],
                DiagnosisPicture.Flow => first.Tracking is null || first.Flow is null ? null : [DrawFlow(first), DrawTracking(first)],
                _ => first.Kernels.Count == 0 ? null : [DrawLosses(diagnoses), DrawDrift(diagnoses)],
            };
            if (plots is null)
                continue;
            string file = Path.Combine(folder, $"{first.Program.Name}-{picture.ToString().ToLowerInvariant()}.png");
            if (plots.Length == 1)
            {
                AtomicFile.WriteBytes(file, plots[0].GetImageBytes(Width, Height, ImageFormat.Png));
            }
            else
            {
                Multiplot sheet = new();
                sheet.AddPlots(plots.Length);
                sheet.RemovePlot(sheet.GetPlot(0));
                sheet.RemovePlot(sheet.GetPlot(0));
                foreach (Plot plot in plots)
                    sheet.AddPlot(plot);
                sheet.Layout = new ScottPlot.MultiplotLayouts.Columns();
                AtomicFile.WriteBytes(file, sheet.Render(WideWidth, Height).GetImageBytes(ImageFormat.Png));
            }

            files.Add(file);
        }

        return files;
    }

    private static Plot DrawInequality(RunDiagnosis diagnosis)
    {
        KlFit fit = diagnosis.Kl!;
        Trajectory run = diagnosis.Near;
        double limit = diagnosis.Limit!.Value;
        Coordinates[] points = [.. ThinnedByFactor(run.Count).Where(k => run.Values[k] > limit && run.GradientNorms[k] > 0)
            .Select(k => new Coordinates(Math.Log10(run.Values[k] - limit), Math.Log10(run.GradientNorms[k])))];
        Plot plot = new();
        Scatter seen = plot.Add.ScatterPoints(points, RunColor);
        seen.MarkerSize = 5;
        seen.LegendText = diagnosis.IsReadAlongFlow ? "the flow, least norm" : $"the run, {NameOf(diagnosis)} gradient";
        double from = points.Min(point => point.X), to = points.Max(point => point.X);
        KlInequality inequality = fit.Inequality;
        double Line(double x) => Math.Log10(inequality.Constant) + (inequality.Exponent * x);
        Scatter line = AddLine(plot, [new(from, Line(from)), new(to, Line(to))], TheoryColor, Thin);
        line.LegendText = Text($"‖g‖ ≥ {inequality.Constant:0.###}·(F − F*)^{inequality.Exponent:0.###}");
        string interval = Text($"{fit.Confidence:0%} interval {fit.Lower:0.####} to {fit.Upper:0.####}");
        plot.Title(Text($"KL inequality of {diagnosis.Program.Name}: exponent {fit.Exponent:0.####}, {interval}"), size: 14);
        LogarithmicAxis.Label(plot.Axes.Bottom);
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.XLabel("F − F*");
        plot.YLabel("norm of the gradient");
        plot.ShowLegend(Alignment.UpperLeft);
        if (points.Max(point => point.Y) - points.Min(point => point.Y) < 1)
            plot.Axes.SetLimitsY(points.Average(point => point.Y) - 1, points.Average(point => point.Y) + 1);
        return plot;
    }

    private static Plot DrawRate(RunDiagnosis diagnosis)
    {
        Trajectory run = diagnosis.IsReadAlongFlow ? diagnosis.Run : diagnosis.Near;
        double limit = diagnosis.Limit!.Value, exponent = diagnosis.Kl!.Inequality.Exponent;
        bool isSublinear = exponent > 0.55 || diagnosis.Schedule is not ConstantStepSize;
        int[] steps = [.. (isSublinear
            ? ThinnedByFactor(run.Count)
            : Thinned(run.Count)).Where(k => run.Values[k] - limit > MinimumShown && (!isSublinear || k > 0))];
        double Place(int k) => isSublinear ? Math.Log10(k) : k;
        Plot plot = new();
        Scatter seen = AddLine(plot, [.. steps.Select(k => new Coordinates(Place(k), Math.Log10(run.Values[k] - limit)))], RunColor, Thick);
        seen.LegendText = "F − F* along the run";
        if (diagnosis.Rate is { } rate && !isSublinear)
        {
            double gap = Math.Log10(run.Values[0] - limit), fall = Math.Log10(Math.Max(rate.Bound, MinimumShown));
            Scatter bound = AddLine(plot, [.. steps.Select(k => new Coordinates(k, gap + (k * fall)))], TheoryColor, Thin);
            bound.LegendText = Text($"bound: a factor of {rate.Bound:0.####} a step");
        }
        else if (isSublinear && exponent is > 0.55 and < 1 && diagnosis.Schedule is ConstantStepSize && steps.Length > 1)
        {
            double power = -1 / ((2 * exponent) - 1), anchor = Math.Log10(run.Values[steps[^1]] - limit) - (power * Place(steps[^1]));
            Scatter law = AddLine(plot, [.. steps.Where(k => k > steps[^1] / 1000).Select(k => new Coordinates(Place(k), anchor + (power * Place(k))))],
                TheoryColor, Thin);
            law.LinePattern = LinePattern.Dashed;
            law.LegendText = Text($"k^({power:0.##}), as exponent {exponent:0.###} has it");
        }

        plot.Title(Text($"Values of {diagnosis.Program.Name}; exponent {exponent:0.###}: {diagnosis.Kl.Inequality.Rate}"), size: 14);
        if (isSublinear)
            LogarithmicAxis.Label(plot.Axes.Bottom);
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.XLabel("steps k");
        plot.YLabel("F − F*");
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static Plot DrawPath(RunDiagnosis diagnosis)
    {
        PathLength path = diagnosis.Path!;
        int[] steps = [.. ThinnedByFactor(path.Cumulative.Count).Where(k => k > 0)];
        Plot plot = new();
        Scatter seen = AddLine(plot, [.. steps.Select(k => new Coordinates(Math.Log10(k), path.Cumulative[k]))], RunColor, Thick);
        seen.LegendText = Text($"length so far; in the end {path.Length:0.######}");
        HorizontalLine bound = plot.Add.HorizontalLine(path.Bound, (float)Thin, TheoryColor);
        bound.LegendText = Text($"{(diagnosis.IsReadAlongFlow ? "φ(F(θ) − F*)" : "2φ(F(θ₀) − F*)")} = {path.Bound:0.####}");
        plot.Title($"Length of the path of {(diagnosis.IsReadAlongFlow ? "the flow of " : "")}{diagnosis.Program.Name}", size: 14);
        LogarithmicAxis.Label(plot.Axes.Bottom);
        plot.XLabel(diagnosis.IsReadAlongFlow ? "points of the flow after its last kink" : "steps k");
        plot.YLabel("sum of the lengths of steps");
        plot.Axes.SetLimitsY(0, 1.15 * Math.Max(path.Bound, path.Length));
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }

    private static Plot DrawSaddle(RunDiagnosis diagnosis)
    {
        double[] saddle = diagnosis.Program.Saddle!;
        SaddleEscape escape = diagnosis.Escape!;
        Plot plot = new();
        double least = double.PositiveInfinity;
        int longest = 0;
        for (int i = 0; i < diagnosis.EscapeRuns.Count; i++)
        {
            Trajectory run = diagnosis.EscapeRuns[i];
            double[] distances = [.. Enumerable.Range(0, run.Count).Select(k => Distance(run.Point(k), saddle))];
            Scatter line = AddLine(plot,
                [.. Thinned(run.Count).Where(k => distances[k] is > 0 and < 1e3).Select(k => new Coordinates(k, Math.Log10(distances[k])))],
                    RunColor.WithAlpha(0.6), Thin);
            if (i == 0)
                line.LegendText = "runs from random starts";
            least = Math.Min(least, distances.Where(distance => distance > 0).DefaultIfEmpty(1).Min());
            longest = Math.Max(longest, run.Count - 1);
        }

        if (escape.Bound > 1)
        {
            double end = Math.Min(longest, Math.Log(1 / least) / Math.Log(escape.Bound));
            Scatter law = AddLine(plot, [new(0, Math.Log10(least)), new(end, Math.Log10(least) + (end * Math.Log10(escape.Bound)))], TheoryColor, Thick);
            law.LegendText = Text($"a factor of 1 + αλ = {escape.Bound:0.####} a step");
        }

        HorizontalLine ball = plot.Add.HorizontalLine(Math.Log10(0.5), (float)Thin, Colors.Gray, LinePattern.Dashed);
        ball.LegendText = Text($"the ball that {escape.Escaped} of {escape.Starts} starts left");
        plot.Title($"Escape from the saddle of {diagnosis.Program.Name}", size: 14);
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.XLabel("steps k");
        plot.YLabel("distance from the saddle");
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }

    private static Plot DrawFlow(RunDiagnosis diagnosis)
    {
        Trajectory run = diagnosis.Run;
        FlowPath flow = diagnosis.Flow!;
        Plot plot = new();
        plot.Title($"{diagnosis.Program.Name}: the run and the flow from one start", size: 14);
        if (diagnosis.Program.Start.Length == 2)
        {
            Coordinates[] way = [.. ThinnedByFactor(run.Count).Select(k => new Coordinates(run.Point(k)[0], run.Point(k)[1]))];
            Coordinates[] curve = [.. flow.Times.Select((_, i) => new Coordinates(flow.Point(i)[0], flow.Point(i)[1]))];
            double left = way.Concat(curve).Min(point => point.X), right = way.Concat(curve).Max(point => point.X), bottom = way.Concat(curve)
                .Min(point => point.Y), top = way.Concat(curve).Max(point => point.Y);
            double margin = 0.1 * Math.Max(Math.Max(right - left, top - bottom), 1e-6);
            (left, right, bottom, top) = (left - margin, right + margin, bottom - margin, top + margin);
            Coordinates3d[,] heights = new Coordinates3d[LevelSamples, LevelSamples];
            for (int i = 0; i < LevelSamples; i++)
            {
                for (int j = 0; j < LevelSamples; j++)
                {
                    double x = left + ((right - left) * j / (LevelSamples - 1)), y = bottom + ((top - bottom) * i / (LevelSamples - 1));
                    heights[i, j] = new Coordinates3d(x, y, diagnosis.Program.Objective.Value([x, y]));
                }
            }

            ContourLines levels = plot.Add.ContourLines(heights, 16);
            levels.LineWidth = 1;
            levels.LineColor = Colors.LightGray;
            levels.LabelStyle.IsVisible = false;
            Scatter steps = AddLine(plot, way, RunColor.WithAlpha(0.6), 1);
            steps.LegendText = $"the run, {NameOf(diagnosis)} gradient";
            Scatter solution = AddLine(plot, curve, TheoryColor, Thick);
            solution.LegendText = "the flow, least norm";
            plot.XLabel("θ₁");
            plot.YLabel("θ₂");
            plot.Axes.SetLimits(left, right, bottom, top);
            plot.ShowLegend(Alignment.UpperRight);
            return plot;
        }

        double[] times = new double[run.Count];
        for (int k = 1; k < times.Length; k++)
            times[k] = times[k - 1] + run.StepSizes[k - 1];
        Scatter values = AddLine(plot, [.. Thinned(run.Count).Where(k => times[k] <= flow.Times[^1]).Select(k => new Coordinates(times[k], run.Values[k]))],
            RunColor, Thin);
        values.LegendText = $"the run, {NameOf(diagnosis)} gradient";
        Scatter falling = AddLine(plot, [.. Thinned(flow.Times.Count).Select(i => new Coordinates(flow.Times[i], flow.Values[i]))], TheoryColor, Thin);
        falling.LegendText = "the flow, least norm";
        plot.XLabel("time: the sum of step sizes");
        plot.YLabel("F");
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static Plot DrawTracking(RunDiagnosis diagnosis)
    {
        FlowTracking tracking = diagnosis.Tracking!;
        Plot plot = new();
        TrackingError[] errors = [.. tracking.Errors.Where(error => error.Distance > 0)];
        Scatter strays = plot.Add.Scatter((Coordinates[])[.. errors.Select(error => new Coordinates(error.Time, Math.Log10(error.Distance)))], RunColor);
        strays.LegendText = Text($"farthest from the flow within a window of {tracking.Window:0.###}");
        Scatter steps = plot.Add.Scatter((Coordinates[])[.. tracking.Errors.Select(error => new Coordinates(error.Time, Math.Log10(error.StepSize)))],
            FlowColor);
        steps.LegendText = "step size";
        plot.Title("How far the run strays from the flow", size: 14);
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.XLabel("time: the sum of step sizes");
        plot.YLabel("distance");
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static Plot DrawLosses(IReadOnlyList<RunDiagnosis> diagnoses)
    {
        Plot plot = new();
        for (int i = 0; i < diagnoses.Count; i++)
        {
            RunDiagnosis diagnosis = diagnoses[i];
            Color color = Palette[i % Palette.Length];
            Scatter run = AddLine(plot,
                [.. Thinned(diagnosis.Run.Count).Where(k => diagnosis.Run.Values[k] > MinimumShown)
                    .Select(k => new Coordinates(k, Math.Log10(diagnosis.Run.Values[k])))], color, Thick);
            run.LegendText = Label(diagnosis);
            if (diagnosis.LinearizedLosses.Count == 0)
                continue;
            Scatter linear = AddLine(plot,
                [.. Thinned(diagnosis.Run.Count).Where(k => diagnosis.LinearizedLosses[k] > MinimumShown)
                    .Select(k => new Coordinates(k, Math.Log10(diagnosis.LinearizedLosses[k])))], color, Thin);
            linear.LinePattern = LinePattern.Dashed;
        }

        plot.Title("Losses; dashed: of the linearised model", size: 14);
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.XLabel("steps k");
        plot.YLabel("F");
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static Plot DrawDrift(IReadOnlyList<RunDiagnosis> diagnoses)
    {
        Plot plot = new();
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.YLabel("drift relative to the start");
        if (diagnoses.Count > 1)
        {
            double[] widths = [.. diagnoses.Select(WidthOf)];
            Scatter kernels =
                plot.Add.Scatter(
                    (Coordinates[])[.. diagnoses.Select((diagnosis, i) => new Coordinates(Math.Log10(widths[i]), Math.Log10(diagnosis.Kernels[^1].Drift)))],
                        RunColor);
            kernels.LegendText = "tangent kernel";
            Scatter parameters =
                plot.Add.Scatter(
                    (Coordinates[])[
                        .. diagnoses.Select((diagnosis, i) => new Coordinates(Math.Log10(widths[i]), Math.Log10(diagnosis.Kernels[^1].ParameterDrift)))],
                            FlowColor);
            parameters.LegendText = "parameters";
            double anchor = Math.Log10(diagnoses[^1].Kernels[^1].Drift) + (0.5 * Math.Log10(widths[^1]));
            Scatter law = AddLine(plot, [.. widths.Select(width => new Coordinates(Math.Log10(width), anchor - (0.5 * Math.Log10(width))))], TheoryColor, Thin);
            law.LinePattern = LinePattern.Dashed;
            law.LegendText = "1/√width";
            plot.Axes.Bottom.SetTicks([.. widths.Select(Math.Log10)], [.. widths.Select(width => width.ToString(CultureInfo.InvariantCulture))]);
            plot.XLabel("width (logarithmic)");
            plot.Title("How far training moved kernel and parameters", size: 14);
        }
        else
        {
            KernelSnapshot[] moved = [.. diagnoses[0].Kernels.Where(snapshot => snapshot.Drift > 0 && snapshot.ParameterDrift > 0)];
            Scatter kernels = plot.Add.Scatter((Coordinates[])[.. moved.Select(snapshot => new Coordinates(snapshot.Step, Math.Log10(snapshot.Drift)))],
                RunColor);
            kernels.LegendText = "tangent kernel";
            Scatter parameters =
                plot.Add.Scatter((Coordinates[])[.. moved.Select(snapshot => new Coordinates(snapshot.Step, Math.Log10(snapshot.ParameterDrift)))], FlowColor);
            parameters.LegendText = "parameters";
            plot.XLabel("steps k");
            plot.Title(Text(
                $"λ_min of the tangent kernel: {diagnoses[0].Kernels[0].Smallest:0.###} at the start, {diagnoses[0].Kernels[^1].Smallest:0.###} at the end"),
                    size: 14);
        }

        plot.ShowLegend(diagnoses.Count > 1 ? Alignment.LowerLeft : Alignment.LowerRight);
        return plot;
    }

    private static Scatter AddLine(Plot plot, Coordinates[] points, Color color, double width)
    {
        Scatter line = plot.Add.ScatterLine(points, color);
        line.LineWidth = (float)width;
        return line;
    }

    private static double WidthOf(RunDiagnosis diagnosis) => diagnosis.Program.Width ?? diagnosis.Program.Start.Length;

    private static string Label(RunDiagnosis diagnosis) => diagnosis.Program.Width is { } width ? Text($"width {width}") : diagnosis.Program.Name;

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

    private static IEnumerable<int> ThinnedByFactor(int count)
    {
        int last = -1;
        for (double place = 0; ; place = Math.Max(place + 1, place * 1.01))
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
