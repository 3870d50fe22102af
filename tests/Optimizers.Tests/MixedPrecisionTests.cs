using ConservativeAD.Kernels;
using ConservativeAD.Tests;

namespace ConservativeAD.Optimizers.Tests;

[Collection(TestGpu.Collection)]
public class MixedPrecisionTests
{
    public static TheoryData<bool> Devices => new(false, true);

    [Theory]
    [MemberData(nameof(Devices))]
    public void StepsTooSmallForHalfAddUpInTheMasters(bool onGpu)
    {
        Device device = onGpu ? TestGpu.Shared : Device.Default;
        Parameter<Half> parameter = new("x", device, [2], [(Half)1, (Half)(-1)]);
        using MixedPrecision optimizer = new([parameter], masters => new Sgd<float>(masters, new ConstantStepSize(1e-4)), LossScaling.Constant(1024));
        using Tape<Half> tape = new(device);
        for (int step = 0; step < 20; step++)
        {
            tape.Reset();
            Assert.True(optimizer.Step(optimizer.Backward(tape, tape.Parameter(parameter).Sum())));
        }

        // 20 steps of 10⁻⁴, each below half a unit of 1 in Half.
        Assert.Equal(1 - 2e-3, optimizer.Masters[0].Value.ToArray()[0], 1e-6);
        Assert.Equal((Half)(float)(1 - 2e-3), parameter.Value.ToArray()[0]);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void GradientsBelowTheSmallestHalfAreKept(bool onGpu)
    {
        Device device = onGpu ? TestGpu.Shared : Device.Default;
        Parameter<Half> parameter = new("x", device, [1], [(Half)1]);
        using MixedPrecision optimizer = new([parameter], masters => new Sgd<float>(masters, new ConstantStepSize(Math.ScaleB(1, 20))));
        using Tape<Half> tape = new(device);
        // The derivative is 2⁻²⁶, a quarter of the smallest number above 0.
        Var<Half> small = tape.Parameter(parameter) * tape.Constant([1], [(Half)Math.ScaleB(1, -13)]);
        Var<Half> loss = (small * tape.Constant([1], [(Half)Math.ScaleB(1, -13)])).Sum();
        Assert.True(optimizer.Step(optimizer.Backward(tape, loss)));
        Assert.Equal(1 - MathF.ScaleB(1, -6), optimizer.Masters[0].Value.GetScalar());
    }

    [Fact]
    public void AGradientThatIsNotFiniteIsSkippedAndLowersTheScale()
    {
        Parameter<Half> parameter = new("x", Device.Default, [1], [(Half)3]);
        using MixedPrecision optimizer = new([parameter], masters => new Sgd<float>(masters, new ConstantStepSize(1e-3)),
            new LossScaling { GrowthInterval = 2 });
        using Tape<Half> tape = new();
        bool Step(double slope)
        {
            tape.Reset();
            return optimizer.Step(optimizer.Backward(tape, (tape.Parameter(parameter) * tape.Constant([1], [(Half)slope])).Sum()));
        }

        Assert.False(Step(100));
        Assert.Equal(16384, optimizer.Scale);
        Assert.Equal((Half)3, parameter.Value.GetScalar());
        Assert.Equal(1, optimizer.SkippedSteps);
        Assert.Equal(0, optimizer.StepCount);
        Assert.True(Step(1));
        Assert.True(Step(1));
        Assert.Equal(32768, optimizer.Scale);
        Assert.Equal(2, optimizer.StepCount);
    }

    [Fact]
    public void WithEnoughBitsItIsTheWrappedOptimizer()
    {
        float[] start = [0.5f, -0.25f, 2];
        Parameter<Half> half = new("x", Device.Default, [3], [.. start.Select(value => (Half)value)]);
        Parameter<float> single = new("x", Device.Default, [3], start);
        using MixedPrecision mixed = new([half], masters => new Adam<float>(masters, new ConstantStepSize(0.01)), LossScaling.Constant(1024));
        Adam<float> plain = new([single], new ConstantStepSize(0.01));
        using Tape<Half> tape = new();
        using Tape<float> wide = new();
        for (int step = 0; step < 5; step++)
        {
            // A linear loss, whose gradients are halves for all parameters.
            tape.Reset();
            wide.Reset();
            mixed.Step(mixed.Backward(tape, (tape.Parameter(half) * tape.Constant([3], [(Half)1, (Half)(-2), (Half)0.125])).Sum()));
            plain.Step(wide.Backward((wide.Parameter(single) * wide.Constant([3], [1, -2, 0.125f])).Sum()));
        }

        Assert.Equal(single.Value.ToArray(), mixed.Masters[0].Value.ToArray());
        Assert.Equal(single.Value.ToArray().Select(value => (Half)value), half.Value.ToArray());
    }

    [Fact]
    public void BadSettingsAreTold()
    {
        Assert.Contains("power of 2", Assert.Throws<ArgumentOutOfRangeException>(() => LossScaling.Constant(1000)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossScaling { GrowthInterval = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossScaling { Backoff = 0.5 });
        Assert.Throws<ArgumentException>(() => new MixedPrecision([], masters => new Sgd<float>(masters, new ConstantStepSize(1))));
        Parameter<Half> parameter = new("x", Device.Default, [2]);
        using MixedPrecision optimizer = new([parameter], masters => new Sgd<float>(masters, new ConstantStepSize(1)));
        using Tape<Half> tape = new();
        Assert.Contains("needs a reduction", Assert.Throws<ArgumentException>(() => optimizer.Backward(tape, tape.Parameter(parameter).Abs())).Message,
            StringComparison.Ordinal);
    }
}
