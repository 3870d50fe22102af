using ConservativeAD.Kernels;
using ConservativeAD.Tests;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Every optimiser takes the same steps on a GPU as on the CPU.</summary>
[Collection(TestGpu.Collection)]
public class GpuUpdateTests
{
    private const int Count = 7;

    private static readonly Dictionary<string, Func<Parameter<float>[], Optimizer<float>>> Optimizers = new()
    {
        ["descent"] = parameters => new Sgd<float>(parameters, new ConstantStepSize(0.1)),
        ["clipped descent with decay"] = parameters =>
            new Sgd<float>(parameters, new ConstantStepSize(0.1)) { Clipping = GradientClipping.ByValue(0.3), WeightDecay = 0.1 },
        ["momentum"] = parameters => new Sgd<float>(parameters, new ConstantStepSize(0.1), 0.9) { Dampening = 0.1 },
        ["Nesterov"] = parameters =>
            new Sgd<float>(parameters, new ConstantStepSize(0.1), 0.9) { Nesterov = true, Clipping = GradientClipping.ByGlobalNorm(0.5) },
        ["Adam"] = parameters => new Adam<float>(parameters, new ConstantStepSize(0.1)) { WeightDecay = 0.01 },
        ["AdamW"] = parameters => new AdamW<float>(parameters, new ConstantStepSize(0.1)),
    };

    public static TheoryData<string> Names => [.. Optimizers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void StepsAreThoseOfTheCpu(string name)
    {
        float[] Run(Device device)
        {
            float[] start = new float[Count], gradient = new float[Count];
            new Philox(1, 1).Uniform<float>(start, -1, 1);
            Parameter<float> parameter = new("x", device, [Count], start);
            Optimizer<float> optimizer = Optimizers[name]([parameter]);
            using GivenGradients<float> given = new(parameter);
            for (ulong step = 0; step < 4; step++)
            {
                new Philox(2, step).Uniform<float>(gradient, -1, 1);
                Assert.True(optimizer.Step(given.Of(gradient)));
            }

            return parameter.Value.ToArray();
        }

        using Device cpu = Device.Cpu(1);
        float[] expected = Run(cpu), actual = Run(TestGpu.Shared);
        for (int i = 0; i < Count; i++)
            Assert.Equal(expected[i], actual[i], 1e-6f);
    }
}
