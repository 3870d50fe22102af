using System.Numerics;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>Black–Scholes prices of 100 000 calls; spots, volatility and rate are the variables.</summary>
internal readonly struct BlackScholes : IScalarProgram
{
    private const int Calls = 100_000;

    public static string Name => "bs";

    public static string Title => "Black–Scholes, 100 000 calls";

    public static int Operations => 2_700_000;

    public static double[] Input()
    {
        Pcg32 random = new(3);
        return [.. Enumerable.Range(0, Calls).Select(_ => 80 + (40 * random.Uniform())), 0.25, 0.03];
    }

    public static T Run<T>(T[] x)
        where T : struct, IFloatingPointIeee754<T>
    {
        Pcg32 random = new(5);
        T volatility = x[Calls], rate = x[Calls + 1], half = T.CreateTruncating(0.5), inverseRoot = T.CreateTruncating(Math.Sqrt(0.5)), sum = T.Zero;
        for (int i = 0; i < Calls; i++)
        {
            double strike = 80 + (40 * random.Uniform()), time = 0.1 + (2 * random.Uniform()), weight = random.Uniform();
            T root = T.CreateTruncating(Math.Sqrt(time)), k = T.CreateTruncating(strike), t = T.CreateTruncating(time);
            T first = (T.Log(x[i] / k) + ((rate + (half * volatility * volatility)) * t)) / (volatility * root);
            T second = first - (volatility * root);
            sum += T.CreateTruncating(weight) *
                ((x[i] * (half * (T.One + Erf(first * inverseRoot))))
                    - (k * T.Exp(T.CreateTruncating(-time) * rate) * (half * (T.One + Erf(second * inverseRoot)))));
        }

        return sum;
    }

    /// <summary>The weighted price of one call.</summary>
    public static T Price<T>(T spot, T volatility, T rate, T strike, T time, T weight)
        where T : struct, IFloatingPointIeee754<T>
    {
        T half = T.CreateTruncating(0.5), inverseRoot = T.CreateTruncating(Math.Sqrt(0.5)), deviation = volatility * T.Sqrt(time);
        T first = (T.Log(spot / strike) + ((rate + (half * volatility * volatility)) * time)) / deviation, second = first - deviation;
        return weight * ((spot * (half * (T.One + Erf(first * inverseRoot))))
            - (strike * T.Exp(-time * rate) * (half * (T.One + Erf(second * inverseRoot)))));
    }

    /// <summary>What is constant in the program: strikes, times and weights of the calls.</summary>
    public static (double[] Strikes, double[] Times, double[] Weights) Contracts()
    {
        Pcg32 random = new(5);
        double[] strikes = new double[Calls], times = new double[Calls], weights = new double[Calls];
        for (int i = 0; i < Calls; i++)
            (strikes[i], times[i], weights[i]) = (80 + (40 * random.Uniform()), 0.1 + (2 * random.Uniform()), random.Uniform());
        return (strikes, times, weights);
    }

    private static T Erf<T>(T x)
        where T : struct, IFloatingPointIeee754<T> => typeof(T) == typeof(Active)
        ? (T)(object)((Active)(object)x).Apply(default(Erf))
        : T.CreateTruncating(default(Erf).Value(new ScalarLane<double>(double.CreateTruncating(x))).Value);
}
