using System.Text;
using ConservativeAD.Studies;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Volume;
using VolumeUnits = ConservativeAD.Studies.Reports.StudyJournal<ConservativeAD.Studies.Volume.VolumeSettings, ConservativeAD.Studies.Volume.FinishedBlock>;

namespace ConservativeAD.Fuzz;

/// <summary>Journals of <c>volume</c>. In any journal that is accepted, no unit occurs twice, and every unit belongs to the study.</summary>
internal sealed class JournalTarget : FuzzTarget
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
        Data = "stand-in digits",
        DataIsStandIn = true,
    };

    private static readonly JournalOrigin Origin = JournalOrigin.Of("volume", Shard.Whole);
    private static readonly JournalHeader Header = VolumeUnits.HeaderOf(Settings, Origin);

    public override string Name => "journal";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Journal(12), Journal(1), Journal(0), []];

    public override IReadOnlyList<string> Words { get; } =
    [
        "\"unit\":", "\"row\":{", "\"block\":", "\"outcome\":{", "\"hits\":", "\"seconds\":", "\"sum\":\"0123456789abcdef\",", "\"journal\":3,\"origin\":",
            "\"settings\":{", "\"precision\":64", "\"NaN\"", "\n{\"sum\":\"",
        "{\"depths\":[1],",
    ];

    public override long Read(byte[] input)
    {
        using MemoryStream stream = new(input);
        VolumeUnits.Content content = VolumeUnits.Read(stream, InputName, Header, VolumeJournal.UnitsOf(Settings));
        HashSet<long> units = [];
        foreach (FinishedBlock block in content.Finished)
        {
            if (!Settings.Has(block.Row, block.Block) || !units.Add(Settings.UnitOf(block.Row, block.Block))
                || block.Outcome.Networks != Settings.NetworksOf(block.Block))
                throw new NotSupportedException($"A unit counts twice, or is none: {block}");
        }

        if (content.Length > input.Length)
            throw new NotSupportedException("More was read than there is.");
        return content.Length;
    }

    public override bool IsDocumented(Exception problem) => problem is InvalidDataException or UsageException;

    // Repairs checksums, so that the protected content is also tested.
    public override byte[] Mend(byte[] input, Random random)
    {
        const int Before = 8 + 16 + 2;
        string[] lines = Encoding.UTF8.GetString(input).Split('\n');
        for (int i = 1; i < lines.Length - 1; i++)
        {
            if (lines[i].Length > Before)
                lines[i] = VolumeUnits.LineOf(Header, lines[i][Before..])[..^1];
        }

        if (random.Next(4) > 0)
            lines[0] = Encoding.UTF8.GetString(Seeds[2]).TrimEnd('\n');
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static byte[] Journal(int units)
    {
        string folder = Directory.CreateTempSubdirectory("conservative-ad-").FullName;
        using (VolumeUnits journal = VolumeJournal.Open(folder, Settings, Origin, resume: false))
        {
            foreach (RowKey row in Settings.RowKeys())
            {
                for (int block = 0; block < Settings.BlocksOfRow() && units-- > 0; block++)
                    journal.Append(new FinishedBlock(row, block, new NetworkOutcome(Settings.NetworksOf(block), 3, 2, 1000, 5), 0.125 * block));
            }
        }

        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, VolumeJournal.FileName));
        Directory.Delete(folder, recursive: true);
        return bytes;
    }
}
