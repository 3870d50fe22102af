using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Scalars;

/// <content>Tapes whose numbers carry truncated power series.</content>
public sealed unsafe partial class ScalarTape
{
    private readonly List<SeriesLane>? series;

    /// <summary>A tape whose numbers carry the coefficients of t⁰, t¹, … along the direction of the variables.</summary>
    internal static ScalarTape OfSeries(Selections? selections) => new(selections, 0, true, false, false, false, false, null, [default]);

    internal Active SeriesVariable(double[] coefficients) => AppendSeries(new SeriesLane(coefficients));

    /// <summary>The series of a number; a constant has one coefficient.</summary>
    /// <exception cref="InvalidOperationException">The number belongs to another tape.</exception>
    internal SeriesLane SeriesOf(Active x)
    {
        if (x.IsConstant)
            return new SeriesLane(x.Number);
        if (!Holds(x))
            ScalarTapeSlots.ThrowForeign();
        return series![x.Node];
    }

    private Active RecordSeries<TRule>(TRule rule, Active x, double value)
        where TRule : struct, IUnaryRule<TRule>
    {
        TRule selected = TRule.Select(rule, Selections);
        SeriesLane argument = SeriesOf(x);

        // √(t²) has a series although the root's slope is infinite at 0; the formula of the value finds it.
        return AppendSeries(double.IsFinite(selected.Slope(new ScalarLane<double>(x.Number), new ScalarLane<double>(value)).Value)
            ? SeriesLane.Grown(value, argument, (at, found) => selected.Slope(at, found))
            : Valued(rule.Value(argument), value));
    }

    private Active RecordSeries<TRule>(TRule rule, Active x, Active y, double value)
        where TRule : struct, IBinaryRule<TRule>
    {
        SeriesLane first = SeriesOf(x), second = SeriesOf(y);
        if (typeof(TRule) == typeof(Add) || typeof(TRule) == typeof(Subtract) || typeof(TRule) == typeof(Multiply) || typeof(TRule) == typeof(Divide))
            return AppendSeries(Valued(rule.Value(first, second), value));
        TRule selected = TRule.Select(rule, Selections);
        int length = Math.Max(first.Coefficients.Length, second.Coefficients.Length);
        double[] coefficients = new double[length];
        coefficients[0] = value;

        // A constant's slope may not exist.
        SeriesLane ofFirst = x.IsConstant ? default : selected.SlopeOfFirst(first, second),
            ofSecond = y.IsConstant ? default : selected.SlopeOfSecond(first, second);
        for (int k = 1; k < length; k++)
            coefficients[k] = SeriesLane.Carried(first, ofFirst, k) + SeriesLane.Carried(second, ofSecond, k);
        return AppendSeries(new SeriesLane(coefficients));
    }

    // ‖(x, y)‖ of two series that begin with tᵐ is tᵐ times that of the rest.
    private Active RecordSeriesHypot(Active x, Active y, double value)
    {
        SeriesLane first = SeriesOf(x), second = SeriesOf(y);
        int length = Math.Max(first.Coefficients.Length, second.Coefficients.Length), zeros = Math.Min(Zeros(first, length), Zeros(second, length));
        if (zeros == length)
            return AppendSeries(new SeriesLane(new double[length]));
        SeriesLane a = Rest(first, zeros), b = Rest(second, zeros);
        double size = double.Hypot(a.Coefficients[0], b.Coefficients[0]);
        SeriesLane unit = SeriesLane.Constant(size), u = a / unit, v = b / unit, norm = unit * SeriesLane.Sqrt((u * u) + (v * v));
        return AppendSeries(Valued(SeriesLane.Shifted(norm, zeros, length), value));

        static int Zeros(SeriesLane of, int length) => SeriesLane.LeadingZeros(of) is int zeros && zeros == of.Coefficients.Length ? length : zeros;
        static SeriesLane Rest(SeriesLane of, int zeros) => zeros >= of.Coefficients.Length ? default : new(of.Coefficients[zeros..]);
    }

    private Active RecordSeriesRemainder(Active x, Active y, double value, double quotient) =>
        AppendSeries(Valued(SeriesOf(x) - (SeriesLane.Constant(quotient) * SeriesOf(y)), value));

    // The first coefficient is the value as .NET's own function gives it.
    private static SeriesLane Valued(SeriesLane found, double value)
    {
        double[] coefficients = [.. found.Coefficients];
        coefficients[0] = value;
        return new SeriesLane(coefficients);
    }

    // Behind a coefficient that is not finite there is no series.
    private Active AppendSeries(SeriesLane added)
    {
        Span<double> coefficients = added.Coefficients;
        int last = 0;
        while (last < coefficients.Length - 1 && double.IsFinite(coefficients[last]))
            last++;
        coefficients[(last + 1)..].Fill(double.NaN);
        int node = record->Count;
        if (node == capacity)
            Grow(2 * capacity);
        operations[node] = 0;
        series!.Add(added);
        return record->Append(node, added.Coefficients[0], 0, 0, 0, 0);
    }
}
