using System.Buffers.Binary;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Tests.DataSets;

public class ImageSetTests
{
    [Fact]
    public void StandInDigitsAreTheSameEachTimeAndHoldEveryClass()
    {
        ImageSet first = StandInDigits.Train(200, TestContext.Current.CancellationToken),
            again = StandInDigits.Train(200, TestContext.Current.CancellationToken);
        Assert.True(first.IsStandIn);
        Assert.Equal(first.Pixels, again.Pixels);
        Assert.Equal(first.Labels, again.Labels);
        Assert.Equal(10, first.Labels.Distinct().Count());
        Assert.NotEqual(first.Pixels, StandInDigits.Test(200, TestContext.Current.CancellationToken).Pixels);

        // A smaller set of images is the beginning of a larger one.
        Assert.Equal(StandInDigits.Train(50, TestContext.Current.CancellationToken).Pixels, first.First(50).Pixels);
    }

    [Fact]
    public void MnistWithMoreLabelsThanImagesIsRefused()
    {
        using TemporaryFolder folder = new();
        WriteMnist(folder, 2, [1, 2, 3]);
        string message = Assert.Throws<InvalidDataException>(() => Mnist.Train(folder.Path)).Message;
        Assert.Contains("2 images", message, StringComparison.Ordinal);
        Assert.Contains("3 labels", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALabelThatIsNoDigitIsRefusedWithItsPlace()
    {
        using TemporaryFolder folder = new();
        WriteMnist(folder, 3, [1, 2, 10]);
        Assert.Contains("label 10 at byte 10", Assert.Throws<InvalidDataException>(() => Mnist.Train(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACifarFileOfPartOfARecordIsRefused()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["cifar-10"]);
        File.WriteAllBytes(folder["cifar-10/test_batch.bin"], new byte[3073 + 5]);
        Assert.Contains("test_batch.bin", Assert.Throws<InvalidDataException>(() => Cifar10.Test(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder["cifar-10/test_batch.bin"], new byte[2 * 3073]);
        Assert.Equal((2, 3, 32), (Cifar10.Test(folder.Path).Count, Cifar10.Test(folder.Path).Channels, Cifar10.Test(folder.Path).Side));
    }

    [Fact]
    public void BatchesComeInTheOrderGivenWithTheirMargins()
    {
        byte[] pixels = new byte[5 * 4];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i + 1);
        ImageSet images = new("test", true, 1, 2, 10, pixels, [0, 1, 2, 3, 4]);
        LabelledBatches<float> batches = new(images, 4);
        List<int> labels = [];
        foreach (Batch<float> batch in batches.InOrder([4, 2, 0, 1, 3], 2))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                int label = batch.Labels[i];
                labels.Add(label);
                float[] image = [.. batch.Pixels.Slice(i * 16, 16)];
                float[] inner = [image[5], image[6], image[9], image[10]];
                Assert.Equal([.. Enumerable.Range((4 * label) + 1, 4).Select(value => value / 255f)], inner);
                Assert.Equal(inner.Sum(), image.Sum(), 1e-6f);
            }
        }

        Assert.Equal([4, 2, 0, 1, 3], labels);
    }

    [Fact]
    public void BatchesMayBeLeftEarlyAndBegunAgain()
    {
        ImageSet images = StandInDigits.Train(64, TestContext.Current.CancellationToken);
        LabelledBatches<float> batches = new(images, 28);
        int[] order = [.. Enumerable.Range(0, 64)];
        Batch<float> first = batches.InOrder(order, 8).First();
        Assert.Equal(8, first.Count);
        Assert.Equal(images.Labels, batches.InOrder(order, 8).SelectMany(batch => batch.Labels.ToArray()));
    }

    private static void WriteMnist(TemporaryFolder folder, int images, byte[] labels)
    {
        Directory.CreateDirectory(folder["mnist"]);
        byte[] pixels = new byte[16 + (images * 784)];
        byte[] header = [0, 0, 8, 3];
        header.CopyTo(pixels, 0);
        BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(4), images);
        BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(8), 28);
        BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(12), 28);
        File.WriteAllBytes(folder["mnist/train-images-idx3-ubyte"], pixels);
        File.WriteAllBytes(folder["mnist/train-labels-idx1-ubyte"], [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]);
    }
}
