using System.IO.Compression;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Tests.DataSets;

public class IdxFileTests
{
    private static readonly byte[] TwoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsWhatTheFormatSays(bool compressed)
    {
        using TemporaryFolder folder = new();
        (int[] dimensions, byte[] elements) = IdxFile.Read(Write(folder, TwoByThree, compressed), 2);
        Assert.Equal([2, 3], dimensions);
        Assert.Equal([10, 20, 30, 40, 50, 60], elements);
    }

    [Theory]
    [InlineData("empty", new byte[0], "byte 0")]
    [InlineData("header cut", new byte[] { 0, 0, 8, 2, 0, 0 }, "inside its header")]
    [InlineData("another type", new byte[] { 0, 0, 13, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0 }, "does not begin")]
    [InlineData("another rank", new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0 }, "does not begin")]
    [InlineData("no magic", new byte[] { 1, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0 }, "does not begin")]
    [InlineData("extent of zero", new byte[] { 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 1 }, "extent of 0")]
    [InlineData("negative extent", new byte[] { 0, 0, 8, 2, 255, 255, 255, 255, 0, 0, 0, 1 }, "extent of -1")]
    [InlineData("lying extent", new byte[] { 0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255 }, "extent of 2147483647")]
    [InlineData("elements cut", new byte[] { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3 }, "ends after 3")]
    [InlineData("elements too many", new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3 }, "has more")]
    public void AFileThatLiesIsRefusedByName(string what, byte[] bytes, string culprit)
    {
        using TemporaryFolder folder = new();
        foreach (bool compressed in (bool[])[false, true])
        {
            string path = Write(folder, bytes, compressed);
            string message = Assert.Throws<InvalidDataException>(() => IdxFile.Read(path, 2)).Message;
            Assert.True(message.Contains(path, StringComparison.Ordinal) && message.Contains(culprit, StringComparison.Ordinal), $"{what}: {message}");
        }
    }

    [Fact]
    public void NoCutOfACompressedFileGivesOtherElements()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Write(folder, TwoByThree, true));
        int refused = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["cut.gz"], whole[..length]);
            try
            {
                Assert.Equal(TwoByThree[12..], IdxFile.Read(folder["cut.gz"], 2).Elements);
            }
            catch (InvalidDataException problem)
            {
                Assert.Contains("cut.gz", problem.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        // Only the end of the last block, the checksum and the length of gzip may go unread.
        Assert.InRange(refused, whole.Length - 10, whole.Length);
    }

    [Fact]
    public void TheOfficialFilesAreRead()
    {
        string folder = Environment.GetEnvironmentVariable(ImageSource.Variable) ?? "";
        Assert.SkipWhen(folder.Length == 0, $"{ImageSource.Variable} names no data folder.");
        ImageSet train = Mnist.Train(folder), test = Mnist.Test(folder);
        Assert.Equal((60_000, 10_000), (train.Count, test.Count));

        // Known of MNIST: how often each digit stands in the training set.
        int[] counts = [.. Enumerable.Range(0, 10).Select(digit => train.Labels.Count(label => label == digit))];
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], counts);
        Assert.Equal(33.318, train.Pixels.Average(pixel => (double)pixel), 1e-3);
    }

    private static string Write(TemporaryFolder folder, byte[] bytes, bool compressed)
    {
        string path = folder[compressed ? "file.gz" : "file"];
        using Stream stream = compressed ? new GZipStream(File.Create(path), CompressionLevel.Optimal) : File.Create(path);
        stream.Write(bytes);
        return path;
    }
}
