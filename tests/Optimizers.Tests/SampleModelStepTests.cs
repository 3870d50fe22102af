using ConservativeAD.Kernels;
using ConservativeAD.Solvers;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Optimisers whose steps minimise a model of the loss, with exact answers.</summary>
public class SampleModelStepTests
{
    [Fact]
    public void TruncatedAndProximalStepsAreTheirMinima()
    {
        var parameter = new Parameter<double>("x", Device.Default, [2], [1, 2]);
        var truncated = new TruncatedSgd<double>([parameter], new ConstantStepSize(5));
        using var given = new GivenGradients<double>(parameter);
        Assert.True(truncated.Step(given.Of([1, 2]), 5));
        Assert.Equal([0.0, 0], parameter.Value.ToArray());
        Assert.Equal(1, truncated.LastStepSize);
        truncated.Step(given.Of([0.1, 0]), 5);
        Assert.Equal(-0.5, parameter.Value.ToArray()[0], 1e-12);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => truncated.Step(given.Of([1, 1]), -1)).Message);
        Assert.Contains("loss", Assert.Throws<InvalidOperationException>(() => truncated.Step(given.Of([1, 1]))).Message);
        var sparse = new Parameter<float>("w", Device.Default, [3], [1, -0.2f, 0.3f]);
        var proximal = new ProximalSgd<float>([sparse], new ConstantStepSize(0.1), ProximalOperators.L1Norm(3));
        using var zeros = new GivenGradients<float>(sparse);
        proximal.Step(zeros.Of([0, 0, 1]));
        Assert.Equal([0.7f, 0, 0], sparse.Value.ToArray());
    }
}
