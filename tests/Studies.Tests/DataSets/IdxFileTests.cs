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
    public void EveryCutAndEveryChangedBitOfACompressedFileIsRefused()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Write(folder, TwoByThree, true));
        for (int length = 0; length < whole.Length; length++)
            AssertRefused(folder, whole[..length]);
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            // Time, extra flags and system do not depend on the content.
            if (bit / 8 is >= 4 and < 10)
                continue;
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(folder["bit.gz"], changed);
            // If a changed bit declares text in the header, the rest is not valid content; if the format has two encodings of the same content, the result is
            // the same.
            try
            {
                Assert.Equal(TwoByThree[12..], IdxFile.Read(folder["bit.gz"], 2).Elements);
            }
            catch (InvalidDataException problem)
            {
                Assert.Contains("bit.gz", problem.Message, StringComparison.Ordinal);
            }
        }

        AssertRefused(folder, [.. whole, 0]);
        AssertRefused(folder, [.. whole, .. whole]);
        AssertRefused(folder, [.. whole, .. whole[^8..]]);
        AssertRefused(folder, [.. whole, .. new byte[1000]]);
    }

    [Fact]
    public void AWrongCheckIsCalledOne()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Write(folder, TwoByThree, true));
        whole[^8] ^= 1;
        Assert.Contains("has the check", AssertRefused(folder, whole), StringComparison.Ordinal);
        whole[^8] ^= 1;
        whole[2] = 7;
        Assert.Contains("compression method 7 at byte 2", AssertRefused(folder, whole), StringComparison.Ordinal);
    }

    [Fact]
    public void ABombTakesNoMemory()
    {
        using TemporaryFolder folder = new();
        // Claims few elements and holds many; claims many and holds few; claims more than its length can hold.
        foreach ((int claimed, int held) in (ReadOnlySpan<(int, int)>)[(1000, 1 << 26), (1 << 26, 1 << 25), (1 << 30, 1 << 12)])
        {
            using (GZipStream stream = new(File.Create(folder["bomb.gz"]), CompressionLevel.Optimal))
            {
                stream.Write([0, 0, 8, 1, (byte)(claimed >> 24), (byte)(claimed >> 16), (byte)(claimed >> 8), (byte)claimed]);
                byte[] zeros = new byte[1 << 12];
                for (int written = 0; written < held; written += zeros.Length)
                    stream.Write(zeros);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            string message = Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["bomb.gz"], 1)).Message;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
            Assert.Contains($"claims {claimed} elements", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void HeadersWithNamesAreRead()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Write(folder, TwoByThree, true));
        // FEXTRA, FNAME, FCOMMENT and the check of the header.
        List<byte> head = [0x1F, 0x8B, 8, 4 + 8 + 16 + 2, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, (byte)'n', 0, (byte)'c', (byte)'c', 0];
        uint check = Crc32.Append(0, head.ToArray());
        File.WriteAllBytes(folder["named.gz"], [.. head, (byte)check, (byte)(check >> 8), .. whole[10..]]);
        Assert.Equal(TwoByThree[12..], IdxFile.Read(folder["named.gz"], 2).Elements);
        File.WriteAllBytes(folder["named.gz"], [.. head, (byte)(check + 1), (byte)(check >> 8), .. whole[10..]]);
        Assert.Contains("whose check", Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["named.gz"], 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCheckIsThatOfTheStandard()
    {
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));
        byte[] bytes = new byte[1001];
        new Random(1).NextBytes(bytes);
        uint parts = 0;
        for (int start = 0; start < bytes.Length; start += 7)
            parts = Crc32.Append(parts, bytes.AsSpan(start, Math.Min(7, bytes.Length - start)));
        Assert.Equal(Crc32.Append(0, bytes), parts);
    }

    [Fact]
    public void TheOfficialFilesAreRead()
    {
        string folder = Environment.GetEnvironmentVariable(ImageSource.Variable) ?? "";
        Assert.SkipWhen(folder.Length == 0, $"{ImageSource.Variable} names no data folder.");
        ImageSet train = Mnist.Train(folder), test = Mnist.Test(folder);
        Assert.Equal((60_000, 10_000), (train.Count, test.Count));

        // The known number of each digit in MNIST's training set.
        int[] counts = [.. Enumerable.Range(0, 10).Select(digit => train.Labels.Count(label => label == digit))];
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], counts);
        Assert.Equal(33.318, train.Pixels.Average(pixel => (double)pixel), 1e-3);
    }

    private static string AssertRefused(TemporaryFolder folder, byte[] bytes)
    {
        File.WriteAllBytes(folder["cut.gz"], bytes);
        string message = Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["cut.gz"], 2)).Message;
        Assert.Contains("cut.gz", message, StringComparison.Ordinal);
        Assert.Contains("Fetch it again", message, StringComparison.Ordinal);
        return message;
    }

    private static string Write(TemporaryFolder folder, byte[] bytes, bool compressed)
    {
        string path = folder[compressed ? "file.gz" : "file"];
        using Stream stream = compressed ? new GZipStream(File.Create(path), CompressionLevel.Optimal) : File.Create(path);
        stream.Write(bytes);
        return path;
    }
}
