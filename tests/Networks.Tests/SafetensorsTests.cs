using System.Buffers.Binary;
using System.Text;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

public class SafetensorsTests
{
    [Fact]
    public void ReadsAFileWrittenByHandAsTheFormatSays()
    {
        byte[] data = [0x00, 0x3C, 0x00, 0xC0, 0, 0, 0x80, 0x3F, 1, 0, 0, 0, 0, 0, 0, 0];
        byte[] bytes =
            File(
                """{"__metadata__":{"format":"pt"},"h":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}"""
                    + ""","f":{"dtype":"F32","shape":[],"data_offsets":[4,8]},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}   """, data);
        SafetensorsFile file = SafetensorsFile.Parse(bytes, "hand.safetensors");
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([(Half)1, (Half)(-2)], file.Tensors["h"].Elements<Half>());
        Assert.Equal(Shape.Of(2, 1), file.Tensors["h"].Shape);
        Assert.Equal([1f], file.Tensors["f"].Elements<float>());
        Assert.Equal([1.0, -2.0], file.Tensors["h"].Convert<double>());

        // Integer tensors are skipped, and rejected by name when they are requested.
        string refused = Assert.Throws<InvalidDataException>(() => file.Tensors["i"].Convert<float>()).Message;
        Assert.Contains("I64", refused, StringComparison.Ordinal);
        Assert.Contains("Tensor i", refused, StringComparison.Ordinal);
        Assert.Contains("F32", Assert.Throws<InvalidDataException>(() => file.Tensors["h"].Elements<float>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WritesWhatTheFormatSays()
    {
        NDArray<float> array = Device.Default.Array<float>([2], [1, -1]);
        byte[] bytes = SafetensorsFile.Of([SafetensorsTensor.Of("w", array)]).ToBytes();
        string header = """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
        int padded = (header.Length + 7) / 8 * 8;
        Assert.Equal((ulong)padded, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.Equal(header.PadRight(padded), Encoding.UTF8.GetString(bytes, 8, padded));
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xBF], bytes[(8 + padded)..]);
    }

    [Theory]
    [InlineData("cut in the length", "", "", -5, "inside the length")]
    [InlineData("no object", "[1]", "", 0, "does not begin")]
    [InlineData("empty header", "", "", 0, "does not begin")]
    [InlineData("no JSON", "{\"a\":", "", 0, "no JSON object")]
    [InlineData("two of a name", """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "", 0,
        "distinct names")]
    [InlineData("no type", """{"a":{"shape":[1],"data_offsets":[0,4]}}""", "1234", 0, "tensor a without dtype")]
    [InlineData("no tensor", """{"a":3}""", "", 0, "tensor a without dtype")]
    [InlineData("unknown type", """{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}""", "1234", 0, "F99")]
    [InlineData("negative extent", """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "1234", 0, "extent -1")]
    [InlineData("fraction of an extent", """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "1234", 0, "extent 1.5")]
    [InlineData("extent as text", """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "1234", 0, "extent")]
    [InlineData("overflowing shape", """{"a":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,4]}}""", "1234", 0, "more than 2147418112")]
    [InlineData("nine axes", """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "1234", 0, "at most 8 axes")]
    [InlineData("beyond the data", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "1234", 0, "bytes 0 to 8 of 4")]
    [InlineData("backwards", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "1234", 0, "bytes 4 to 0")]
    [InlineData("negative place", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "1234", 0, "bytes -4 to 0")]
    [InlineData("three places", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "1234", 0, "two data_offsets")]
    [InlineData("place as text", """{"a":{"dtype":"F32","shape":[1],"data_offsets":["0",4]}}""", "1234", 0, "tensor a at bytes")]
    [InlineData("size against shape", """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}""", "1234", 0, "takes 8")]
    [InlineData("gap", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""", "1234", 0,
        "tensor b at byte 3")]
    [InlineData("overlap", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "1234", 0,
        "tensor b at byte 2")]
    [InlineData("bytes left over", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "1234", 0, "its tensors take 1")]
    [InlineData("metadata of numbers", """{"__metadata__":{"a":1}}""", "", 0, "metadata a")]
    [InlineData("metadata of text", """{"__metadata__":"a"}""", "", 0, "metadata")]
    public void AFileThatLiesIsRefusedWithTheCulprit(string what, string header, string data, int cut, string culprit)
    {
        byte[] bytes = File(header, Encoding.ASCII.GetBytes(data));
        string message =
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(bytes.AsMemory(0, cut == 0 ? bytes.Length : 8 + cut), "given.safetensors")).Message;
        Assert.Contains("given.safetensors", message, StringComparison.Ordinal);
        Assert.True(message.Contains(culprit, StringComparison.Ordinal), $"{what}: {message}");
    }

    [Theory]
    [InlineData("half of a pair in a name", """{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "byte 9")]
    [InlineData("half of a pair in a type", """{"a":{"dtype":"\udc00","shape":[0],"data_offsets":[0,0]}}""", "surrogate")]
    [InlineData("half of a pair in metadata", """{"__metadata__":{"a":"x\ud83dx"}}""", "surrogate")]
    [InlineData("metadata twice", """{"__metadata__":{"a":"b"},"__metadata__":{}}""", "stands twice")]
    [InlineData("a string twice", """{"__metadata__":{"a":"b","a":"c"}}""", "a stands twice")]
    [InlineData("a type twice", """{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "dtype stands twice")]
    [InlineData("more after the header", """{} {}""", "no JSON object")]
    [InlineData("a place beyond 64 bits", """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,99999999999999999999]}}""", "no whole number")]
    public void AHeaderThatIsNoneIsRefusedWithTheByte(string what, string header, string culprit)
    {
        string message = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(File(header, []), "given.safetensors")).Message;
        Assert.True(message.Contains(culprit, StringComparison.Ordinal) && message.Contains("given.safetensors", StringComparison.Ordinal)
            && message.Contains("byte", StringComparison.Ordinal), $"{what}: {message}");
    }

    [Fact]
    public void BytesThatAreNoTextAreRefusedWithTheirPlace()
    {
        byte[] bytes = File("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", []);
        bytes[8 + 2] = 0xFF;
        Assert.Contains("no UTF-8 text at byte 10", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(bytes, "x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void LongNamesAndDeepNestingMakeShortMessages()
    {
        string name = new('n', 100_000), deep = new('[', 100_000);
        foreach (string header in (string[])[$"{{\"{name}\":3}}", $"{{\"a\":{{\"dtype\":\"{name}\",\"shape\":[0],\"data_offsets\":[0,0]}}}}", $"{{\"a\":{deep}",
            $"{{\"a\":{{\"x\":{deep}", $"{{\"a\":{{\"shape\":[{new string('9', 50_000)}]}}}}",
                $"{{\"a\":{{\"shape\":[{string.Concat(Enumerable.Repeat("0,", 50_000))}0]}}}}", $"{{{name}"])
            Assert.InRange(Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(File(header, []), "x")).Message.Length, 1, 1000);
    }

    [Fact]
    public void AFileThatLiesTakesNoMemory()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = new(path, FileMode.Create))
            {
                file.Write(File("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", []));
                file.SetLength(1L << 30);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("1073741", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(path)).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
            using (FileStream file = new(path, FileMode.Create))
                file.SetLength(1L << 32);
            Assert.Contains("several files", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            System.IO.File.Delete(path);
        }

        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Read(path));
        Assert.Throws<UnauthorizedAccessException>(() => SafetensorsFile.Read(Path.GetTempPath()));
    }

    [Fact]
    public void TensorsWhoseBytesDoNotFitAreRefusedBeforeTheyAreWritten()
    {
        Assert.Contains("3 bytes",
            Assert.Throws<ArgumentException>(() => SafetensorsFile.Of([new SafetensorsTensor("a", "F32", Shape.Of(1), new byte[3])])).Message,
                StringComparison.Ordinal);
        Assert.Contains("F99",
            Assert.Throws<ArgumentException>(() => SafetensorsFile.Of([new SafetensorsTensor("a", "F99", Shape.Of(1), new byte[4])])).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001ul)]
    [InlineData(3ul)]
    public void ALyingHeaderLengthIsRefused(ulong length)
    {
        byte[] bytes = [0, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Assert.Contains($"{length} bytes", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(bytes, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCutOfAFileIsRefused()
    {
        byte[] whole = SafetensorsFile.Of([SafetensorsTensor.Of("w", Device.Default.Array<double>([3], [1, 2, 3]))],
            new Dictionary<string, string> { ["a"] = "b" }).ToBytes();
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(whole.AsMemory(0, length), "cut"));
    }

    [Fact]
    public void TwoTensorsOfOneNameAreRefused()
    {
        SafetensorsTensor tensor = SafetensorsTensor.Of("w", Device.Default.Array<float>([1], [1]));
        Assert.Contains("w", Assert.Throws<ArgumentException>(() => SafetensorsFile.Of([tensor, tensor])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Of([tensor with { Name = "__metadata__" }]));
    }

    private static byte[] File(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file, 8 + json.Length);
        return file;
    }
}
