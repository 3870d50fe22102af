using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.Truth;

/// <summary>The mean of equal numbers may be rounded; what normalisation makes of them is then no number to certify anything about.</summary>
public class NormalizedRoundingTests
{
    [Fact]
    public void ARoundedMeanOfEqualNumbersIsNotCertified()
    {
        Assert.True(Refused<double>(0.1, 3) && Refused<double>(0.1, 6));
        int refused = 0;
        for (int i = 1; i < 200; i++)
        {
            refused += Refused<double>(i / 30.0, 7) ? 1 : 0;
            refused += Refused<float>(i / 30.0, 7) ? 1 : 0;
            refused += Refused<Half>(i / 30.0, 7) ? 1 : 0;
        }

        Assert.True(refused > 50, $"{refused} refused");
    }

    // True if nothing is certified because of rounding; what is certified must be right: equal numbers become exactly 0.
    private static bool Refused<T>(double number, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isRefused = false;
        T[] equal = [.. Enumerable.Repeat(T.CreateTruncating(number), count)], ones = [.. Enumerable.Repeat(T.One, count)];
        Func<Var<T>, Var<T>>[] normalisations =
        [
            x => x.Reshape(1, count).LayerNorm(x.Tape.Constant(Shape.Of(count), ones), x.Tape.Constant(Shape.Of(count), new T[count])),
            x => x.Reshape(1, count).LayerNorm(),
            x => x.Reshape(1, 1, count).GroupNorm(1, x.Tape.Constant(Shape.Of(1), [T.One]), x.Tape.Constant(Shape.Of(1), [T.Zero])),
            x => x.Reshape(1, count).GroupNorm(1),
            x => x.Reshape(1, 1, count).InstanceNorm(),
        ];
        foreach (Func<Var<T>, Var<T>> normalise in normalisations)
        {
            using Tape<T> tape = new();
            Var<T> normalised = normalise(tape.Variable(Shape.Of(count), equal));
            ClarkeGradient<T> result = tape.ClarkeGradient(normalised.Sum());
            isRefused |= result.Certificate.Obstacles.Any(obstacle => obstacle.Kind == ObstacleKind.SpreadIsRounding);
            Assert.True(!result.Certificate.IsCertified || normalised.ToArray().All(T.IsZero), $"{number} {count} times in {typeof(T)}: {result.Certificate}");
        }

        return isRefused;
    }

    [Fact]
    public void NumbersThatDifferAreCertified()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable(Shape.Of(2, 4), [1, 1.01f, 1, 1, 5, 5, 5, 5]);
        Assert.True(tape.ClarkeGradient(x.LayerNorm().Square().Sum()).Certificate.IsCertified);
    }
}
