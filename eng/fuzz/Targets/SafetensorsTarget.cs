using System.Buffers.Binary;
using System.Text;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Fuzz;

/// <summary>safetensors and parameter files: parsed from memory, read as a stream, and loaded into a network; the three must agree.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    private static readonly Module<float> Network = Models.Mlp<float>([2, 3, 2], new Initializer(Device.Default, 1), batchNorm: true);

    public override string Name => "safetensors";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Saved(),
        SafetensorsFile.Of([]).ToBytes(),
        File(
            """{"__metadata__":{"format":"pt"},"h":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}"""
                + ""","f":{"dtype":"F32","shape":[],"data_offsets":[4,8]},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}   """, 16),
        File(
            """{"a":{"dtype":"U8","shape":[0,3],"data_offsets":[0,0]}"""
                + ""","b":{"data_offsets":[0,2],"extra":[{"x":null}],"shape":[1,1,1,1,1,1,1,2],"dtype":"BOOL"}}""", 2),
    ];

    public override IReadOnlyList<string> Words { get; } =
    [
        "\"dtype\":", "\"shape\":[", "\"data_offsets\":[0,4]", "\"__metadata__\":{", "\"F16\"", "\"F64\"", "\"BF16\"", "\"I8\"", "\"F99\"", "\"0.weight\"",
            "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},",
    ];

    public override long Read(byte[] input)
    {
        SafetensorsFile? parsed = null;
        InvalidDataException? refusal = null;
        try
        {
            parsed = SafetensorsFile.Parse(input, InputName);
        }
        catch (InvalidDataException problem)
        {
            refusal = problem;
        }

        SafetensorsFile? read = null;
        try
        {
            using MemoryStream stream = new(input);
            read = SafetensorsFile.Read(stream, InputName);
        }
        catch (InvalidDataException problem) when (refusal is not null && refusal.Message == problem.Message)
        {
            throw;
        }

        if (parsed is null || read is null || !parsed.Tensors.Keys.SequenceEqual(read.Tensors.Keys))
            throw new NotSupportedException("Parse and Read do not agree.");
        Load(input);
        return read.Tensors.Values.Sum(tensor => (long)tensor.Bytes.Length);
    }

    // A file that does not belong to this network must not change it.
    private static void Load(byte[] input)
    {
        foreach (Parameter<float> parameter in Network.Parameters)
            parameter.Value.CopyFrom(new float[parameter.Value.Count]);
        try
        {
            using MemoryStream stream = new(input);
            ParameterFile.Load(stream, InputName, Network, convert: true);
        }
        catch (InvalidDataException problem) when (problem.Message.Contains(InputName, StringComparison.Ordinal) && problem.Message.Length < 2000)
        {
            if (Network.Parameters.Any(parameter => parameter.Value.ToArray().Any(element => element != 0)))
                throw new NotSupportedException("A refused file has changed the network.");
        }
    }

    public override bool IsDocumented(Exception problem) => problem is InvalidDataException;

    public override byte[] Mend(byte[] input, Random random) => WithHeaderLength(input, random);

    /// <summary>Sets the length at the beginning to that of a header that ends at a closing brace.</summary>
    /// <param name="input">A file.</param>
    /// <param name="random">Chance.</param>
    public static byte[] WithHeaderLength(byte[] input, Random random)
    {
        if (input.Length < 10)
            return input;
        int end = Array.LastIndexOf(input, (byte)'}');
        int closing = input.AsSpan(8).IndexOf("}}"u8);
        int length = random.Next(4) == 0 || closing < 0 ? end - 7 : closing + 2;
        while (8 + length < input.Length && input[8 + Math.Max(length, 0)] == (byte)' ')
            length++;
        if (length <= 0)
            return input;
        byte[] mended = [.. input];
        BinaryPrimitives.WriteInt64LittleEndian(mended, length);
        return mended;
    }

    private static byte[] Saved()
    {
        string path = Path.GetTempFileName();
        ParameterFile.Save(path, Network, new Dictionary<string, string> { ["epoch"] = "3" });
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        System.IO.File.Delete(path);
        return bytes;
    }

    private static byte[] File(string header, int data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), file = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        return file;
    }
}
