using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;
using ConservativeAD.Tests;

namespace ConservativeAD.Networks.Tests;

/// <summary>Networks on a GPU learn the same as on the CPU, and two runs have the same bits.</summary>
[Collection(TestGpu.Collection)]
public class GpuTests
{
    private const int Batch = 3;
    private const int Side = 6;
    private const int Classes = 4;

    [Fact]
    public void ThreeStepsOnAGpuLeadWhereTheyLeadOnTheCpu()
    {
        using Device cpu = Device.Cpu(1);
        float[][] expected = Train(cpu, replayed: false), actual = Train(TestGpu.Shared, replayed: false);
        for (int p = 0; p < expected.Length; p++)
        {
            for (int i = 0; i < expected[p].Length; i++)
                Assert.Equal(expected[p][i], actual[p][i], 2e-5f);
        }
    }

    [Fact]
    public void TheSameStepsOnTheSameDeviceHaveTheSameBits()
    {
        Assert.Equal(Train(TestGpu.Shared, replayed: false), Train(TestGpu.Shared, replayed: false));
    }

    [Fact]
    public void AReplayedStepHasTheBitsOfARecordedOneOnAGpu()
    {
        Assert.Equal(Train(TestGpu.Shared, replayed: false), Train(TestGpu.Shared, replayed: true));
    }

    [Fact]
    public void TheClarkeGradientAtKinksIsThatOfTheCpu()
    {
        using Device cpu = Device.Cpu(1);
        (long Kinks, float[] Gradient) Run(Device device)
        {
            Module<float> network = Network(device);
            using Tape<float> tape = new(device);
            // Zeros everywhere: with biases of 0 every relu and every window is at a kink.
            Var<float> loss = network.Forward(tape.Constant(device.Array<float>([1, 1, Side, Side], new float[Side * Side])), Mode.Evaluation)
                .CrossEntropy([1]);
            ClarkeGradient<float> clarke = tape.ClarkeGradient(loss, 5);
            return (clarke.Certificate.Kinks.Count, [.. network.Parameters.SelectMany(parameter => clarke.Gradients.Of(parameter).ToArray())]);
        }

        (long kinks, float[] expected) = Run(cpu);
        (long kinksOnGpu, float[] actual) = Run(TestGpu.Shared);
        Assert.True(kinks > 0);
        Assert.Equal(kinks, kinksOnGpu);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    private static Module<float> Network(Device device)
    {
        Initializer start = new(device, 3);
        Sequential<float> network = new(new Conv2d<float>("conv", 1, 3, 3, start, padding: 1, bias: false), new BatchNorm<float>("norm", 3, start),
            new Relu<float>(), new MaxPool2d<float>(2), new Flatten<float>(), new Linear<float>("out", 27, Classes, start));
        foreach (Parameter<float> bias in network.Parameters.Where(parameter => parameter.Name.EndsWith("bias", StringComparison.Ordinal)))
            device.Fill(bias.Value, 0);
        return network;
    }

    private static float[][] Train(Device device, bool replayed)
    {
        Module<float> network = Network(device);
        Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(1e-3)) { Clipping = GradientClipping.ByGlobalNorm(1) };
        float[] images = new float[Batch * Side * Side];
        new Philox(2, 9).Uniform<float>(images, -1, 1);
        NDArray<float> input = device.Array<float>([Batch, 1, Side, Side], images);
        NDArray<int> labels = device.Array<int>([Batch], [0, 3, 2]);
        using Tape<float> tape = new(device);
        Replay<float> step = new(tape, recording => network.Forward(recording.Constant(input)).CrossEntropy(labels));
        for (int i = 0; i < 3; i++)
        {
            if (replayed)
            {
                optimizer.Step(step.Backward());
                continue;
            }

            tape.Reset();
            optimizer.Step(tape.Backward(network.Forward(tape.Constant(input)).CrossEntropy(labels)));
        }

        return [.. network.Parameters.Select(parameter => parameter.Value.ToArray())];
    }
}
