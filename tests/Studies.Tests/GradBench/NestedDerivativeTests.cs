using ConservativeAD.Scalars;
using ConservativeAD.Studies.GradBench.Numbers;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>
/// A derivative within a derivative, for each pair of modes: d/dw of ∂f/∂x and ∂f/∂y, with f = w² sin(x) √y + cos(x)/(w y) + (3 − x)(w − y)/x, in closed form.
/// </summary>
public class NestedDerivativeTests
{
    private const double W = 1.3, X = 0.7, Y = 2.1;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void EachPairOfModesIsExact(bool isOuterReverse, bool isInnerReverse)
    {
        double[] slope = Mode(isOuterReverse).Outermost(w => Slopes(w[0], Mode(isInnerReverse)), [W]);
        Assert.Equal(Expected, slope[0], 1e-12);
    }

    [Fact]
    public void AGradientOfNothingIsZero()
    {
        foreach (GradientMode mode in (GradientMode[])[GradientMode.Forward, GradientMode.Reverse])
        {
            Assert.Equal([0, 0], mode.Outermost(_ => 1, [X, Y]));
            Assert.All(mode.Within(_ => 1, [X, Y]), element => Assert.Equal(0, element.Value));
        }
    }

    // d/dw (∂f/∂x + 2 ∂f/∂y).
    private static double Expected =>
        (2 * W * Math.Cos(X) * Math.Sqrt(Y)) + (Math.Sin(X) / (W * W * Y)) - (3 / (X * X))
            + (2 * ((W * Math.Sin(X) / Math.Sqrt(Y)) + (Math.Cos(X) / (W * W * Y * Y))));

    private static GradientMode Mode(bool isReverse) => isReverse ? GradientMode.Reverse : GradientMode.Forward;

    private static Active Slopes(Active w, GradientMode mode)
    {
        Active[] gradient = mode.Within(x => Formula(w, x[0], x[1]), [X, Y]);
        return gradient[0] + (gradient[1] * 2);
    }

    private static Active Formula(Active w, Active a, Active b) =>
        (w * w * Active.Sin(a) * Active.Sqrt(b)) + (Active.Cos(a) / (w * b)) + ((3 - a) * (w - b) / a) + (1 / (a + 2.5)) - (1 / (a + 2.5));
}
