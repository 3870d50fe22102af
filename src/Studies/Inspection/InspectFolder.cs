using System.Globalization;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Inspection;

/// <summary>The files that <c>inspect</c> writes.</summary>
internal static class InspectFolder
{
    private const double Aside = 0.16;

    /// <summary>Writes results, the table, charts and the report.</summary>
    /// <param name="folder">The folder, which exists and is locked.</param>
    /// <param name="results">The results.</param>
    public static void Write(string folder, InspectResults results)
    {
        List<(string Name, IReadOnlyList<Chart> Charts)> pictures = [("distances", [Distances(results)])];
        InspectedProgram[] single = [.. results.Programs.Where(program => program.Point.Length == 1)];
        if (single.Length > 0)
            pictures.Add(("intervals", [Intervals(single)]));
        pictures.AddRange(results.Programs.Where(program => program.Point.Length == 2)
            .Select(program => ($"set-{program.Name}", (IReadOnlyList<Chart>)[Plane(program)])));
        StudyFiles.Write(folder, results, [("programs", Csv(results))], pictures, Report(results, pictures.SelectMany(picture => picture.Charts)));
    }

    /// <summary>The distance of a vector from the hull of others, by which an answer of backpropagation is judged.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="generators">Vectors that span the hull.</param>
    internal static double Distance(double[] vector, IReadOnlyList<double[]> generators)
    {
        MinimalNormPoint nearest = MinimalNormPoint.Of([.. generators.Select(generator => generator.Zip(vector, (g, v) => g - v).ToArray())]);
        double distance = Math.Sqrt(nearest.Point.Sum(x => x * x));
        // Below the accuracy of the nearest point, it is 0.
        return distance < 1e-9 ? 0 : distance;
    }

    private static Chart Distances(InspectResults results)
    {
        string[] slopes = [.. results.Programs[0].Backprop.Keys];
        return new Chart("How far backpropagation is from Clarke's subdifferential", "", "distance")
        {
            Categories = [.. results.Programs.Select(program => program.Name)],
            Series = [.. slopes.Select((s, k) => new ChartSeries($"relu'(0) = {s}", ChartMark.Columns,
                [.. results.Programs.Select((program, i) => new ChartPoint(i, Distance(program.Backprop[s], program.Generators)))]) { Color = k })],
        };
    }

    private static Chart Intervals(InspectedProgram[] programs)
    {
        string[] slopes = [.. programs[0].Backprop.Keys];
        return new Chart("Programs of one variable: Clarke's interval, and what backpropagation returns", "", "derivative")
        {
            Categories = [.. programs.Select(program => program.Name)],
            Series =
            [
                new ChartSeries("Clarke's interval, and its element of least norm", ChartMark.Points,
                    [.. programs.Select((program, i) => new ChartPoint(i - (2 * Aside), program.MinimalNorm[0],
                        program.Generators.Min(generator => generator[0]), program.Generators.Max(generator => generator[0])))]) { Color = 6 },
                .. slopes.Select((s, k) => new ChartSeries($"relu'(0) = {s}", ChartMark.Points,
                    [.. programs.Select((program, i) => new ChartPoint(i + (Aside * (k - 1)), program.Backprop[s][0]))]) { Color = k }),
            ],
        };
    }

    private static Chart Plane(InspectedProgram program)
    {
        double[][] all = [.. PlaneHull.Of(program.BackpropGenerators)];
        return new Chart($"{program.Name}: {program.Formula}", "∂/∂x", "∂/∂y")
        {
            IsSquare = true,
            Series =
            [
                .. all.Length > 1 ? (ChartSeries[])[Hull("backpropagation, all selections", all, 3)] : [],
                Hull(program.IsExact ? "Clarke's subdifferential" : "Clarke's subdifferential, a sample", [.. PlaneHull.Of(program.Generators)], 0),
                new ChartSeries("limits of gradients", ChartMark.Points, [.. program.Generators.Select(Place)]) { Color = 0 },
                .. program.Backprop.DistinctBy(entry => NumberText.Of(entry.Value)).Select((entry, k) =>
                    new ChartSeries($"relu'(0) = {entry.Key}", ChartMark.Points, [Place(entry.Value)]) { Color = k + 1 }),
                new ChartSeries("element of least norm", ChartMark.Points, [Place(program.MinimalNorm)]) { Color = 2, IsOpen = true },
            ],
        };
    }

    private static ChartSeries Hull(string name, double[][] corners, int color) =>
        new(name, ChartMark.Polygon, [.. corners.Select(Place)]) { Color = color };

    private static ChartPoint Place(double[] vector) => new(vector[0], vector[1]);

    private static HtmlReport Report(InspectResults results, IEnumerable<Chart> charts)
    {
        string[] slopes = [.. results.Programs[0].Backprop.Keys];
        return new HtmlReport("Small programs at their kinks")
            .Lead("What backpropagation returns for each relu'(0), and Clarke's subdifferential, at points with exact answers.")
            .Charts(charts)
            .Table(
                ["program", "formula", "at", "value", .. slopes.Select(s => $"s = {s}"), "Clarke gradient", "Clarke's subdifferential", "least norm",
                    "artificial critical point", "kinks"],
                results.Programs.Select(program => (string[])
                [
                    program.Name, program.Formula, NumberText.Of(program.Point), NumberText.Of(program.Value),
                    .. slopes.Select(s => NumberText.Of(program.Backprop[s])), NumberText.Of(program.Clarke), program.KnownSet,
                    NumberText.Of(program.MinimalNorm), program.ArtificialCritical switch { true => "yes", false => "no", null => "unknown" },
                    string.Join(", ", program.Kinks.Select(met => $"{met.Count} × {met.Operation}")),
                ]))
            .Paragraph(
                "Columns s = …: backpropagation with relu'(0) = s, other choices as in PyTorch. An artificial critical point is critical for backpropagation "
                    + "only. The distance is the Euclidean one from the hull of the generators that were found.")
            .Run(results.Settings, results.Machine);
    }

    private static string Csv(InspectResults results) => StudyFiles.Csv(
        ["program", "at", "value", "s", "backprop", "distance", "clarke", "leastNorm", "isExact", "artificialCritical"],
        results.Programs.SelectMany(program => program.Backprop.Select(entry => (string[])
        [
            program.Name, Vector(program.Point), Number(program.Value), entry.Key, Vector(entry.Value), Number(Distance(entry.Value, program.Generators)),
            Vector(program.Clarke), Vector(program.MinimalNorm), program.IsExact ? "true" : "false",
            program.ArtificialCritical switch { true => "true", false => "false", null => "" },
        ])));

    private static string Vector(double[] vector) => string.Join(' ', vector.Select(Number));

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
