using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.Distributions;

namespace ConservativeAD.Solutions;

/// <summary>
/// The expectation F(x) = E f(x, ξ) of a program with kinks over random numbers ξ, by samples. Equal seeds draw equal ξ at every x, so that differences and
/// averages of samples are functions of x. It must not be used by two threads at once.
/// </summary>
public sealed class Expectation
{
    // Shares of the variance above this are told as heavy tails.
    private const double HeavyShare = 0.1;

    private readonly double[] noise;
    private readonly Func<int, Func<int, double[]>, Objective> average;
    private readonly Action<Philox, double[]> sampler;

    private Expectation(int parameters, int noise, Func<int, Func<int, double[]>, Objective> average, Action<Philox, double[]> sampler)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parameters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(noise);
        ArgumentNullException.ThrowIfNull(sampler);
        (Parameters, this.noise, this.average, this.sampler) = (parameters, new double[noise], average, sampler);
        OneSample = average(1, _ => this.noise);
    }

    /// <summary>The number of parameters x.</summary>
    public int Parameters { get; }

    /// <summary>The number of random numbers ξ of a sample.</summary>
    public int Noise => noise.Length;

    // f(·, ξ) for the numbers that `noise` holds.
    private Objective OneSample { get; }

    /// <summary>The expectation of a program on single numbers.</summary>
    /// <param name="parameters">The number of parameters x.</param>
    /// <param name="noise">The number of random numbers ξ of a sample.</param>
    /// <param name="program">f(x, ξ); ξ are constants.</param>
    /// <param name="sampler">Fills an array with one ξ from a stream of random numbers.</param>
    public static Expectation OfScalars(int parameters, int noise, Func<Active[], double[], Active> program, Action<Philox, double[]> sampler)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new Expectation(parameters, noise, (samples, draw) => Objective.OfScalars(x =>
        {
            Active sum = program(x, draw(0));
            for (int i = 1; i < samples; i++)
                sum += program(x, draw(i));
            return samples == 1 ? sum : sum / samples;
        }), sampler);
    }

    /// <summary>The expectation of a program on tensors.</summary>
    /// <param name="parameters">The shape of the parameters x.</param>
    /// <param name="noise">The shape of the random numbers ξ of a sample.</param>
    /// <param name="program">f(x, ξ), a value of rank 0; ξ is a constant.</param>
    /// <param name="sampler">Fills an array with one ξ from a stream of random numbers.</param>
    public static Expectation OfTensors(in Shape parameters, in Shape noise, Func<Var<double>, Var<double>, Var<double>> program,
        Action<Philox, double[]> sampler)
    {
        ArgumentNullException.ThrowIfNull(program);
        Shape shape = parameters, drawn = noise;
        return new Expectation(parameters.Count, noise.Count, (samples, draw) => Objective.OfTensors([shape], x =>
        {
            Var<double> sum = program(x[0], x[0].Tape.Constant(drawn, draw(0)));
            for (int i = 1; i < samples; i++)
                sum += program(x[0], x[0].Tape.Constant(drawn, draw(i)));
            return samples == 1 ? sum : sum.Scale(1.0 / samples);
        }), sampler);
    }

    /// <summary>The mean value and gradient of the samples of a seed, with confidence intervals.</summary>
    /// <param name="point">x.</param>
    /// <param name="options">How it is sampled; the defaults if null.</param>
    /// <exception cref="ArgumentException">The point has another number of parameters.</exception>
    public ExpectationResult At(ReadOnlySpan<double> point, ExpectationOptions? options = null)
    {
        ExpectationOptions how = Checked(point, options);
        double[] x = point.ToArray(), sample = new double[x.Length + 1], largest = new double[x.Length + 1];
        RunningMean mean = new(sample.Length);
        int atKinks = 0;
        string reason = "";
        for (int i = 0; i < how.Samples; i++)
        {
            how.Cancellation.ThrowIfCancellationRequested();
            Draw(how.Seed, i);
            sample[0] = OneSample.Gradient(x, sample.AsSpan(1), how.Selections);
            if (reason.Length == 0 && WhyNothing(x, i, sample, ref atKinks) is { } why)
                reason = why;
            mean.Add(sample);
            for (int k = 0; k < sample.Length; k++)
                largest[k] = Math.Max(largest[k], Math.Abs(sample[k] - mean.Means[k]));
        }

        Interval[] intervals = [.. Enumerable.Range(0, sample.Length).Select(k => mean.Of(k, how.Level))];
        double share = Enumerable.Range(0, sample.Length).Max(k => intervals[k].Deviation > 0
            ? Math.Min(1, largest[k] / intervals[k].Deviation * (largest[k] / intervals[k].Deviation) / (how.Samples - 1))
            : 0);
        if (reason.Length == 0 && how.Samples >= 100 && share > HeavyShare)
            reason = $"heavy tails: one sample has {share:P0} of the variance, so that the intervals are too narrow";
        double bound = atKinks == how.Samples ? 1 : Beta.InvCDF(atKinks + 1, how.Samples - atKinks, how.Level);
        ExpectationClaim claim = reason.Length > 0 ? ExpectationClaim.None : atKinks == 0 ? ExpectationClaim.Gradient : ExpectationClaim.ConservativeElement;
        return new ExpectationResult(intervals[0], intervals[1..], how.Samples, new ExpectationCertificate(claim, reason, atKinks, bound, share));
    }

    /// <summary>F(x) − F(y) by the same samples for both, whose errors cancel for the greater part.</summary>
    /// <param name="point">x.</param>
    /// <param name="other">y.</param>
    /// <param name="options">How it is sampled; the defaults if null.</param>
    /// <exception cref="ArgumentException">A point has another number of parameters.</exception>
    public Interval Difference(ReadOnlySpan<double> point, ReadOnlySpan<double> other, ExpectationOptions? options = null)
    {
        ExpectationOptions how = Checked(point, options);
        Checked(other, options);
        RunningMean mean = new(1);
        for (int i = 0; i < how.Samples; i++)
        {
            how.Cancellation.ThrowIfCancellationRequested();
            Draw(how.Seed, i);
            mean.Add([OneSample.Value(point) - OneSample.Value(other)]);
        }

        return mean.Of(0, how.Level);
    }

    /// <summary>
    /// The average over the samples of a seed as a program in x, for any solver. It keeps the samples, and each run records all of them.
    /// </summary>
    /// <param name="samples">The number of samples, above 0.</param>
    /// <param name="seed">The seed.</param>
    public Objective SampleAverage(int samples, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        double[][] drawn = new double[samples][];
        for (int i = 0; i < samples; i++)
        {
            Draw(seed, i);
            drawn[i] = [.. noise];
        }

        return average(samples, i => drawn[i]);
    }

    private ExpectationOptions Checked(ReadOnlySpan<double> point, ExpectationOptions? options) => point.Length == Parameters
        ? (options ?? new ExpectationOptions()).Checked()
        : throw new ArgumentException($"A point of {point.Length} numbers was given; there are {Parameters} parameters.", nameof(point));

    private void Draw(ulong seed, int index)
    {
        Array.Clear(noise);
        sampler(Philox.For(seed, (uint)Streams.ExpectationNoise, (ulong)index), noise);
    }

    // Why the sample of this index keeps the mean from being a claim; null if it does not. Counts the samples at kinks.
    private string? WhyNothing(double[] x, int index, double[] sample, ref int atKinks)
    {
        if (!Array.TrueForAll(sample, double.IsFinite))
            return $"the value or gradient of sample {index} is not finite";
        TameCertificate facts = Tame.Certify(OneSample, x);
        atKinks += facts.KinksHere.IsEmpty ? 0 : 1;
        if (facts.ObstaclesHere.Count > 0)
            return $"at sample {index}, {facts.ObstaclesHere[0]}";
        return facts.IsLocallyLipschitz switch
        {
            true => null,
            false => $"{facts.WhyNotLipschitz}, and a mean of gradients does not see what jumps or poles contribute",
            _ => "the program branches, and whether its sides meet is not known of all; maximum, minimum, abs and relu are continuous",
        };
    }
}
