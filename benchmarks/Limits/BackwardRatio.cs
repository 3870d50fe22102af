using System.Diagnostics;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Limits;

/// <summary>
/// The cost of a gradient relative to its function, for a program of +, −, ×, relu, max and |·| in n inputs (the dictionary of Bolte, Boustany, Pauwels,
/// Pesquet-Popescu, arXiv 2206.01730).
/// </summary>
internal static class BackwardRatio
{
    private const double SampleSeconds = 0.01;

    /// <summary>Times of recording and of the reverse pass of the program on arrays, in nanoseconds per input.</summary>
    public static (double Forward, double Backward) OnArrays(int inputs, int samples)
    {
        using Device device = Device.Cpu(1);
        using Tape<float> tape = new(device);
        float[] numbers = new float[inputs], others = new float[inputs];
        new Philox(1, 5).Uniform<float>(numbers, -2, 2);
        new Philox(1, 6).Uniform<float>(others, -2, 2);
        NDArray<float> x = device.Array<float>([inputs], numbers), y = device.Array<float>([inputs], others);
        Var<float> output = default;
        return Measure(
            inputs,
            samples,
            () =>
            {
                tape.Reset();
                Var<float> u = tape.Variable(x), v = tape.Variable(y);
                output = (((u * v) + u).Relu() - u.Maximum(v).Abs()).Sum();
            },
            () => tape.Backward(output));
    }

    /// <summary>The same times for the program on single numbers.</summary>
    public static (double Forward, double Backward) OnNumbers(int inputs, int samples)
    {
        using ScalarTape tape = new();
        double[] numbers = new double[inputs], gradient = new double[inputs];
        new Philox(1, 5).Uniform<double>(numbers, -2, 2);
        Active[] x = new Active[inputs];
        Active output = 0;
        return Measure(
            inputs,
            samples,
            () =>
            {
                tape.Reset();
                for (int i = 0; i < x.Length; i++)
                    x[i] = tape.Variable(numbers[i]);
                output = 0;
                for (int i = 0; i + 1 < x.Length; i++)
                    output += Active.Relu((x[i] * x[i + 1]) + x[i]) - Active.Abs(Active.Max(x[i], x[i + 1]));
            },
            () => tape.Gradient(output, gradient));
    }

    private static (double Forward, double Backward) Measure(int inputs, int samples, Action forward, Action backward)
    {
        Stopwatch warming = Stopwatch.StartNew();
        int repeats = 0;
        for (; warming.Elapsed.TotalSeconds < 0.5; repeats++)
        {
            forward();
            backward();
        }

        repeats = Math.Max(1, (int)(repeats * SampleSeconds / warming.Elapsed.TotalSeconds));
        double[] ahead = new double[samples], back = new double[samples];
        for (int sample = 0; sample < samples; sample++)
        {
            long first = 0, second = 0;
            for (int i = 0; i < repeats; i++)
            {
                long start = Stopwatch.GetTimestamp();
                forward();
                long middle = Stopwatch.GetTimestamp();
                backward();
                first += middle - start;
                second += Stopwatch.GetTimestamp() - middle;
            }

            double nanoseconds = 1e9 / Stopwatch.Frequency / repeats / inputs;
            (ahead[sample], back[sample]) = (first * nanoseconds, second * nanoseconds);
        }

        return (Interleaved.Median(ahead), Interleaved.Median(back));
    }
}
