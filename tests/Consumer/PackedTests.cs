using System.IO.Compression;

namespace Consumer;

/// <summary>These tests run what eng/pack packs: the folder of its packages is named by CONSERVATIVEAD_PACKAGES.</summary>
public class PackedTests
{
    [Fact]
    public void TheseTestsRunTheLibrariesOfThePackages()
    {
        string? folder = Environment.GetEnvironmentVariable("CONSERVATIVEAD_PACKAGES");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "CONSERVATIVEAD_PACKAGES does not name a folder of packages; eng/pack makes one.");
        int libraries = 0;
        foreach (string package in Directory.GetFiles(folder!, "ConservativeAD.*.nupkg"))
        {
            using ZipArchive archive = ZipFile.OpenRead(package);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal)
                && entry.Name.EndsWith(".dll", StringComparison.Ordinal)))
            {
                using Stream packed = entry.Open();
                byte[] bytes = new byte[entry.Length];
                packed.ReadExactly(bytes);
                byte[] tested = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, entry.Name));
                Assert.True(tested.AsSpan().SequenceEqual(bytes),
                    $"{entry.Name} of {package} is not what these tests run. Build the solution and run eng/pack.");
                libraries++;
            }
        }

        Assert.Equal(10, libraries);
    }
}
