using System.Globalization;
using System.Text;

namespace ConservativeAD.Studies.Volume;

/// <summary>The rows as text, with the same columns on the terminal, in volume.csv and in report.html.</summary>
internal static class VolumeTable
{
    public static IReadOnlyList<string> Columns { get; } =
        ["bits", "depth", "width", "batch", "networks", "hits", "proportion", "95 % interval", "λ per relu", "first layer", "exact zeros", "relus", "seconds"];

    public static IReadOnlyList<string> Cells(VolumeRow row) =>
    [
        Whole(row.Precision),
        Whole(row.Depth),
        Whole(row.Width),
        Whole(row.Batch),
        Whole(row.Networks) + (row.Complete ? "" : " (incomplete)"),
        Whole(row.Hits),
        row.Proportion?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–",
        row.Low is double low && row.High is double high ? string.Create(CultureInfo.InvariantCulture, $"{low:0.000} … {high:0.000}") : "–",
        Lambda(row),
        Whole(row.FirstLayerHits),
        Whole(row.ExactZeros),
        row.Evaluations.ToString("0.00e0", CultureInfo.InvariantCulture),
        row.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
    ];

    public static string Csv(VolumeResults results)
    {
        StringBuilder text =
            new("data,precision,depth,width,batch,networks,hits,proportion,low,high,"
                + "evaluations,lambda,lambdaLow,lambdaHigh,firstLayerHits,exactZeros,seconds,complete\n");
        foreach (VolumeRow row in results.Rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{results.Settings.Data},{row.Precision},{row.Depth},{row.Width},{row.Batch},{row.Networks},{row.Hits},"
                    + $"{row.Proportion},{row.Low},{row.High},");
            text.Append(CultureInfo.InvariantCulture,
                $"{row.Evaluations},{row.Lambda},{row.LambdaLow},{row.LambdaHigh},{row.FirstLayerHits},{row.ExactZeros},{row.Seconds},"
                    + $"{(row.Complete ? "true" : "false")}\n");
        }

        return text.ToString();
    }

    private static string Lambda(VolumeRow row)
    {
        if (row.Lambda is double lambda)
            return lambda.ToString("0.0e0", CultureInfo.InvariantCulture);
        if (row.Networks == 0)
            return "–";
        return row.Hits == 0
            ? string.Create(CultureInfo.InvariantCulture, $"< {row.LambdaHigh:0.0e0}")
            : string.Create(CultureInfo.InvariantCulture, $"> {row.LambdaLow:0.0e0}");
    }

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
}
