using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>The table as Markdown and as JSON.</summary>
internal static class VersusReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Markdown(IReadOnlyList<Measurement> rows)
    {
        StringBuilder text = new();
        text.AppendLine("| workload | threads | ours, ms | libtorch, ms | ratio (95 %) | largest difference | least, ms | our share |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (Measurement row in rows)
        {
            string least = row.LeastMilliseconds is null ? "– | –"
                : string.Create(CultureInfo.InvariantCulture, $"{row.LeastMilliseconds:G3} ({row.Bound}) | {row.Share:P0}");
            text.AppendLine(row.Ratio is null
                ? string.Create(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Threads} | {row.OursMilliseconds:G3} | – | – | – | {least} |")
                : string.Create(CultureInfo.InvariantCulture,
                    $"| {row.Name} | {row.Threads} | {row.OursMilliseconds:G3} | {row.PeerMilliseconds:G3} | {row.Ratio:F2} ({row.Low:F2}–{row.High:F2}) | "
                        + $"{row.Difference:0.0E+0} | {least} |"));
        }

        if (GeometricMean(rows) is double mean)
            text.AppendLine()
                .AppendLine(string.Create(CultureInfo.InvariantCulture,
                    $"Geometric mean of the ratios: {mean:F2}. A ratio above 1 means that this library is faster."));
        text.AppendLine()
            .AppendLine(string.Create(CultureInfo.InvariantCulture,
                $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()}, {Processor()}, {DateTime.UtcNow:yyyy-MM-dd}."));
        return text.ToString();
    }

    public static string Json(IReadOnlyList<Measurement> rows) =>
        JsonSerializer.Serialize(new
        {
            workloads = rows,
            geomean = GeometricMean(rows),
            processor = Processor(),
            framework = RuntimeInformation.FrameworkDescription
        }, Indented);

    private static double? GeometricMean(IReadOnlyList<Measurement> rows)
    {
        double[] ratios = [.. rows.Where(r => r.Ratio is not null).Select(r => r.Ratio!.Value)];
        return ratios.Length == 0 ? null : Math.Exp(ratios.Average(Math.Log));
    }

    private static string Processor()
    {
        const string Facts = "/proc/cpuinfo";
        string? name = File.Exists(Facts)
            ? File.ReadLines(Facts).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
        return $"{name ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} processors";
    }
}
