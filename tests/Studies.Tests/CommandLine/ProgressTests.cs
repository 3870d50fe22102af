using System.Collections.Concurrent;
using System.Text;
using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>What long commands tell on the error stream while they work.</summary>
public class ProgressTests
{
    [Theory]
    [InlineData(0.42, 0.42, 130, "runs, 42 %, about 3 min left")]
    [InlineData(0.5, 0.25, 10, "runs, 50 %, about 20 s left")]
    [InlineData(0, 0, 10, "runs, 0 %")]
    [InlineData(0.01, 0.01, 600, "runs, 1 %, about 16.5 h left")]
    public void ProgressTellsWhatIsLeft(double share, double own, double seconds, string line) =>
        Assert.Equal(line, ProgressNotes.Line("runs", share, own, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void ALogHasALineAfterTheOtherWithWhatIsDoneSinceTheStart()
    {
        using Lines lines = new();
        using ProgressNotes notes = new(new Terminal(TextWriter.Null, lines, CancellationToken.None), "starting", 4);
        notes.Begin(2);
        notes.Describe("epoch 3");
        Assert.Equal("epoch 3, 50 %", lines.Next());
        notes.Add(0.5);
        notes.Add(0.5);
        Assert.StartsWith("epoch 3, 75 %, about ", lines.Next(), StringComparison.Ordinal);
        Assert.EndsWith(" left", lines.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public void AStageIsToldAtOnceAndNothingAfterItsEnd()
    {
        using Lines lines = new();
        using (StageNotes notes = new(new Terminal(TextWriter.Null, lines, CancellationToken.None)))
        {
            notes.Begin("one");
            Assert.StartsWith("one", lines.Next(), StringComparison.Ordinal);
            notes.Begin("two");
            Assert.StartsWith("two", lines.Next(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\e', lines.Everything);
    }

    // A log whose reader waits for the next line.
    private sealed class Lines : TextWriter
    {
        private readonly BlockingCollection<string> written = [];
        private readonly StringBuilder all = new();

        public override Encoding Encoding => Encoding.UTF8;

        public string Everything => all.ToString();

        public string Next() => written.Take(TestContext.Current.CancellationToken);

        public override void Write(char value) => all.Append(value);

        public override void WriteLine(string? value)
        {
            all.Append(value).Append('\n');
            written.Add(value ?? "");
        }
    }
}
