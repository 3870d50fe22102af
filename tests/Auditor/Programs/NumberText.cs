using System.Globalization;

namespace ConservativeAD.Auditor.Programs;

/// <summary>Numbers as C# writes them.</summary>
public static class NumberText
{
    public static string Of(double x) => double.IsNaN(x) ? "double.NaN"
        : double.IsInfinity(x) ? (x > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity")
        : x == 0 && double.IsNegative(x) ? "-0.0"
        : x == Math.Floor(x) && Math.Abs(x) < 1e9 ? x.ToString("0", CultureInfo.InvariantCulture)
        : x.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(IEnumerable<double> numbers) => string.Join(", ", numbers.Select(Of));
}
