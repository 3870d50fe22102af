namespace ConservativeAD.Auditor.Reference;

/// <content>The logarithm of the gamma function, its derivative and the inverse of erf.</content>
public sealed partial class Germ
{
    // Stirling's series is used from here on.
    private const int Large = 40;

    // Below, the recurrence takes too many steps.
    private const int LowestArgument = -500;

    // B₂, B₄ and so on as fractions.
    private static readonly (double Numerator, double Denominator)[] Bernoulli =
    [
        (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798), (-174611, 330), (854513, 138), (-236364091, 2730),
            (8553103, 6), (-23749461029, 870), (8615841276005, 14322),
    ];

    public static Germ LogGamma(Germ x)
    {
        if (!x.IsFinite)
            return x.IsInfinite ? Infinity(true) : x.Kind == Kind.Undefined ? x : Unknown;
        if (x.Limit() is not { } limit || limit.Value < LowestArgument || limit.Value > 1e300)
            return Unknown;
        Wide a = limit.Value;
        if (a == Wide.Floor(a) && a <= Wide.Zero)
            return x.IsConstant ? Infinity(true) : Unknown;
        Wide[] coefficients = new Wide[Orders + 2];
        Wide factorial = Wide.One;
        for (int k = 1; k < coefficients.Length; k++)
        {
            factorial *= k;
            coefficients[k] = Polygamma(k - 1, a) / factorial;
        }

        Wide z = a, steps = Wide.Zero;
        for (; z < Large; z += 1)
            steps += Wide.Log(Wide.Abs(z));
        Wide value = ((z - 0.5) * Wide.Log(z)) - z + (Wide.Log(2 * Wide.Pi) / 2), power = z;
        for (int k = 1; k <= Bernoulli.Length; k++, power *= z * z)
            value += (Wide)Bernoulli[k - 1].Numerator / Bernoulli[k - 1].Denominator / (2 * k * ((2 * k) - 1) * power);

        // Terms of the size of the argument cancel, in the engine too where it reflects.
        Wide rough = (Wide.One + Wide.Abs(a)).Shifted(-Precision.Bits);
        return Series(x, limit, a == 1 || a == 2 ? Wide.Zero : value - steps, coefficients) + (a < Wide.Zero ? Of(new Ball(Wide.Zero, rough)) : Zero);
    }

    public static Germ Digamma(Germ x)
    {
        if (!x.IsFinite)
            return x.Kind is Kind.PlusInfinity or Kind.Undefined ? x : x.Kind == Kind.MinusInfinity ? Undefined : Unknown;
        if (x.Limit() is not { } limit || limit.Value < LowestArgument || limit.Value > 1e300)
            return Unknown;
        Wide a = limit.Value;
        if (a == Wide.Floor(a) && a <= Wide.Zero)
            return x.IsConstant ? (a.IsZero ? Infinity(x.IsMinus) : Undefined) : Unknown;
        Wide[] coefficients = new Wide[Orders + 2];
        Wide factorial = Wide.One;
        for (int k = 1; k < coefficients.Length; k++)
        {
            factorial *= k;
            coefficients[k] = Polygamma(k, a) / factorial;
        }

        Wide rough = (Wide.One + Wide.Abs(coefficients[1])).Shifted(-Precision.Bits);
        return Series(x, limit, Polygamma(0, a), coefficients) + (a < Wide.Zero ? Of(new Ball(Wide.Zero, rough)) : Zero);
    }

    public static Germ ErfInverse(Germ x)
    {
        if (!x.IsFinite)
            return x.Kind == Kind.Unknown ? x : Undefined;
        if (x.Limit() is not { } limit)
            return Unknown;
        Wide y = limit.Value, size = Wide.Abs(y);
        if (size > 1)
            return Undefined;
        if (size == 1)
            return x.IsConstant ? Infinity(!y.IsNegative) : Unknown;

        // Newton's method from S. Winitzki's approximation.
        double log = Wide.Log((1 - size) * (1 + size)).ToDouble(), part = (2 / (Math.PI * 0.147)) + (log / 2);
        Wide value = size < 1e-3 ? 0.886 * size : Math.Sqrt(Math.Sqrt((part * part) - (log / 0.147)) - part), half = Wide.Sqrt(Wide.Pi) / 2;
        for (int step = 0; step < 7; step++)
            value -= (value > 1 ? (1 - size) - Wide.Erfc(value) : Wide.Erf(value) - size) * half * Wide.Exp(value * value);
        if (y.IsNegative)
            value = -value;

        // f' = ½√π·g for g = e^(f²), and g' = 2·f·f'·g, term by term.
        Wide[] f = new Wide[Orders + 2], g = new Wide[Orders + 2];
        (f[0], g[0]) = (value, Wide.Exp(value * value));
        for (int k = 1; k < f.Length; k++)
        {
            f[k] = half * g[k - 1] / k;
            Wide sum = Wide.Zero;
            for (int i = 0; i < k; i++)
            {
                for (int j = 1; i + j <= k; j++)
                    sum += f[i] * (j * f[j]) * g[k - i - j];
            }

            g[k] = 2 * sum / k;
        }

        return Series(x, limit, value, f);
    }

    // The derivative of order m of the digamma function: of its series beyond 40, to which the recurrence leads.
    private static Wide Polygamma(int m, Wide x)
    {
        Wide steps = Wide.Zero, z = x;
        for (; z < Large; z += 1)
            steps += Wide.One / Wide.Pow(z, m + 1);
        Wide factorial = Wide.One;
        for (int k = 2; k <= m; k++)
            factorial *= k;
        Wide sum = (m == 0 ? -Wide.Log(z) : factorial / m / Wide.Pow(z, m)) + (factorial / (2 * Wide.Pow(z, m + 1)));

        // (2k + m − 1)!/(2k)!, which begins with (m + 1)!/2.
        Wide ratio = m == 0 ? 0.5 : factorial * (m + 1) / 2, power = Wide.Pow(z, m) * z * z;
        for (int k = 1; k <= Bernoulli.Length; k++)
        {
            sum += (Wide)Bernoulli[k - 1].Numerator / Bernoulli[k - 1].Denominator * ratio / power;
            ratio = m == 0 ? (Wide)1 / ((2 * k) + 2) : ratio * ((2 * k) + m) * ((2 * k) + m + 1) / (((2 * k) + 1) * ((2 * k) + 2));
            power *= z * z;
        }

        Wide total = sum + (factorial * steps);
        return m % 2 == 0 ? -total : total;
    }
}
