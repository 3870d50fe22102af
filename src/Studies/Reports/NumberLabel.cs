using System.Globalization;

namespace ConservativeAD.Studies.Reports;

/// <summary>Numbers of any size as short text, for axes and for values shown under the pointer.</summary>
internal static class NumberLabel
{
    private const double LeastPlain = 1e-3;
    private const double MostPlain = 1e6;

    /// <summary>Four significant digits, with an exponent where the number is large or small.</summary>
    public static string Of(double value)
    {
        double size = Math.Abs(value);
        string text = !double.IsFinite(value)
            ? value.ToString(CultureInfo.InvariantCulture)
            : size == 0 ? "0"
            : size is >= LeastPlain and < MostPlain
                ? Math.Round(value, Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 15)).ToString("0.######", CultureInfo.InvariantCulture)
                : value.ToString("0.###e0", CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }
}
