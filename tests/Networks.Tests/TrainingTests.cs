using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;
using ConservativeAD.Tests;

namespace ConservativeAD.Networks.Tests;

/// <summary>Complete training runs on images whose bright region depends on the class.</summary>
public class TrainingTests
{
    private const int Batch = 32;
    private const int Classes = 10;

    [Fact]
    public void TrainingAnMlpLowersTheLossAndLearnsTheClasses()
    {
        (double first, double last, _) = Train(Perceptron, 2, 200);
        Assert.InRange(first, 2, 2.8);
        Assert.True(last < 0.05, $"the loss ended at {last}");
    }

    [Fact]
    public void TrainingLeNetLowersTheLoss()
    {
        (double first, double last, _) = Train(start => Models.LeNet5<float>(start), 2, 60);
        Assert.True(last < 0.5 * first, $"the loss went from {first} to {last}");
    }

    [Fact]
    public void TheNumberOfThreadsDoesNotChangeABitOfAnMlpIn200Steps() => AssertSameBits(Perceptron, 200);

    [Fact]
    public void TheNumberOfThreadsDoesNotChangeABitOfLeNetIn200Steps() => AssertSameBits(start => Models.LeNet5<float>(start), 200);

    [Fact]
    public void TheNumberOfThreadsDoesNotChangeABitWithNormalisationAndDropout() => AssertSameBits(Normalised, 20);

    [Fact]
    public void AReplayedStepIsARecordedOneBitForBit()
    {
        const int Steps = 20;
        float[][] recorded = Train(Normalised, 1, Steps).Parameters;
        using Device device = Device.Cpu(1);
        Module<float> network = Normalised(new Initializer(device, 7));
        Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(2e-3));
        using Tape<float> tape = new(device);
        (float[] images, int[] labels) = Images();
        NDArray<float> input = device.Array<float>([Batch, 1, 28, 28], images);
        NDArray<int> classes = device.Array<int>([Batch], labels);
        Replay<float> step = new(tape, recording => network.Forward(recording.Constant(input)).CrossEntropy(classes));
        for (int i = 0; i < Steps; i++)
            optimizer.Step(step.Backward());
        Assert.Equal((1L, Steps - 1L), (step.Recordings, step.Replays));
        float[][] replayed = [.. network.Parameters.Select(parameter => parameter.Value.ToArray()),
            .. network.Buffers.Select(buffer => buffer.Value.ToArray())];
        for (int i = 0; i < recorded.Length; i++)
            Assert.Equal(recorded[i].Select(BitConverter.SingleToUInt32Bits), replayed[i].Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void TrainingLongShortTermMemoryOverTheRowsOfImagesLearnsTheClasses()
    {
        (double first, double last, _) = Train(LongShortTermMemory, 2, 150);
        Assert.True(last < 0.5 * first, $"the loss went from {first} to {last}");
    }

    [Fact]
    public void TrainingATransformerOverTheRowsOfImagesLearnsTheClasses()
    {
        (double first, double last, _) = Train(Transformer, 2, 60);
        Assert.True(last < 0.1 * first, $"the loss went from {first} to {last}");
    }

    [Fact]
    public void TheNumberOfThreadsDoesNotChangeABitOfLongShortTermMemory() => AssertSameBits(LongShortTermMemory, 20);

    [Fact]
    public void TheNumberOfThreadsDoesNotChangeABitOfATransformer() => AssertSameBits(Transformer, 20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AStepOfLongShortTermMemoryAllocatesNothing(int threads) => Assert.Equal(0, AllocatedPerStep(LongShortTermMemory, threads));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AStepOfATransformerAllocatesNothing(int threads) => Assert.Equal(0, AllocatedPerStep(Transformer, threads));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AStepOfAnMlpAllocatesNothing(int threads) => Assert.Equal(0, AllocatedPerStep(Perceptron, threads));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AStepOfLeNetAllocatesNothing(int threads) => Assert.Equal(0, AllocatedPerStep(start => Models.LeNet5<float>(start), threads));

    [Fact]
    public void AStepWithNormalisationAllocatesNothing() =>
        Assert.Equal(0,
            AllocatedPerStep(start => new Sequential<float>(new Flatten<float>(), Models.Mlp<float>([784, 32, 32, 10], start, batchNorm: true)), 1));

    private static Sequential<float> Normalised(Initializer start) => new(
        new Conv2d<float>("0", 1, 8, 3, start, stride: 2),
        new BatchNorm<float>("1", 8, start),
        new Activation<float>(x => x.LeakyRelu()),
        new AveragePool2d<float>(13),
        new Flatten<float>(),
        new LayerNorm<float>("5", [8], start),
        new Dropout<float>(0.2, start),
        new Linear<float>("7", 8, 10, start));

    private static Sequential<float> Perceptron(Initializer start) => new(new Flatten<float>(), Models.Mlp<float>([784, 64, 64, 10], start));

    // An image is a sequence of 28 rows.
    private static Sequential<float> LongShortTermMemory(Initializer start) => new(
        new Activation<float>(x => x.Reshape(Batch, 28, 28)),
        new Lstm<float>("1", 28, 24, start, 2, batchFirst: true),
        new Flatten<float>(),
        new Linear<float>("3", 28 * 24, 10, start));

    private static Sequential<float> Transformer(Initializer start) => new(
        new Activation<float>(x => x.Reshape(Batch, 28, 28)),
        new TransformerBlock<float>("1", 28, 4, 40, start, x => x.Gelu(), normalizeFirst: true, isCausal: true, dropout: 0.1),
        new TransformerBlock<float>("2", 28, 2, 40, start),
        new Flatten<float>(),
        new Linear<float>("4", 784, 10, start));

    private static void AssertSameBits(Func<Initializer, Module<float>> build, int steps)
    {
        float[][] one = Train(build, 1, steps).Parameters;
        float[][] two = Train(build, 2, steps).Parameters;
        Assert.Equal(one.Length, two.Length);
        for (int i = 0; i < one.Length; i++)
            Assert.Equal(one[i].Select(BitConverter.SingleToUInt32Bits), two[i].Select(BitConverter.SingleToUInt32Bits));
    }

    private static (double First, double Last, float[][] Parameters) Train(Func<Initializer, Module<float>> build, int threads, int steps)
    {
        using Device device = Device.Cpu(threads);
        Module<float> network = build(new Initializer(device, 7));
        Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(2e-3));
        using Tape<float> tape = new(device);
        (float[] images, int[] labels) = Images();
        double first = 0, last = 0;
        for (int step = 0; step < steps; step++)
        {
            last = Step(tape, network, optimizer, images, labels);
            if (step == 0)
                first = last;
        }

        return (first, last,
            [.. network.Parameters.Select(parameter => parameter.Value.ToArray()), .. network.Buffers.Select(buffer => buffer.Value.ToArray())]);
    }

    private static long AllocatedPerStep(Func<Initializer, Module<float>> build, int threads)
    {
        using Device device = Device.Cpu(threads);
        Module<float> network = build(new Initializer(device, 1));
        Sgd<float> optimizer = new(network.Parameters, new CosineDecay(0.05, 1000), 0.9);
        using Tape<float> tape = new(device);
        (float[] images, int[] labels) = Images();
        return Allocations.Least(() => Step(tape, network, optimizer, images, labels));
    }

    private static double Step(Tape<float> tape, Module<float> network, Optimizer<float> optimizer, float[] images, int[] labels)
    {
        tape.Reset();
        Var<float> loss = network.Forward(tape.Constant([Batch, 1, 28, 28], images)).CrossEntropy(labels);
        optimizer.Step(tape.Backward(loss));
        return loss.GetScalar();
    }

    private static (float[] Images, int[] Labels) Images()
    {
        float[] images = new float[Batch * 784];
        int[] labels = new int[Batch];
        new Philox(11, 0).Uniform<float>(images, 0, 0.5f);
        for (int image = 0; image < Batch; image++)
        {
            labels[image] = image % Classes;
            for (int pixel = 0; pixel < 784; pixel++)
            {
                if (pixel / 79 == labels[image])
                    images[(image * 784) + pixel] += 0.5f;
            }
        }

        return (images, labels);
    }
}
