using System.Globalization;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>Measures the largest error of every elementwise operation in units in the last place, and writes and reads the table of documentation.</summary>
internal static class AccuracyTable
{
    private static readonly Arithmetic[] Columns = [Arithmetic.Single, Arithmetic.Double, Arithmetic.Number, Arithmetic.Half, Arithmetic.GpuSingle,
        Arithmetic.GpuDouble];

    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 6, 10, 100, -100, 1e-3, -1e-3, 1e-7, 1e-10, -1e-17, 1e-30, 1e-38, 1e-42, -1e-45, 1e8, -1e8, 1e19, 1e25, -1e30,
            3.4028234663852886e38, -3.4028234663852886e38,
        4.9e-324, -1e-310, 2.2250738585072014e-308, 1e-160, 1e100, 1e154, -1e160, 1e200, 1.7976931348623157e308, -1.7976931348623157e308,
            double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    /// <summary>The errors of one function in one arithmetic.</summary>
    /// <param name="Value">The error of the value.</param>
    /// <param name="Slope">The error of the slope.</param>
    /// <param name="Tiny">The error of results below the smallest normal number, in the smallest subnormal numbers.</param>
    internal readonly record struct Errors(Error Value, Error Slope, Error Tiny);

    /// <summary>A largest error and its argument.</summary>
    internal readonly record struct Error(double Units, double At)
    {
        public Error Or(double units, double at) => units > Units || double.IsNaN(units) ? new(units, at) : this;
    }

    /// <summary>Measures one function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arithmetic">The arithmetic.</param>
    /// <param name="samples">The number of arguments from each of the ranges: all exponents, ordinary size, near critical points.</param>
    public static Errors Measure(ElementaryFunction function, Arithmetic arithmetic, int samples)
    {
        double[] x = Arguments(function, arithmetic, samples), values = new double[x.Length], slopes = new double[x.Length];
        function.Rule.Evaluate(arithmetic, x, values, slopes);
        Errors worst = default;
        for (int i = 0; i < x.Length; i++)
        {
            double at = x[i];
            if (function.IsLeftOut(at) || (IsOnGpu(arithmetic) && function.IsLeftOutOnGpu(at)))
                continue;
            if (function.Limits.TryGetValue(at, out (double Value, double Slope) limit))
            {
                // The sign of a zero selects the side of a pole; the limits are those from above.
                bool isOtherSide = at == 0 && double.IsNegative(at);
                worst = worst with
                {
                    Value = worst.Value.Or(AtLimit(limit.Value, values[i], arithmetic), at),
                    Slope = worst.Slope.Or(isOtherSide || !function.Domain(at) ? 0 : AtLimit(limit.Slope, slopes[i], arithmetic), at),
                };
                continue;
            }

            if (double.IsNaN(at) || !function.Domain(at))
            {
                worst = worst with { Value = worst.Value.Or(double.IsNaN(values[i]) ? 0 : double.PositiveInfinity, at) };
                if (double.IsNaN(at) && !function.HasConstantSlope)
                    worst = worst with { Slope = worst.Slope.Or(double.IsNaN(slopes[i]) ? 0 : double.PositiveInfinity, at) };
                continue;
            }

            BigReal exact = at;
            BigReal value = function.Value(exact);
            worst = Compare(worst, value, values[i], function.ValueScale?.Invoke(exact) ?? 0, at, arithmetic, false);
            if (at == 0 && function.KeepsZero && double.IsNegative(values[i]) != double.IsNegative(at))
                worst = worst with { Value = new(double.PositiveInfinity, at) };
            if (!function.Rule.IsKink(at))
                worst = Compare(worst, function.Slope(exact), slopes[i], function.SlopeScale?.Invoke(exact) ?? 0, at, arithmetic, true);
        }

        return worst;
    }

    /// <summary>The table's header.</summary>
    public static string Header { get; } =
        "| function | float | slope | double | slope | number | slope | Half | slope | GPU float | slope | GPU double | slope |\n| --- | --- | --- | --- | "
        + "--- | --- | --- | --- | --- | --- | --- | --- | --- |";

    /// <summary>The row of one function, and the arguments of its largest errors.</summary>
    /// <param name="function">The function.</param>
    /// <param name="samples">The number of arguments from each range.</param>
    /// <param name="before">Lower bounds of the row: the errors of a run on another processor.</param>
    /// <param name="where">The arguments of the largest errors, for further study.</param>
    public static string Row(ElementaryFunction function, int samples, IReadOnlyList<double>? before, out string where)
    {
        List<double> bounds = [];
        List<string> places = [];
        foreach (Arithmetic arithmetic in Columns)
        {
            Errors errors = Measure(function, arithmetic, samples);
            bounds.Add(RoundUp(errors.Value.Units));
            bounds.Add(RoundUp(errors.Slope.Units));
            places.Add(string.Create(CultureInfo.InvariantCulture,
                $"{arithmetic}: value {errors.Value.Units:G3} at {errors.Value.At:R}, slope {errors.Slope.Units:G3} at {errors.Slope.At:R}, tiny "
                    + $"{errors.Tiny.Units:G3} at {errors.Tiny.At:R}"));
        }

        where = string.Join("\n  ", places.Prepend(function.Name));
        if (before is not null)
            bounds = [.. bounds.Zip(before, Math.Max)];
        return $"| {function.Name} | {string.Join(" | ", bounds.Select(bound => bound.ToString("0.##", CultureInfo.InvariantCulture)))} |";
    }

    /// <summary>The bounds that a page states, by function: value and slope in each arithmetic.</summary>
    /// <param name="page">The page's text.</param>
    public static Dictionary<string, double[]> Read(string page)
    {
        Dictionary<string, double[]> rows = [];
        int start = page.IndexOf(Header, StringComparison.Ordinal);
        if (start < 0)
            return rows;
        foreach (string line in page[(start + Header.Length)..].TrimStart('\n').Split('\n').TakeWhile(line => line.StartsWith('|')))
        {
            string[] cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            rows[cells[0]] = [.. cells[1..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        }

        return rows;
    }

    /// <summary>A page with its table replaced, or appended at the end.</summary>
    /// <param name="page">The page's text.</param>
    /// <param name="table">The table.</param>
    public static string Replaced(string page, string table)
    {
        int start = page.IndexOf(Header, StringComparison.Ordinal);
        if (start < 0)
            return $"{page.TrimEnd()}\n\n{table}\n";
        int end = page.IndexOf("\n\n", start, StringComparison.Ordinal);
        return page[..start] + table + (end < 0 ? "\n" : page[end..]);
    }

    /// <summary>The statement of a page about one arithmetic.</summary>
    public static (double Value, double Slope) Bounds(double[] row, Arithmetic arithmetic)
    {
        int column = 2 * Array.IndexOf(Columns, arithmetic);
        return (row[column], row[column + 1]);
    }

    // Exactly representable arguments: special ones; of every exponent; of ordinary size; near critical points. A longer list starts with the elements of a
    // shorter one, range by range.
    private static double[] Arguments(ElementaryFunction function, Arithmetic arithmetic, int samples)
    {
        List<double> all = [.. Special.Concat(function.Critical).Concat(function.Limits.Keys)];
        uint[] bits = new uint[2 * samples];
        double[] ordinary = new double[samples];
        new Philox(17, 1).Words(bits);
        new Philox(17, 2).Uniform<double>(ordinary, -20, 20);
        for (int i = 0; i < samples; i++)
        {
            ulong number = bits[2 * i] | ((ulong)bits[(2 * i) + 1] << 32);
            all.Add(arithmetic switch
            {
                Arithmetic.Single or Arithmetic.GpuSingle => BitConverter.UInt32BitsToSingle((uint)number),
                Arithmetic.Half => (double)BitConverter.UInt16BitsToHalf((ushort)number),
                _ => BitConverter.UInt64BitsToDouble(number),
            });
        }

        all.AddRange(ordinary);
        foreach (double x in ordinary.Take(samples / 2))
            all.AddRange([x / 20, x / 400]);
        foreach (double critical in function.Critical)
        {
            foreach (double x in ordinary.Take(samples / 4))
                all.AddRange([critical + (critical * x / 400), critical * (1 + Math.ScaleB(x, -30))]);
        }

        return [.. all.Select(x => arithmetic is Arithmetic.Single or Arithmetic.GpuSingle ? (float)x : arithmetic == Arithmetic.Half ? (double)(Half)x : x)];
    }

    private static bool IsOnGpu(Arithmetic arithmetic) => arithmetic is Arithmetic.GpuSingle or Arithmetic.GpuDouble;

    private static Errors Compare(Errors worst, BigReal exact, double computed, BigReal scale, double at, Arithmetic arithmetic, bool isSlope)
    {
        (int bits, int lowest, int highest) = Format(arithmetic);
        BigReal size = scale > BigReal.Abs(exact) ? scale : BigReal.Abs(exact);
        bool isTiny = size.Magnitude < lowest;
        double units;
        if (double.IsNaN(computed))
        {
            units = double.PositiveInfinity;
        }
        else if (double.IsInfinity(computed))
        {
            // Infinity is right if the exact number exceeds the largest number by half a unit or more.
            units = size.Magnitude > highest || (BigReal.Abs(exact).RoundTo(bits).Magnitude > highest && Math.Sign(computed) == exact.Sign)
                ? 0
                : double.PositiveInfinity;
        }
        else
        {
            BigReal error = BigReal.Abs((BigReal)computed - exact);
            units = error.IsZero ? 0 : BigReal.Scale(error, bits - 1 - Math.Max(size.Magnitude, lowest)).ToDouble();
        }

        return isTiny
            ? worst with { Tiny = worst.Tiny.Or(units, at) }
            : isSlope ? worst with { Slope = worst.Slope.Or(units, at) } : worst with { Value = worst.Value.Or(units, at) };
    }

    private static double AtLimit(double expected, double computed, Arithmetic arithmetic)
    {
        if (double.IsNaN(expected) || double.IsInfinity(expected) || expected == 0)
            return expected.Equals(computed) || (expected == 0 && computed == 0) ? 0 : double.PositiveInfinity;
        (int bits, _, _) = Format(arithmetic);
        return Math.Abs(computed - expected) / Math.ScaleB(1, Math.ILogB(expected) - bits + 1);
    }

    // Bits of the mantissa, the smallest exponent of a normal number, the largest.
    private static (int Bits, int Lowest, int Highest) Format(Arithmetic arithmetic) => arithmetic switch
    {
        Arithmetic.Single or Arithmetic.GpuSingle => (24, -126, 127),
        Arithmetic.Half => (11, -14, 15),
        _ => (53, -1022, 1023),
    };

    // Rounds up to two digits, so the result is never below the measured error.
    private static double RoundUp(double units) =>
        double.IsFinite(units) && units > 0 ? Math.Ceiling(units * (units < 10 ? 20 : 1)) / (units < 10 ? 20 : 1) : units;
}
