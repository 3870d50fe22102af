using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;

namespace ConservativeAD.Studies.Reports;

/// <summary>
/// A file of events that TensorBoard shows: numbers by name and step. Records have the framing of TensorFlow's TFRecord (length, checksum of the length, bytes,
/// checksum of the bytes); a record is a message Event with a Summary of simple values.
/// </summary>
/// <remarks>
/// The messages: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. The framing: tensorflow/core/lib/io/record_writer.cc.
/// </remarks>
internal sealed class EventFile : IDisposable
{
    /// <summary>TensorBoard looks for this in the names of files.</summary>
    public const string Prefix = "events.out.tfevents.";

    private const string Suffix = ".conservative-ad";
    private const string Version = "brain.Event:2";
    private const uint MaskDelta = 0xa282ead8;
    private const int MaskShift = 15;

    // The fields of Event, Summary and Summary.Value, with their wire types.
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int Summary = 5;
    private const int Values = 1;
    private const int Tag = 1;
    private const int SimpleValue = 2;

    private readonly FileStream file;

    private EventFile(FileStream file) => this.file = file;

    /// <summary>Makes the file of a run, and removes those of earlier runs in the folder.</summary>
    /// <param name="folder">The folder for results, which exists and is locked.</param>
    public static EventFile Create(string folder)
    {
        foreach (string earlier in Directory.GetFiles(folder, $"{Prefix}*{Suffix}"))
            File.Delete(earlier);
        string name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}{Suffix}");
        EventFile events = new(new FileStream(Path.Combine(folder, name), FileMode.Create, FileAccess.Write, FileShare.ReadWrite));
        events.Write(output =>
        {
            output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
            output.WriteString(Version);
        });
        return events;
    }

    /// <summary>Appends the numbers of a step, which a reader sees at once.</summary>
    /// <param name="step">The step.</param>
    /// <param name="values">The numbers, by name; names with a slash are grouped.</param>
    public void Append(int step, IReadOnlyList<(string Name, double Value)> values) => Write(output =>
    {
        output.WriteTag(Step, WireFormat.WireType.Varint);
        output.WriteInt64(step);
        output.WriteTag(Summary, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(Message(summary =>
        {
            foreach ((string name, double value) in values)
            {
                summary.WriteTag(Values, WireFormat.WireType.LengthDelimited);
                summary.WriteBytes(Message(one =>
                {
                    one.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
                    one.WriteString(name);
                    one.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
                    one.WriteFloat((float)value);
                }));
            }
        }));
    });

    public void Dispose() => file.Dispose();

    private void Write(Action<CodedOutputStream> content)
    {
        byte[] bytes = Message(output =>
        {
            output.WriteTag(WallTime, WireFormat.WireType.Fixed64);
            output.WriteDouble(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
            content(output);
        }).ToByteArray();
        byte[] record = new byte[sizeof(ulong) + sizeof(uint) + bytes.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedSum(record.AsSpan(0, sizeof(ulong))));
        bytes.CopyTo(record, sizeof(ulong) + sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), MaskedSum(bytes));
        file.Write(record);
        file.Flush();
    }

    private static ByteString Message(Action<CodedOutputStream> write)
    {
        using MemoryStream memory = new();
        using (CodedOutputStream output = new(memory, leaveOpen: true))
            write(output);
        return ByteString.CopyFrom(memory.ToArray());
    }

    private static uint MaskedSum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte one in bytes)
            sum = BitOperations.Crc32C(sum, one);
        return BitOperations.RotateRight(~sum, MaskShift) + MaskDelta;
    }
}
