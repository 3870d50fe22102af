using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

public class ModelTests
{
    [Fact]
    public void ModelsHaveAsManyParametersAsTheLiteratureSays()
    {
        Assert.Equal(61_706, Count(Models.LeNet5<float>(Start())));
        Assert.Equal((784 * 64) + 64 + (64 * 64) + 64 + (64 * 10) + 10, Count(Models.Mlp<float>([784, 64, 64, 10], Start())));
        Assert.Equal(9_225_610, Count(Models.Vgg11<float>(3, 10, Start())));
        Assert.Equal(9_231_114, Count(Models.Vgg11<float>(3, 10, Start(), batchNorm: true)));
        Assert.Equal(11_173_962, Count(Models.ResNet18<float>(3, 10, Start())));

        // Without normalisation each of the 20 convolutions has a bias (4,800 numbers) in place of scale and shift (9,600).
        Assert.Equal(11_173_962 - 4_800, Count(Models.ResNet18<float>(3, 10, Start(), batchNorm: false)));
    }

    [Fact]
    public void NamesAreDistinctPaths()
    {
        Sequential<float> network = Models.ResNet18<float>(3, 10, Start());
        string[] names = [.. network.Parameters.Select(parameter => parameter.Name), .. network.Buffers.Select(buffer => buffer.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Contains("conv1.weight", names);
        Assert.Contains("layer2.0.shortcut.1.running_var", names);
        Assert.Contains("linear.bias", names);
    }

    [Theory]
    [InlineData(Mode.Training)]
    [InlineData(Mode.Evaluation)]
    public void ForwardPassesEndInOneLogitPerClass(Mode mode)
    {
        AssertLogits(new Sequential<float>(new Flatten<float>(), Models.Mlp<float>([784, 16, 10], Start(), batchNorm: true)), [2, 1, 28, 28], mode);
        AssertLogits(Models.Mlp<double>([784, 16, 10], Start(), () => new Activation<double>(x => x.Gelu())), [3, 784], mode);
        AssertLogits(Models.LeNet5<float>(Start()), [2, 1, 28, 28], mode);
        AssertLogits(Models.LeNet5<Half>(Start()), [2, 1, 28, 28], mode);
        AssertLogits(Models.Vgg11<float>(3, 10, Start()), [2, 3, 32, 32], mode);
        AssertLogits(Models.Vgg11<float>(3, 10, Start(), batchNorm: true), [2, 3, 32, 32], mode);
        AssertLogits(Models.ResNet18<float>(3, 10, Start()), [2, 3, 32, 32], mode);
        AssertLogits(Models.ResNet18<float>(3, 10, Start(), batchNorm: false), [2, 3, 32, 32], mode);
    }

    [Fact]
    public void AnMlpOfOneSizeIsRefused() =>
        Assert.Contains("at least two", Assert.Throws<ArgumentException>(() => Models.Mlp<float>([784], Start())).Message);

    private static Initializer Start() => new(Device.Default, 1);

    private static int Count(Module<float> module) => module.Parameters.Sum(parameter => parameter.Shape.Count);

    private static void AssertLogits<T>(Module<T> module, Shape shape, Mode mode)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var tape = new Tape<T>();
        T[] images = new T[shape.Count];
        new Philox(1, 99).Uniform<T>(images, T.Zero, T.One);
        Var<T> logits = module.Forward(tape.Constant(shape, images), mode);
        Assert.Equal([shape[0], 10], logits.Shape.ToArray());
        Assert.All(logits.ToArray(), value => Assert.True(T.IsFinite(value)));
    }
}
