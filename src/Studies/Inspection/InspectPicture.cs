using ConservativeAD.Networks;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Studies.CommandLine;
using ScottPlot;
using ScottPlot.Plottables;

namespace ConservativeAD.Studies.Inspection;

/// <summary>A program of two variables around its point, and its gradients there.</summary>
internal static class InspectPicture
{
    private const int Width = 1200;
    private const int Height = 620;
    private const int Samples = 90;
    private const int KinkSquares = 61;
    private const double Radius = 1.5;
    private const double ArrowLength = 0.6;

    // Okabe and Ito's palette.
    private static readonly Color KinkColor = Color.FromHex("#D55E00");
    private static readonly Color SetColor = Color.FromHex("#0072B2");
    private static readonly Color DescentColor = Color.FromHex("#009E73");
    private static readonly Color BackpropColor = Color.FromHex("#CC79A7");

    /// <summary>Draws and saves.</summary>
    /// <returns>The file.</returns>
    public static string Save(NamedProgram program, string folder, ulong seed, CancellationToken cancellation = default)
    {
        ClarkeSubdifferential set = Clarke.Subdifferential(program.Objective, program.Point, seed: seed);
        BackpropagationSet backpropagation = BackpropagationSet.Of(program.Objective, program.Point);
        Multiplot picture = new();
        picture.AddPlots(2);
        picture.Layout = new ScottPlot.MultiplotLayouts.Columns();
        cancellation.ThrowIfCancellationRequested();
        DrawLevels(picture.GetPlot(0), program, set, cancellation);
        DrawGradients(picture.GetPlot(1), set, backpropagation);
        string file = Path.Combine(folder, $"{program.Name}.png");
        AtomicFile.WriteBytes(file, picture.Render(Width, Height).GetImageBytes(ImageFormat.Png));
        return file;
    }

    private static void DrawLevels(Plot plot, NamedProgram program, ClarkeSubdifferential set, CancellationToken cancellation)
    {
        double left = program.Point[0] - Radius, bottom = program.Point[1] - Radius, step = 2 * Radius / (Samples - 1);
        Coordinates3d[,] heights = new Coordinates3d[Samples, Samples];
        for (int i = 0; i < Samples; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int j = 0; j < Samples; j++)
                heights[i, j] = new Coordinates3d(left + (j * step), bottom + (i * step), program.Objective.Value([left + (j * step), bottom + (i * step)]));
        }

        ContourLines levels = plot.Add.ContourLines(heights, 16);
        levels.LineWidth = 1;
        levels.LineColor = Colors.Gray;
        levels.LabelStyle.IsVisible = false;
        bool isNamed = false;
        foreach (((double X, double Y) from, (double X, double Y) to) in KinkLines.Find((x, y) => program.Objective.Gradient([x, y]).Gradient, left, bottom,
            2 * Radius, KinkSquares))
        {
            LinePlot line = plot.Add.Line(from.X, from.Y, to.X, to.Y);
            line.LineColor = KinkColor;
            line.LineWidth = 3;
            if (!isNamed)
                line.LegendText = "kinks";
            isNamed = true;
        }

        if (set.SteepestDescentDirection is { } descent)
        {
            Arrow arrow = plot.Add.Arrow(program.Point[0], program.Point[1], program.Point[0] + (ArrowLength * descent[0]),
                program.Point[1] + (ArrowLength * descent[1]));
            arrow.ArrowFillColor = DescentColor;
            arrow.ArrowLineColor = DescentColor;
            arrow.ArrowWidth = 4;
            arrow.ArrowheadWidth = 14;
            arrow.ArrowheadLength = 16;
            arrow.LegendText = "steepest descent";
        }

        Scatter point = AddPoint(plot, program.Point, Colors.Black);
        point.MarkerSize = 10;
        point.LegendText = set.IsStationary() == true ? "the point: Clarke-stationary" : "the point";
        plot.Title($"{program.Formula}", size: 14);
        plot.XLabel("x");
        plot.YLabel("y");
        plot.Axes.SetLimits(left, left + (2 * Radius), bottom, bottom + (2 * Radius));
        plot.Axes.SquareUnits();
        plot.ShowLegend(Alignment.LowerRight);
    }

    private static void DrawGradients(Plot plot, ClarkeSubdifferential set, BackpropagationSet backpropagation)
    {
        double[][] hull = [.. PlaneHull.Of(set.Generators)], all = [.. PlaneHull.Of(backpropagation.Generators)];
        if (all.Length > 1)
        {
            Polygon outer = plot.Add.Polygon([.. all.Select(v => new Coordinates(v[0], v[1]))]);
            outer.FillColor = BackpropColor.WithAlpha(0.15);
            outer.LineColor = BackpropColor;
            outer.LinePattern = LinePattern.Dashed;
            outer.LineWidth = 2;
            outer.LegendText = "backpropagation, all selections";
        }

        if (hull.Length > 1)
        {
            Polygon polygon = plot.Add.Polygon([.. hull.Select(v => new Coordinates(v[0], v[1]))]);
            polygon.FillColor = SetColor.WithAlpha(0.3);
            polygon.LineColor = SetColor;
            polygon.LineWidth = 2;
            polygon.LegendText = set.IsExact ? "Clarke subdifferential" : "Clarke subdifferential, a sample";
        }

        Scatter corners = plot.Add.ScatterPoints(set.Generators.Select(v => v[0]).ToArray(), set.Generators.Select(v => v[1]).ToArray(), SetColor);
        corners.MarkerSize = 9;
        corners.LegendText = "limits of gradients";
        Scatter origin = AddPoint(plot, new double[2], Colors.Black);
        origin.MarkerShape = MarkerShape.Eks;
        origin.MarkerSize = 12;
        origin.LegendText = "0";
        Scatter least = AddPoint(plot, set.MinimalNormElement, DescentColor);
        least.MarkerSize = 12;
        least.MarkerShape = MarkerShape.FilledDiamond;
        least.LegendText = "element of least norm";
        plot.Title($"gradients at the point; least norm {NumberText.Of(set.MinimalNormElement)}", size: 14);
        plot.XLabel("∂/∂x");
        plot.YLabel("∂/∂y");
        double reach = 1.25 * set.Generators.Concat(backpropagation.Generators).Max(v => Math.Max(Math.Abs(v[0]), Math.Abs(v[1])));
        plot.Axes.SetLimits(-reach, reach, -reach, reach);
        plot.Axes.SquareUnits();
        plot.ShowLegend(Alignment.LowerRight);
    }

    private static Scatter AddPoint(Plot plot, IReadOnlyList<double> point, Color color) =>
        plot.Add.ScatterPoints((Coordinates[])[new Coordinates(point[0], point[1])], color);
}
