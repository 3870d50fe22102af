using ConservativeAD.Auditor.Questions;

namespace ConservativeAD.Auditor;

/// <summary>No certificate is false.</summary>
public class AuditTests(ITestOutputHelper output)
{
    [Fact]
    public void NoCertificateIsFalse()
    {
        int programs = int.TryParse(Environment.GetEnvironmentVariable("CONSERVATIVEAD_AUDIT_PROGRAMS"), out int asked) ? asked : 300;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("CONSERVATIVEAD_AUDIT_SEED"), out int given) ? given : 1;
        Audit audit = new();
        audit.Run(seed, programs, threads: programs > 10_000 ? 2 : 1);
        string text = $"seed {seed}{Environment.NewLine}{audit.Summary()}{Environment.NewLine}{audit.Refusals(20)}{Environment.NewLine}{audit.Report()}";
        output.WriteLine(text);
        if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_AUDIT_REPORT") is { } path)
            File.WriteAllText(path, text);
        Assert.Empty(audit.Failures);
    }
}
