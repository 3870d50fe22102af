using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <summary>
/// A truncated power series in t as a lane: a formula evaluated on it gives the series of the composition. Comparisons are lexicographic, so a piecewise
/// formula is expanded on the piece that holds for small t above 0.
/// </summary>
/// <remarks>
/// The recurrences are those of A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, chapter 13: a function with y' = g·x' has the
/// coefficients k·y_k = Σ j·x_j·g_(k−j).
/// </remarks>
/// <param name="coefficients">The coefficients of t⁰, t¹, …; a constant has one.</param>
internal readonly struct SeriesLane(params double[] coefficients) : ILane<SeriesLane>
{
    private readonly double[]? coefficients = coefficients;

    /// <summary>The coefficients of t⁰, t¹, …; those left out are 0.</summary>
    public double[] Coefficients => coefficients ?? [0];

    private int Length => Coefficients.Length;

    private double this[int power] => power < Length ? Coefficients[power] : 0;

    public static SeriesLane operator +(SeriesLane a, SeriesLane b) => Of(Longer(a, b), power => a[power] + b[power]);

    public static SeriesLane operator -(SeriesLane a, SeriesLane b) => Of(Longer(a, b), power => a[power] - b[power]);

    public static SeriesLane operator *(SeriesLane a, SeriesLane b)
    {
        double[] product = new double[Longer(a, b)];
        for (int i = 0; i < Math.Min(a.Length, product.Length); i++)
        {
            for (int j = 0; j < b.Length && i + j < product.Length; j++)
                product[i + j] += Times(a[i], b[j]);
        }

        return new(product);
    }

    public static SeriesLane operator /(SeriesLane a, SeriesLane b)
    {
        double[] quotient = new double[Longer(a, b)];
        for (int k = 0; k < quotient.Length; k++)
        {
            double rest = a[k];
            for (int j = 1; j <= k; j++)
                rest -= Times(b[j], quotient[k - j]);
            quotient[k] = k > 0 && rest == 0 ? 0 : rest / b[0];
        }

        return new(quotient);
    }

    public static SeriesLane operator -(SeriesLane a) => Of(a.Length, power => -a[power]);

    public static SeriesLane Constant(double value) => new(value);

    public static SeriesLane Broadcast(double value) => new(value);

    public static SeriesLane IfGreater(SeriesLane a, SeriesLane b, SeriesLane then, SeriesLane otherwise) => Compare(a, b) > 0 ? then : otherwise;

    /// <summary>
    /// <paramref name="then"/> where the series are equal, or where only their values are and <paramref name="otherwise"/> is NaN, as in a formula whose
    /// equality guards a 0/0.
    /// </summary>
    public static SeriesLane IfEqual(SeriesLane a, SeriesLane b, SeriesLane then, SeriesLane otherwise) =>
        Compare(a, b) == 0 || (a[0] == b[0] && otherwise.Coefficients.Any(double.IsNaN)) ? then : otherwise;

    public static SeriesLane Max(SeriesLane a, SeriesLane b) => IsNaN(a, b) ? Constant(double.NaN) : Compare(a, b) >= 0 ? a : b;

    public static SeriesLane Min(SeriesLane a, SeriesLane b) => IsNaN(a, b) ? Constant(double.NaN) : Compare(a, b) <= 0 ? a : b;

    public static SeriesLane MultiplyAdd(SeriesLane a, SeriesLane b, SeriesLane c) => (a * b) + c;

    public static SeriesLane Abs(SeriesLane a) => Compare(a, default) < 0 ? -a : a;

    public static SeriesLane Sqrt(SeriesLane a)
    {
        // t²ᵐ·b has the root tᵐ·√b, whose last m coefficients depend on powers that were cut off.
        int zeros = LeadingZeros(a);
        if (zeros == a.Length || zeros % 2 != 0)
            return Unbounded(a, 0);
        if (zeros > 0)
        {
            SeriesLane rest = Sqrt(new(a.Coefficients[zeros..]));
            return Of(a.Length, power => power < zeros / 2 ? 0 : power < a.Length - (zeros / 2) ? rest[power - (zeros / 2)] : double.NaN);
        }

        double[] root = new double[a.Length];
        root[0] = Math.Sqrt(a[0]);
        for (int k = 1; k < root.Length; k++)
        {
            double rest = a[k];
            for (int j = 1; j < k; j++)
                rest -= root[j] * root[k - j];
            root[k] = rest / (2 * root[0]);
        }

        return new(root);
    }

    public static SeriesLane Floor(SeriesLane a)
    {
        double floor = Math.Floor(a[0]);
        return new(floor == a[0] && Compare(a, new(floor)) < 0 ? floor - 1 : floor);
    }

    public static SeriesLane Exp(SeriesLane a) => Grown(Math.Exp(a[0]), a, (_, exp) => exp);

    public static SeriesLane Log(SeriesLane a) => Grown(Math.Log(a[0]), a, (x, _) => Constant(1) / x);

    public static SeriesLane Sin(SeriesLane a) => Waves(a, Math.Sin(a[0]), Math.Cos(a[0]), -1).Odd;

    public static SeriesLane Cos(SeriesLane a) => Waves(a, Math.Sin(a[0]), Math.Cos(a[0]), -1).Even;

    public static SeriesLane Tan(SeriesLane a) => Grown(Math.Tan(a[0]), a, (_, tan) => Constant(1) + (tan * tan));

    public static SeriesLane Asin(SeriesLane a) => Grown(Math.Asin(a[0]), a, (x, _) => ArcSlope(x));

    public static SeriesLane Acos(SeriesLane a) => Grown(Math.Acos(a[0]), a, (x, _) => -ArcSlope(x));

    public static SeriesLane Atan(SeriesLane a) => Grown(Math.Atan(a[0]), a, (x, _) => Constant(1) / (Constant(1) + (x * x)));

    public static SeriesLane Sinh(SeriesLane a) => Waves(a, Math.Sinh(a[0]), Math.Cosh(a[0]), 1).Odd;

    public static SeriesLane Cosh(SeriesLane a) => Waves(a, Math.Sinh(a[0]), Math.Cosh(a[0]), 1).Even;

    public static SeriesLane Tanh(SeriesLane a) => Grown(Math.Tanh(a[0]), a, (_, tanh) => (Constant(1) - tanh) * (Constant(1) + tanh));

    public static SeriesLane Pow(SeriesLane a, SeriesLane b)
    {
        if (LeadingZeros(new(b.Coefficients[1..])) < b.Length - 1)
            return Grown(Math.Pow(a[0], b[0]), Exponent(a, b), (_, power) => power);
        if (a[0] == 0)
            return b[0] >= 0 && b[0] == Math.Floor(b[0]) ? WholePower(a, b[0]) : Unbounded(a, Math.Pow(0, b[0]));

        // From a·y' = b·y·a'.
        double[] power = new double[a.Length];
        power[0] = Math.Pow(a[0], b[0]);
        for (int k = 1; k < power.Length; k++)
        {
            for (int j = 1; j <= k; j++)
                power[k] += ((b[0] * j) - (k - j)) * Times(a[j], power[k - j]);
            power[k] /= k * a[0];
        }

        return new(power);
    }

    public static SeriesLane ExpM1(SeriesLane a) => Grown(double.ExpM1(a[0]), a, (_, difference) => difference + Constant(1));

    public static SeriesLane LogP1(SeriesLane a) => Grown(double.LogP1(a[0]), a, (x, _) => Constant(1) / (Constant(1) + x));

    public static SeriesLane Erf(SeriesLane a) =>
        Grown(ScalarLane<double>.Erf(new(a[0])).Value, a, (x, _) => Constant(2 / Math.Sqrt(Math.PI)) * Exp(-(x * x)));

    public static SeriesLane Sigmoid(SeriesLane a) => Grown(Lane.Sigmoid(new ScalarLane<double>(a[0])).Value, a, (_, value) => value * (Constant(1) - value));

    /// <summary>The sign of a − b for small t above 0; 0 if the series are equal or NaN.</summary>
    public static int Compare(SeriesLane a, SeriesLane b)
    {
        for (int power = 0; power < Longer(a, b); power++)
        {
            if (a[power] != b[power])
                return a[power] > b[power] ? 1 : a[power] < b[power] ? -1 : 0;
        }

        return 0;
    }

    /// <summary>The series y with y' = slope(x, y)·x', coefficient by coefficient.</summary>
    /// <param name="value">The value of y at t = 0.</param>
    /// <param name="x">The argument.</param>
    /// <param name="slope">The slope as a function of x and y.</param>
    public static SeriesLane Grown(double value, SeriesLane x, Func<SeriesLane, SeriesLane, SeriesLane> slope)
    {
        double[] y = new double[x.Length];
        y[0] = value;
        for (int k = 1; k < y.Length; k++)
            y[k] = Carried(x, slope(x, new(y[..k])), k);
        return new(y);
    }

    /// <summary>The coefficient of tᵏ of the integral of slope·x'.</summary>
    public static double Carried(SeriesLane x, SeriesLane slope, int k)
    {
        double sum = 0;
        for (int j = 1; j <= k; j++)
            sum += j * Times(x[j], slope[k - j]);
        return sum / k;
    }

    /// <summary>tᵐ times a series, cut to a length.</summary>
    public static SeriesLane Shifted(SeriesLane a, int powers, int length) => Of(length, power => power < powers ? 0 : a[power - powers]);

    /// <summary>The number of leading coefficients that are 0.</summary>
    public static int LeadingZeros(SeriesLane a)
    {
        int zeros = 0;
        while (zeros < a.Length && a[zeros] == 0)
            zeros++;
        return zeros;
    }

    private static SeriesLane ArcSlope(SeriesLane x) => Constant(1) / Sqrt((Constant(1) - x) * (Constant(1) + x));

    // The series of b·log a, whose first coefficient is not used.
    private static SeriesLane Exponent(SeriesLane a, SeriesLane b)
    {
        int length = Longer(a, b);
        return b * Log(Of(length, power => a[power]));
    }

    private static (SeriesLane Odd, SeriesLane Even) Waves(SeriesLane x, double odd, double even, double sign)
    {
        double[] sines = new double[x.Length], cosines = new double[x.Length];
        (sines[0], cosines[0]) = (odd, even);
        for (int k = 1; k < x.Length; k++)
        {
            sines[k] = Carried(x, new(cosines[..k]), k);
            cosines[k] = sign * Carried(x, new(sines[..k]), k);
        }

        return (new(sines), new(cosines));
    }

    private static SeriesLane WholePower(SeriesLane a, double exponent)
    {
        SeriesLane power = Constant(1);
        if (exponent * LeadingZeros(a) >= a.Length)
            return exponent == 0 ? power : Of(a.Length, _ => 0);
        for (double left = exponent; left > 0; left--)
            power *= a;
        return power;
    }

    // A root or a negative power at 0 has no series.
    private static SeriesLane Unbounded(SeriesLane a, double value) => Of(a.Length, power => power == 0 ? value : double.NaN);

    // A coefficient of exactly 0 contributes nothing.
    private static double Times(double a, double b) => a == 0 || b == 0 ? 0 : a * b;

    private static bool IsNaN(SeriesLane a, SeriesLane b) => double.IsNaN(a[0]) || double.IsNaN(b[0]);

    private static int Longer(SeriesLane a, SeriesLane b) => Math.Max(a.Length, b.Length);

    private static SeriesLane Of(int length, Func<int, double> coefficient)
    {
        double[] made = new double[length];
        for (int power = 0; power < length; power++)
            made[power] = coefficient(power);
        return new(made);
    }
}
