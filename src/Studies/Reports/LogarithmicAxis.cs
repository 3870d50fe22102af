using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace ConservativeAD.Studies.Reports;

/// <summary>Plot axes whose coordinates are decimal logarithms.</summary>
internal static class LogarithmicAxis
{
    /// <summary>Labels an axis by powers of ten.</summary>
    public static void Label(IAxis axis) => axis.TickGenerator = new NumericAutomatic
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = place => Math.Abs(place) <= 3
            ? Math.Pow(10, place).ToString("0.###", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"1e{place:0}"),
    };
}
