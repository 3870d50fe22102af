using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

public class AccumulatedGradientsTests
{
    [Fact]
    public void AccumulatedGradientsAreThoseOfTheWhole()
    {
        var parameter = new Parameter<double>("x", Device.Default, [3], [1, 2, 3]);
        var other = new Parameter<double>("y", Device.Default, [1]);
        using var sum = new AccumulatedGradients<double>([parameter, other]);
        using var given = new GivenGradients<double>(parameter);
        for (int round = 0; round < 2; round++)
        {
            sum.Add(given.Of([1, 2, 3]), 0.25);
            sum.Add(given.Of([4, 4, 4]), 0.75);
            Assert.Equal(2, sum.Count);
            Assert.Equal([3.25, 3.5, 3.75], sum.Of(parameter).ToArray());
            Assert.False(sum.Has(other));
            Assert.Contains("y", Assert.Throws<InvalidOperationException>(() => sum.Of(other)).Message);
            var optimizer = new Sgd<double>([parameter, other], new ConstantStepSize(1));
            Assert.True(optimizer.StepFrom(sum));
            sum.Reset();
        }

        Assert.Equal([1 - 6.5, 2 - 7.0, 3 - 7.5], parameter.Value.ToArray());
    }
}
