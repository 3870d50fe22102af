using System.Buffers.Binary;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.DataSets;

/// <summary>The data set that a command reads.</summary>
public class ImageSourceTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void ANamedSetIsReadFromItsSubfolder()
    {
        using TemporaryFolder folder = new();
        WriteIdx(folder, "mnist", 2);
        WriteIdx(folder, "fashion-mnist", 3);
        WriteCifar(folder);
        (string Name, int Images)[] read = [.. new DataSetName?[] { null, DataSetName.Mnist, DataSetName.FashionMnist, DataSetName.Cifar10 }
            .Select(set => ImageSource.Load(folder.Path, null, dataSet: set, cancellation: None).Train)
            .Select(images => (images.Name, images.Count))];
        Assert.Equal([("MNIST", 2), ("MNIST", 2), ("Fashion-MNIST", 3), ("CIFAR-10", 5)], read);
        Assert.Equal("CIFAR-10", ImageSource.Load(folder.Path, null, isDeep: true, cancellation: None).Test.Name);
        Assert.Equal("MNIST", ImageSource.Load(folder.Path, null, isDeep: true, dataSet: DataSetName.Mnist, cancellation: None).Train.Name);
        Assert.Equal("stand-in digits", ImageSource.Load(folder.Path, 10, dataSet: DataSetName.StandIn, cancellation: None).Train.Name);
        Assert.Equal("stand-in shapes", ImageSource.Load(folder.Path, 10, isDeep: true, dataSet: DataSetName.StandIn, cancellation: None).Train.Name);
    }

    [Fact]
    public void DeepNetworksGetColouredShapesWhereCifarIsMissing()
    {
        using TemporaryFolder folder = new();
        WriteIdx(folder, "mnist", 2);
        foreach (string place in (string[])["", folder.Path])
        {
            (ImageSet train, ImageSet test) = ImageSource.Load(place, 20, isDeep: true, cancellation: None);
            Assert.Equal((20, 20, true, 3, 32, 10), (train.Count, test.Count, train.IsStandIn, train.Channels, train.Side, train.Classes));
        }
    }

    [Theory]
    [InlineData("mnist", "train-labels-idx1-ubyte")]
    [InlineData("fashion-mnist", "train-images-idx3-ubyte")]
    [InlineData("cifar-10", "data_batch_3.bin")]
    public void AMissingFileIsNamedWithItsPlace(string set, string missing)
    {
        using TemporaryFolder folder = new();
        WriteIdx(folder, "mnist", 2);
        WriteIdx(folder, "fashion-mnist", 2);
        WriteCifar(folder);
        File.Delete(folder[$"{set}/{missing}"]);
        Ran ran = Ran.Program("volume", "--data-set", set, "--data", folder.Path, "--out", folder["out"]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(folder[$"{set}/{missing}"], ran.Error, StringComparison.Ordinal);
        Assert.Contains("missing", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnist")]
    [InlineData("fashion-mnist")]
    [InlineData("cifar-10")]
    public void ANamedSetWithoutAFolderSaysWhatToName(string set)
    {
        using TemporaryFolder folder = new();
        foreach (string command in (string[])["volume", "train mlp", "maxpool", "diagnose perceptron"])
        {
            Ran ran = Ran.Program([.. command.Split(' '), "--data-set", set, "--data", "", "--out", folder["out"]]);
            Assert.Equal(ExitCode.Usage, ran.ExitCode);
            Assert.Contains($"subfolder {set}", ran.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void MoreShapesThanAreDrawnAreRefused() => Assert.Contains("200000",
        Assert.Throws<UsageException>(() => ImageSource.Load("", 200_001, isDeep: true, cancellation: None)).Message, StringComparison.Ordinal);

    [Fact]
    public void StandInShapesAreTheSameEachTimeAndHoldEveryClass()
    {
        ImageSet first = StandInShapes.Train(100, None), again = StandInShapes.Train(100, None);
        Assert.Equal(first.Pixels, again.Pixels);
        Assert.Equal(first.Labels, again.Labels);
        Assert.Equal(Enumerable.Repeat(10, 10), first.Labels.GroupBy(label => label).Select(group => group.Count()));
        Assert.NotEqual(first.Pixels, StandInShapes.Test(100, None).Pixels);
        Assert.Equal(StandInShapes.Train(50, None).Pixels, first.First(50).Pixels);
        // No channel repeats another, and images are neither flat nor of two values.
        for (int image = 0; image < first.Count; image++)
        {
            ReadOnlySpan<byte> pixels = first.Pixels.AsSpan(image * first.ImageSize, first.ImageSize);
            Assert.False(pixels[..1024].SequenceEqual(pixels[1024..2048]));
            Assert.True(pixels.ToArray().Distinct().Count() > 30);
        }
    }

    [Theory]
    [InlineData("volume --network vgg11 --networks 1 --samples 8 --batch 4 --after 1 --precisions 32")]
    [InlineData("train resnet18 --epochs 1 --samples 4 --batch 4")]
    [InlineData("maxpool --network vgg11 --networks 1 --samples 4 --batch 4 --betas 1 --precisions 32")]
    public void ColouredShapesAreNamedOnEveryOutput(string line)
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. line.Split(' '), "--data-set", "stand-in", "--out", folder["out"]]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        Assert.Contains("coloured shapes", ran.Output, StringComparison.Ordinal);
        Assert.Contains("coloured shapes", File.ReadAllText(folder["out/" + StudyFiles.ReportName]), StringComparison.Ordinal);
        Assert.Contains("stand-in shapes", File.ReadAllText(folder["out/" + StudyFiles.ResultsName]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train lenet5")]
    [InlineData("maxpool")]
    [InlineData("volume --network lenet5")]
    public void LeNetRefusesImagesInColour(string line)
    {
        using TemporaryFolder folder = new();
        WriteCifar(folder);
        Ran ran = Ran.Program([.. line.Split(' '), "--data-set", "cifar-10", "--data", folder.Path, "--out", folder["out"]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("CIFAR-10 are 3 × 32 × 32", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("volume --depths 1 --widths 4 --networks 2 --batch 2 --precisions 16,32")]
    [InlineData("volume --kink abs --depths 1 --widths 4 --networks 1 --batch 2 --after 1 --precisions 32")]
    [InlineData("train mlp --hidden 4 --epochs 1 --batch 2")]
    [InlineData("diagnose perceptron --width 4 --images 4 --steps 5 --draw rate")]
    public void PerceptronsTakeImagesInColour(string line)
    {
        using TemporaryFolder folder = new();
        WriteCifar(folder);
        Ran ran = Ran.Program([.. line.Split(' '), "--data-set", "cifar-10", "--data", folder.Path, "--out", folder["out"]]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
    }

    private static void WriteCifar(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["cifar-10"]);
        byte[] record = new byte[3073];
        Random random = new(8);
        foreach (string name in (string[])["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"])
        {
            random.NextBytes(record);
            record[0] = (byte)random.Next(10);
            File.WriteAllBytes(folder[$"cifar-10/{name}.bin"], record);
        }
    }

    private static void WriteIdx(TemporaryFolder folder, string set, int images)
    {
        Directory.CreateDirectory(folder[set]);
        foreach (string kind in (string[])["train", "t10k"])
        {
            byte[] pixels = [0, 0, 8, 3, .. new byte[12 + (images * 784)]];
            BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(4), images);
            BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(8), 28);
            BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(12), 28);
            File.WriteAllBytes(folder[$"{set}/{kind}-images-idx3-ubyte"], pixels);
            File.WriteAllBytes(folder[$"{set}/{kind}-labels-idx1-ubyte"], [0, 0, 8, 1, 0, 0, 0, (byte)images, .. new byte[images]]);
        }
    }
}
