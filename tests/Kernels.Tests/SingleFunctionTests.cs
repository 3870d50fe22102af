using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Tests;

/// <summary>The float functions against double arithmetic: their stated errors, and their behaviour at the ends of the range.</summary>
public class SingleFunctionTests
{
    private const int Count = 1 << 20;

    [Fact]
    public void ExpIsWithinAnUlpAndATenth() => AssertWithin(1.1, -103, 88.7f, SingleFunctions.Exp, Math.Exp);

    [Fact]
    public void TanhIsWithinFiveUlp()
    {
        AssertWithin(5, -12, 12, SingleFunctions.Tanh, Math.Tanh);
        AssertWithin(5, -0.01f, 0.01f, SingleFunctions.Tanh, Math.Tanh);
    }

    [Fact]
    public void ErfIsWithinSixUlp()
    {
        AssertWithin(6, -5, 5, SingleFunctions.Erf, x => Lane.Erf(new ScalarLane<double>(x)).Value);
        AssertWithin(6, -0.01f, 0.01f, SingleFunctions.Erf, x => Lane.Erf(new ScalarLane<double>(x)).Value);
    }

    [Fact]
    public void SigmoidIsWithinThreeUlp() => AssertWithin(3, -87, 40, SingleFunctions.Sigmoid, x => 1 / (1 + Math.Exp(-x)));

    [Fact]
    public void TheEndsAreExact()
    {
        Assert.Equal(float.PositiveInfinity, At(SingleFunctions.Exp, float.PositiveInfinity));
        Assert.Equal(float.PositiveInfinity, At(SingleFunctions.Exp, 88.8f));
        Assert.Equal(float.PositiveInfinity, At(SingleFunctions.Exp, float.MaxValue));
        Assert.Equal(0, At(SingleFunctions.Exp, float.NegativeInfinity));
        Assert.Equal(0, At(SingleFunctions.Exp, float.MinValue));
        Assert.Equal(1, At(SingleFunctions.Exp, 0));
        Assert.Equal(1, At(SingleFunctions.Exp, float.Epsilon));
        Assert.Equal(float.NaN, At(SingleFunctions.Exp, float.NaN));
        Assert.Equal(1, At(SingleFunctions.Sigmoid, float.PositiveInfinity));
        Assert.Equal(0, At(SingleFunctions.Sigmoid, float.NegativeInfinity));
        Assert.Equal(0.5f, At(SingleFunctions.Sigmoid, 0));
        Assert.Equal(float.NaN, At(SingleFunctions.Sigmoid, float.NaN));
        foreach (Func<Vector<float>, Vector<float>> function in (Func<Vector<float>, Vector<float>>[])[SingleFunctions.Tanh, SingleFunctions.Erf])
        {
            Assert.Equal(1, At(function, float.PositiveInfinity));
            Assert.Equal(-1, At(function, float.NegativeInfinity));
            Assert.Equal(0, At(function, 0));
            Assert.Equal(float.NaN, At(function, float.NaN));
        }
    }

    [Fact]
    public void AnElementsBitsDoNotDependOnItsNeighbours()
    {
        // A neighbour outside the ordinary range switches the whole vector to another method.
        foreach (float x in (float[])[-86.9f, -3.25f, 0.1f, 17, 86.9f])
        {
            Vector<float> alone = Vector.Create(x), accompanied = alone.WithElement(Vector<float>.Count - 1, 200f);
            Assert.Equal(SingleFunctions.Exp(alone)[0], SingleFunctions.Exp(accompanied)[0]);
        }
    }

    private static float At(Func<Vector<float>, Vector<float>> function, float x) => function(Vector.Create(x))[0];

    private static void AssertWithin(double ulps, float low, float high, Func<Vector<float>, Vector<float>> function, Func<double, double> exact)
    {
        float[] x = new float[Count];
        new Philox(3, 1).Uniform<float>(x, low, high);
        double worst = 0, at = 0;
        for (int i = 0; i < Count; i += Vector<float>.Count)
        {
            Vector<float> y = function(new Vector<float>(x, i));
            for (int lane = 0; lane < Vector<float>.Count; lane++)
            {
                double expected = exact(x[i + lane]);
                double error = Math.Abs(y[lane] - expected) / Ulp((float)expected);
                if (!(error <= worst))
                    (worst, at) = (error, x[i + lane]);
            }
        }

        Assert.True(worst <= ulps, $"{worst:F2} ulp at {at:R}; at most {ulps} were stated.");
    }

    private static double Ulp(float x) => Math.Max((double)MathF.BitIncrement(Math.Abs(x)) - Math.Abs(x), float.Epsilon);
}
