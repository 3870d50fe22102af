using System.Globalization;

namespace ConservativeAD.Explorer;

/// <summary>Numbers and vectors as the page shows them.</summary>
public static class NumberText
{
    /// <summary>A number with up to six digits and a true minus sign.</summary>
    public static string Of(double number)
    {
        if (double.IsNaN(number))
            return "undefined";
        if (double.IsInfinity(number))
            return number > 0 ? "∞" : "−∞";
        double size = Math.Abs(number);
        string text = size is 0 or (>= 1e-4 and < 1e7)
            ? Math.Round(number, 6).ToString("0.######", CultureInfo.InvariantCulture)
            : number.ToString("0.####e0", CultureInfo.InvariantCulture);
        return text is "-0" ? "0" : text.Replace('-', '−');
    }

    /// <summary>A number, or a vector in parentheses.</summary>
    public static string Of(IReadOnlyList<double> vector) => vector.Count == 1 ? Of(vector[0]) : $"({string.Join(", ", vector.Select(Of))})";

    /// <summary>A number that can be read back without loss, in the form that links and input fields use.</summary>
    public static string Exact(double number) => number == 0 ? "0" : number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A coordinate of a drawing.</summary>
    public static string Coordinate(double number) => Math.Round(number, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
