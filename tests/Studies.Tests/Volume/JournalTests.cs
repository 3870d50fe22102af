using System.Text;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Volume;

namespace ConservativeAD.Studies.Tests.Volume;

/// <summary>The behaviour of a journal with files that are truncated, edited, or belong to another study.</summary>
public sealed class JournalTests : IDisposable
{
    private static readonly VolumeSettings Settings = new()
    {
        Depths = [1, 2],
        Widths = [16],
        Batches = [32],
        Precisions = [16, 32],
        Networks = 20,
        Samples = 96,
        Seed = 1,
        Data = "digits",
        DataIsStandIn = true,
    };

    private static readonly JournalOrigin Origin = JournalOrigin.Of("volume", Shard.Whole);

    private readonly TemporaryFolder folder = new();

    private string Path => folder[VolumeJournal.FileName];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WhatIsAppendedIsReadBack()
    {
        FinishedBlock[] blocks = WriteAll();
        using StudyJournal<VolumeSettings, FinishedBlock> journal = VolumeJournal.Open(folder.Path, Settings, Origin, resume: true);
        Assert.Equal(blocks, journal.Finished);
        Assert.Empty(journal.Notes);
        Assert.Equal(Enumerable.Range(0, blocks.Length).Select(unit => (long)unit), blocks.Select(block => Settings.UnitOf(block.Row, block.Block)).Order());
    }

    [Fact]
    public void EveryCutLosesAtMostTheLastLineAndSaysSo()
    {
        FinishedBlock[] blocks = WriteAll();
        byte[] whole = File.ReadAllBytes(Path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..length]);
            using (StudyJournal<VolumeSettings, FinishedBlock> journal = VolumeJournal.Open(folder.Path, Settings, Origin, resume: true))
            {
                int lines = whole[..length].Count(letter => letter == (byte)'\n');
                Assert.Equal(blocks[..Math.Max(0, lines - 1)], journal.Finished);
                Assert.Equal(length > 0 && whole[length - 1] != (byte)'\n', journal.Notes.Count == 1);
            }

            // The incomplete line is removed, so that appended text starts on a new line.
            Assert.Equal((byte)'\n', File.ReadAllBytes(Path)[^1]);
        }
    }

    [Fact]
    public void EveryChangedByteIsFoundAndItsLineNamed()
    {
        WriteAll();
        byte[] whole = File.ReadAllBytes(Path);
        for (int place = 0; place < whole.Length - 1; place++)
        {
            byte[] changed = [.. whole];
            changed[place] ^= (byte)(1 << (place % 7));
            if (changed[place] == (byte)'\n' || whole[place] == (byte)'\n')
                continue;
            int line = 1 + whole[..place].Count(letter => letter == (byte)'\n');
            string message = Refused(changed);
            Assert.Contains($"Line {line} ", message, StringComparison.Ordinal);
            Assert.Contains("--resume", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnEditedCountIsFound()
    {
        WriteAll();
        string text = File.ReadAllText(Path);
        Assert.Contains("\"hits\":3", text, StringComparison.Ordinal);
        int place = text.IndexOf("\"hits\":3", StringComparison.Ordinal);
        Assert.Contains("checksum", Refused(Encoding.UTF8.GetBytes(text[..place] + "\"hits\":8" + text[(place + 8)..])), StringComparison.Ordinal);
    }

    [Fact]
    public void ARepeatedLineCountsOnce()
    {
        FinishedBlock[] blocks = WriteAll();
        string[] lines = File.ReadAllLines(Path);
        File.WriteAllLines(Path, [.. lines, lines[3]]);
        using StudyJournal<VolumeSettings, FinishedBlock> journal = VolumeJournal.Open(folder.Path, Settings, Origin, resume: true);
        Assert.Equal(blocks, journal.Finished);
        Assert.Contains($"Line {lines.Length + 1} ", Assert.Single(journal.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void TwoLinesThatDisagreeAreRefused()
    {
        FinishedBlock[] blocks = WriteAll();
        using (StudyJournal<VolumeSettings, FinishedBlock> journal = VolumeJournal.Open(folder.Path, Settings, Origin, resume: true))
            journal.Append(blocks[2] with { Outcome = blocks[2].Outcome with { Hits = 2 } });
        Assert.Contains("something else of unit 2 than line 4",
            Assert.Throws<InvalidDataException>(() => VolumeJournal.Open(folder.Path, Settings, Origin, resume: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinesOfAnotherStudyAreRefused()
    {
        WriteAll(Settings with { Seed = 2 });
        string foreign = File.ReadAllLines(Path)[1];
        WriteAll();
        string[] lines = File.ReadAllLines(Path);
        lines[1] = foreign;
        Assert.Contains("Line 2 ", Refused(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 0, 8, 0, 0, 1, 0, "no unit of this study")]
    [InlineData(16, 3, 4, 0, 0, 1, 0, "no unit of this study")]
    [InlineData(16, 0, 8, 9, 0, 1, 0, "counts cannot be")]
    [InlineData(16, 0, 8, 1, 2, 1, 0, "counts cannot be")]
    [InlineData(16, 0, 8, 0, 0, 1, 2, "counts cannot be")]
    [InlineData(16, 2, 8, 0, 0, 1, 0, "counts cannot be")]
    public void UnitsThatCannotBeAreRefusedThoughTheirChecksumIsRight(int precision, int block, int networks, int hits, int first, long evaluations, long zeros,
        string culprit)
    {
        // Settings with more precisions and networks write it under a line of these.
        VolumeSettings wider = Settings with { Precisions = [16, 32, 64], Networks = 32 };
        string header = HeaderOf(Settings);
        using (StudyJournal<VolumeSettings, FinishedBlock> journal = VolumeJournal.Open(folder.Path, wider, Origin, resume: false))
            journal.Append(new FinishedBlock(new RowKey(precision, 1, 16, 32), block, new NetworkOutcome(networks, hits, first, evaluations, zeros), 1));
        string content = File.ReadAllLines(Path)[1][("{\"sum\":\"".Length + 16 + 2)..];
        string line = StudyJournal<VolumeSettings, FinishedBlock>.LineOf(StudyJournal<VolumeSettings, FinishedBlock>.HeaderOf(Settings, Origin), content);
        Assert.Contains(culprit, Refused(Encoding.UTF8.GetBytes(header + "\n" + line)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"depths\":[1],\"widths\":[16]}\n", "earlier version")]
    [InlineData("\n", "Line 1")]
    [InlineData("PK\u0003\u0004\n", "Line 1")]
    [InlineData("{\"sum\":\"0123456789abcdef\",\"journal\":2,\"settings\":{}}\n", "earlier version")]
    [InlineData("{\"sum\":\"0123456789abcdef\",\"journal\":3}\n", "Line 1")]
    public void OtherFilesAreRefusedWithTheRemedy(string text, string culprit)
    {
        string message = Refused(Encoding.UTF8.GetBytes(text));
        Assert.Contains(culprit, message, StringComparison.Ordinal);
        Assert.Contains("--resume", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndlessLineIsRefusedAndTakesLittleMemory()
    {
        WriteAll();
        using (FileStream file = new(Path, FileMode.Append))
            file.SetLength(file.Length + (64 << 20));
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => VolumeJournal.Open(folder.Path, Settings, Origin, resume: true)).Message;
        Assert.Contains("longer than", message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    private static string HeaderOf(VolumeSettings settings)
    {
        using TemporaryFolder other = new();
        VolumeJournal.Open(other.Path, settings, Origin, resume: false).Dispose();
        return File.ReadAllLines(other[VolumeJournal.FileName])[0];
    }

    private FinishedBlock[] WriteAll(VolumeSettings? settings = null)
    {
        VolumeSettings study = settings ?? Settings;
        List<FinishedBlock> blocks = [];
        using StudyJournal<VolumeSettings, FinishedBlock> journal = VolumeJournal.Open(folder.Path, study, Origin, resume: false);
        foreach (RowKey row in study.RowKeys())
        {
            for (int block = 0; block < study.BlocksOfRow(); block++)
            {
                FinishedBlock finished = new(row, block, new NetworkOutcome(study.NetworksOf(block), 3, 2, 1000, 5), 0.25 * block);
                journal.Append(finished);
                blocks.Add(finished);
            }
        }

        return [.. blocks];
    }

    private string Refused(byte[] bytes)
    {
        File.WriteAllBytes(Path, bytes);
        Exception problem = Assert.ThrowsAny<Exception>(() => VolumeJournal.Open(folder.Path, Settings, Origin, resume: true));
        Assert.True(problem is InvalidDataException or UsageException, problem.ToString());
        Assert.Contains(Path, problem.Message, StringComparison.Ordinal);
        Assert.InRange(problem.Message.Length, 1, 1000);
        Assert.Equal(bytes, File.ReadAllBytes(Path));
        return problem.Message;
    }
}
