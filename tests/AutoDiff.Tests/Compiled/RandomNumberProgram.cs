using ConservativeAD.Kernels;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.AutoDiff.Tests.Compiled;

/// <summary>A random program on numbers: arithmetic, functions, kinks and branches on what it computed before.</summary>
/// <param name="seed">The program's number.</param>
/// <param name="inputs">The number of its inputs.</param>
/// <param name="steps">The number of its operations.</param>
/// <param name="isArithmetic">Whether it has no functions whose vectors round differently.</param>
internal sealed class RandomNumberProgram(int seed, int inputs, int steps, bool isArithmetic)
{
    private readonly (int Kind, int First, int Second, int Third, double Number)[] operations = Draw(seed, inputs, steps, isArithmetic);

    public Active Run(Active[] x)
    {
        List<Active> values = [.. x];
        foreach ((int kind, int first, int second, int third, double number) in operations)
        {
            Active a = values[first], b = values[second], c = values[third];
            values.Add(kind switch
            {
                0 => a + b,
                1 => a - b,
                2 => a * b,
                3 => a / b,
                4 => -a,
                5 => a + number,
                6 => number * a,
                7 => number - a,
                8 => a / number,
                9 => number / a,
                10 => Active.Max(a, b),
                11 => Active.Min(a, number),
                12 => Active.Abs(a),
                13 => Active.Relu(a),
                14 => Active.Sqrt(a),
                15 => a < b ? c : a,
                16 => a == b ? c : b,
                17 => Active.IsNegative(a) ? b : c,
                18 => Active.Clamp(a, -1, 2),
                19 => Active.FusedMultiplyAdd(a, b, c),
                20 => Active.CopySign(a, b),
                21 => Active.MaxMagnitude(a, b),
                22 => Active.Floor(a),
                23 => Active.Exp(a),
                24 => Active.Log(a),
                25 => Active.Sin(a) + Active.Cos(b),
                26 => Active.Tanh(a),
                27 => Active.Pow(a, number),
                28 => Active.Pow(a, b),
                29 => Active.Hypot(a, b),
                30 => Active.Log2P1(a),
                31 => Active.Atan2(a, b),
                32 => a.Apply(default(Erf)),
                _ => a.Apply(default(Softplus)),
            });
        }

        return values[^1] + (0.5 * values[^2]);
    }

    public static double[] Point(int seed, int inputs)
    {
        double[] drawn = new double[2 * inputs];
        new Philox((ulong)seed, 17).Uniform<double>(drawn, -2, 2);
        double[] special = [0, -0.0, 1, -1, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e300, double.Epsilon, 2];
        return [.. Enumerable.Range(0, inputs).Select(i => Math.Abs(drawn[inputs + i]) < 0.4
            ? special[(int)(Math.Abs(drawn[i]) * 1e6) % special.Length]
            : drawn[i])];
    }

    private static (int, int, int, int, double)[] Draw(int seed, int inputs, int steps, bool isArithmetic)
    {
        double[] drawn = new double[5 * steps];
        new Philox((ulong)seed, 16).Uniform<double>(drawn, 0, 1);
        return [.. Enumerable.Range(0, steps).Select(i => ((int)(drawn[5 * i] * (isArithmetic ? 23 : 34)), Earlier(i, 1), Earlier(i, 2), Earlier(i, 3),
            Math.Round((4 * drawn[(5 * i) + 4]) - 2, 1)))];

        int Earlier(int step, int which) => (int)(drawn[(5 * step) + which] * (inputs + step));
    }
}
