using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;

namespace ConservativeAD.Studies.Volume;

/// <summary>Summarises finished blocks in rows and laws.</summary>
internal static class VolumeSummary
{
    public static VolumeResults Of(VolumeSettings settings, MachineFacts machine, IReadOnlyCollection<FinishedBlock> finished)
    {
        ILookup<RowKey, FinishedBlock> byRow = finished.ToLookup(block => block.Row);
        VolumeRow[] rows = [.. settings.RowKeys().Select(key => Row(settings, key, byRow[key]))];
        LawOfPrecision[] laws = [.. settings.Precisions.Select(precision => Law(settings, precision, rows))];
        return new VolumeResults(settings, machine, rows.All(row => row.Complete), rows, laws);
    }

    /// <summary>The relu evaluations of one pass of one network over all images: N of the law.</summary>
    public static double EvaluationsOfAPass(VolumeSettings settings, int depth, int width) => (double)depth * width * settings.Samples;

    private static VolumeRow Row(VolumeSettings settings, RowKey key, IEnumerable<FinishedBlock> blocks)
    {
        NetworkOutcome sum = default;
        double seconds = 0;
        // Sums in the order of the blocks, so that rounding does not depend on the speed of the threads.
        foreach (FinishedBlock block in blocks.OrderBy(block => block.Block))
        {
            sum += block.Outcome;
            seconds += block.Seconds;
        }

        (double? Lambda, double? Low, double? High) law = ZeroLaw.Fit([new Trials(EvaluationsOfAPass(settings, key.Depth, key.Width), sum.Networks, sum.Hits)]);
        Proportion? proportion = sum.Networks > 0 ? Proportion.Wilson(sum.Hits, sum.Networks) : null;
        return new VolumeRow
        {
            Precision = key.Precision,
            Depth = key.Depth,
            Width = key.Width,
            Batch = key.Batch,
            Networks = sum.Networks,
            Hits = sum.Hits,
            Proportion = proportion?.Value,
            Low = proportion?.Low,
            High = proportion?.High,
            Evaluations = sum.Evaluations,
            Lambda = law.Lambda,
            LambdaLow = law.Low,
            LambdaHigh = law.High,
            FirstLayerHits = sum.FirstLayerHits,
            ExactZeros = sum.ExactZeros,
            Seconds = seconds,
            Complete = sum.Networks == settings.Networks,
        };
    }

    private static LawOfPrecision Law(VolumeSettings settings, int precision, IReadOnlyList<VolumeRow> rows)
    {
        (double? lambda, double? low, double? high) = ZeroLaw.Fit([.. rows
            .Where(row => row.Precision == precision)
            .Select(row => new Trials(EvaluationsOfAPass(settings, row.Depth, row.Width), row.Networks, row.Hits))]);
        return new LawOfPrecision(precision, lambda, low, high);
    }
}
