using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Fuzz;

/// <summary>Records of CIFAR-10.</summary>
internal sealed class CifarTarget : FuzzTarget
{
    private const int Record = 3073;

    public override string Name => "cifar";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Records(1), Records(2), Records(3)];

    public override long Read(byte[] input)
    {
        // Two files, because training images come in several files.
        int half = input.Length / Record / 2 * Record;
        using MemoryStream first = new(input, 0, half), second = new(input, half, input.Length - half);
        return Cifar10.Read(half > 0 ? [(first, InputName), (second, InputName)] : [(second, InputName)]).Pixels.Length;
    }

    public override bool IsDocumented(Exception problem) => problem is InvalidDataException;

    // Whole records.
    public override byte[] Mend(byte[] input, Random random) => input[..(input.Length / Record * Record)];

    private static byte[] Records(int count)
    {
        byte[] bytes = new byte[count * Record];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = i % Record == 0 ? (byte)(i / Record % 10) : (byte)i;
        return bytes;
    }
}
