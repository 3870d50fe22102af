using System.Buffers.Binary;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;
using Google.Protobuf;

namespace ConservativeAD.Studies.Tests.Reports;

/// <summary>Files of events, read by a reader that shares no code with the writer.</summary>
public class EventFileTests
{
    [Fact]
    public void TheChecksumIsThatOfTheStandard()
    {
        // RFC 3720, appendix B.4: CRC32C of 32 zero bytes, and of "123456789" by common reference.
        Assert.Equal(0x8A9136AAu, Sum(new byte[32]));
        Assert.Equal(0xE3069283u, Sum("123456789"u8));
    }

    [Fact]
    public void WhatIsWrittenIsReadByTheFormat()
    {
        using TemporaryFolder folder = new();
        using (EventFile file = EventFile.Create(folder.Path))
        {
            file.Append(1, [("loss/training", 0.5), ("Genauigkeit ∂", double.NaN)]);
            file.Append(2, []);
            file.Append(int.MaxValue, [("x", double.PositiveInfinity), ("y", -0.0), ("z", 1e300)]);
        }

        List<(string? Version, long Step, List<(string Tag, float Value)> Values)> events = Read(Assert.Single(Directory.GetFiles(folder.Path)));
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal((1, 2), (events[1].Step, events[1].Values.Count));
        Assert.Equal(("loss/training", 0.5f), events[1].Values[0]);
        Assert.Equal("Genauigkeit ∂", events[1].Values[1].Tag);
        Assert.True(float.IsNaN(events[1].Values[1].Value));
        Assert.Empty(events[2].Values);
        Assert.Equal(int.MaxValue, events[3].Step);
        Assert.Equal([float.PositiveInfinity, -0.0f, float.PositiveInfinity], events[3].Values.Select(value => value.Value));
    }

    [Fact]
    public void TrainingWritesItsCurvesAndAContinuedRunAllOfThem()
    {
        using TemporaryFolder folder = new();
        string[] tiny = ["train", "mlp", "--hidden", "8", "--samples", "64", "--batch", "16", "--data", "", "--tensorboard", "--out", folder["out"], "--json"];
        Assert.Equal(ExitCode.Success, Ran.Program([.. tiny, "--epochs", "3"]).ExitCode);
        string first = Assert.Single(Directory.GetFiles(folder["out"], EventFile.Prefix + "*"));
        List<(string? Version, long Step, List<(string Tag, float Value)> Values)> events = Read(first);
        Assert.Equal([1L, 2L, 3L], events.Skip(1).Select(one => one.Step));
        Assert.Equal(["loss/training", "loss/test", "accuracy/training", "accuracy/test", "learning rate", "relus at exactly 0"],
            events[1].Values.Select(value => value.Tag));
        Assert.All(events.Skip(1), one => Assert.InRange(one.Values[2].Value, 0, 1));
        // A cosine ends at 0.
        Assert.True(events[3].Values[4].Value < events[1].Values[4].Value);
        Assert.Equal(ExitCode.Success, Ran.Program([.. tiny, "--epochs", "3", "--resume"]).ExitCode);
        Assert.Equal([1L, 2L, 3L], Read(Assert.Single(Directory.GetFiles(folder["out"], EventFile.Prefix + "*"))).Skip(1).Select(one => one.Step));
    }

    private static List<(string? Version, long Step, List<(string Tag, float Value)> Values)> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<(string?, long, List<(string, float)>)> events = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(Masked(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Event(bytes.AsSpan(at + 12, length).ToArray()));
            at += 16 + length;
        }

        return events;
    }

    private static (string? Version, long Step, List<(string Tag, float Value)> Values) Event(byte[] bytes)
    {
        string? version = null;
        long step = 0;
        double time = 0;
        List<(string, float)> values = [];
        CodedInputStream input = new(bytes);
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    time = input.ReadDouble();
                    break;
                case 2:
                    step = input.ReadInt64();
                    break;
                case 3:
                    version = input.ReadString();
                    break;
                default:
                    CodedInputStream summary = input.ReadBytes().CreateCodedInput();
                    while (summary.ReadTag() != 0)
                    {
                        CodedInputStream value = summary.ReadBytes().CreateCodedInput();
                        Assert.Equal(1, WireFormat.GetTagFieldNumber(value.ReadTag()));
                        string name = value.ReadString();
                        Assert.Equal(2, WireFormat.GetTagFieldNumber(value.ReadTag()));
                        values.Add((name, value.ReadFloat()));
                    }

                    break;
            }
        }

        Assert.InRange(time, 1.6e9, 1e11);
        return (version, step, values);
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint sum = Sum(bytes);
        return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
    }

    // Bit by bit, with Castagnoli's polynomial reflected.
    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0xFFFFFFFF;
        foreach (byte one in bytes)
        {
            sum ^= one;
            for (int bit = 0; bit < 8; bit++)
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0x82F63B78 : sum >> 1;
        }

        return ~sum;
    }
}
