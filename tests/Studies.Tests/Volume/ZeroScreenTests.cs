using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Volume;
using ConservativeAD.Tests;

namespace ConservativeAD.Studies.Tests.Volume;

/// <summary>The screen for zeros has the same bits as the recorded program.</summary>
public class ZeroScreenTests
{
    private const int Images = 700;
    private const int Batch = 256;

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 17)]
    [InlineData(3, 256)]
    [InlineData(2, 411)]
    public void ItHasTheBitsOfTheRecordedProgramInFloat(int depth, int width) => AssertSameBits<float>(depth, width);

    [Theory]
    [InlineData(1, 64)]
    [InlineData(3, 32)]
    [InlineData(2, 500)]
    public void ItHasTheBitsOfTheRecordedProgramInHalf(int depth, int width) => AssertSameBits<Half>(depth, width);

    [Theory]
    [InlineData(2, 64)]
    [InlineData(3, 230)]
    public void ItHasTheBitsOfTheRecordedProgramInDouble(int depth, int width) => AssertSameBits<double>(depth, width);

    [Fact]
    public void CountedOnADeviceItHasTheBitsOfTheRecordedProgram()
    {
        const int Few = 24, Small = 16;
        using Device device = TestGpu.Open();
        NDArray<float> pixels = StandInDigits.Train(Few, TestContext.Current.CancellationToken).PixelsOn<float>(device);
        RandomPerceptron<float> network = new(device, pixels.Shape[1], 10, 2, 9);
        DeviceZeroScreen<float> screen = new(device, network);
        using Tape<float> tape = new(device);
        network.Draw(3, 1);
        NDArray<int> zeros = device.Array<int>([1], [0]);
        Var<float> x = tape.Constant(pixels.Slice(0, 0, Small));
        for (int layer = 0; layer < 2; layer++)
            x = (layer == 0 ? x : x.Relu()).Linear(tape.Parameter(network.Parameters[layer]), tape.Parameter(network.Parameters[3 + layer]));
        x.Relu();
        Assert.Equal(x.ToArray(), screen.Run(pixels.Slice(0, 0, Small), zeros, 0).ToArray());
        Assert.Equal(tape.CountKinks(), zeros.GetScalar());
        Assert.Equal(2, screen.Count(pixels, 0, Small).Length);
    }

    [Fact]
    public void AStudyOnADeviceFindsWhatOneOnTheCpuFinds()
    {
        ImageSet images = StandInDigits.Train(20, TestContext.Current.CancellationToken);
        NetworkOutcome Run(Device device)
        {
            NDArray<Half> pixels = images.PixelsOn<Half>(device);
            using BifurcationTest<Half> test = new(device, images.ImageSize, images.Classes, 1, 8,
                device.RunsAhead ? null : ScreenedImages<Half>.Of(device, pixels, 10, false));
            return test.Test(1, 2, pixels, images.LabelsOn(device), 10, BifurcationProcedure.ExactZerosFirst, CancellationToken.None);
        }

        using Device cpu = Device.Cpu(1), gpu = TestGpu.Open();
        Assert.Equal(Run(cpu), Run(gpu));
    }

    private static void AssertSameBits<T>(int depth, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Device device = Device.Cpu(1);
        ImageSet images = StandInDigits.Train(Images, TestContext.Current.CancellationToken);
        NDArray<T> pixels = images.PixelsOn<T>(device);
        RandomPerceptron<T> network = new(device, images.ImageSize, images.Classes, depth, width);
        using IZeroScreen<T> dense = ScreenedImages<T>.Of(device, pixels, Batch, false).Screen(device, network),
            sparse = ScreenedImages<T>.Of(device, pixels, Batch, true).Screen(device, network);
        using Tape<T> tape = new(device);
        for (int index = 0; index < 3; index++)
        {
            network.Draw(3, index);
            dense.Begin();
            sparse.Begin();
            for (int start = 0; start < Images; start += Batch)
            {
                int length = Math.Min(Batch, Images - start);
                tape.Reset();
                Var<T> x = tape.Constant(pixels.Slice(0, start, length));
                for (int layer = 0; layer < depth; layer++)
                    x = (layer == 0 ? x : x.Relu()).Linear(tape.Parameter(network.Parameters[layer]), tape.Parameter(network.Parameters[depth + 1 + layer]));
                x.Relu();
                foreach (IZeroScreen<T> screen in (IZeroScreen<T>[])[dense, sparse])
                {
                    NDArray<T> values = screen.Run(start / Batch, out long zeros);
                    Assert.Equal(x.ToArray(), values.ToArray());
                    Assert.Equal(tape.CountKinks(), zeros);
                    Assert.Equal(zeros, screen.Count(start / Batch));
                }
            }
        }
    }
}
