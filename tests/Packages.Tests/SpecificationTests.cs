using System.IO.Compression;
using System.Text;
using ConservativeAD.Tests;

namespace ConservativeAD.Packages.Tests;

/// <summary>What the packages hold and what they say of themselves.</summary>
public class SpecificationTests
{
    // Dependencies that are not written down come along through these. An own package is asked for in the same version.
    private static readonly Dictionary<string, string[]> Dependencies = new()
    {
        ["ConservativeAD"] =
        [
            "ConservativeAD.AutoDiff", "ConservativeAD.Diagnostics", "ConservativeAD.Kernels", "ConservativeAD.Networks", "ConservativeAD.Optimizers",
            "ConservativeAD.Solvers",
        ],
        ["ConservativeAD.Kernels"] = ["System.Numerics.Tensors"],
        ["ConservativeAD.Kernels.Gpu"] = ["ConservativeAD.Kernels", "ILGPU"],
        ["ConservativeAD.AutoDiff"] = ["ConservativeAD.Kernels"],
        ["ConservativeAD.Networks"] = ["ConservativeAD.AutoDiff"],
        ["ConservativeAD.Networks.Onnx"] = ["ConservativeAD.Networks", "Google.Protobuf"],
        ["ConservativeAD.Optimizers"] = ["ConservativeAD.AutoDiff"],
        ["ConservativeAD.Solvers"] = ["ConservativeAD.Optimizers", "MathNet.Numerics"],
        ["ConservativeAD.Diagnostics"] = ["ConservativeAD.Solvers", "MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions"],
        ["ConservativeAD.Distributed"] = ["ConservativeAD.Networks", "ConservativeAD.Optimizers"],
        ["ConservativeAD.Solutions"] = ["ConservativeAD.Solvers", "MathNet.Numerics"],
        ["ConservativeAD.Templates"] = [],
        ["conservative-ad"] = [],
        ["conservative-ad.linux-x64"] = [],
        ["conservative-ad.linux-arm64"] = [],
        ["conservative-ad.osx-arm64"] = [],
        ["conservative-ad.win-x64"] = [],
    };

    private static readonly string[] WithoutAssembly = ["ConservativeAD", "ConservativeAD.Templates"];

    public static TheoryData<string> All => [.. Dependencies.Keys];

    public static TheoryData<string> Libraries =>
        [.. Dependencies.Keys.Where(id => id.StartsWith("ConservativeAD", StringComparison.Ordinal)).Except(WithoutAssembly)];

    [Fact]
    public void TheFolderHoldsThesePackagesOnce() =>
        Assert.Equal(Dependencies.Keys.Order(StringComparer.Ordinal), PackageFolder.Ids().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void APackageDependsOnTheseOnly(string id)
    {
        Specification specification = PackageFolder.Specification(id);
        Assert.Equal(PackageFolder.Version, specification.Metadata("version"));
        Assert.Equal(Dependencies[id], specification.Dependencies.Select(dependency => dependency.Id).Order(StringComparer.Ordinal));
        Assert.All(specification.Dependencies.Where(dependency => Dependencies.ContainsKey(dependency.Id)),
            dependency => Assert.Equal($"[{PackageFolder.Version}]", dependency.Version));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void APackageSaysWhatItIs(string id)
    {
        Specification specification = PackageFolder.Specification(id);
        Assert.Equal(("MIT", "expression"), (specification.Metadata("license"), specification.Metadata("license", "type")));
        Assert.InRange(specification.Metadata("description").Length, 60, 400);
        Assert.InRange(specification.Metadata("tags").Split(' ').Distinct().Count(), 4, 12);
        Assert.Equal("The ConservativeAD authors", specification.Metadata("authors"));
        Assert.StartsWith("https://", specification.Metadata("projectUrl"), StringComparison.Ordinal);
        Assert.StartsWith("https://", specification.Metadata("repository", "url"), StringComparison.Ordinal);
        Assert.Equal("git", specification.Metadata("repository", "type"));
        if (Directory.Exists(Path.Combine(Repository.Root, ".git")))
            Assert.Equal(40, specification.Metadata("repository", "commit").Length);
        using ZipArchive package = PackageFolder.Open(id);
        Assert.StartsWith("# " + id.Split(".linux")[0].Split(".osx")[0].Split(".win")[0], Text(package, specification.Metadata("readme")),
            StringComparison.Ordinal);
        Assert.InRange(package.GetEntry(specification.Metadata("icon"))!.Length, 500, 100_000);
    }

    [Fact]
    public void NoTwoLibrariesAreDescribedAlike()
    {
        string[] ids = [.. Libraries.Select(row => row.Data), .. WithoutAssembly, "conservative-ad"];
        Assert.Equal(ids.Length, ids.Select(id => PackageFolder.Specification(id).Metadata("description")).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void ALibraryComesWithDocumentationAndSymbols(string id)
    {
        using ZipArchive package = PackageFolder.Open(id);
        Assert.Equal([$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"],
            package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("<member name=", Text(package, $"lib/net10.0/{id}.xml"), StringComparison.Ordinal);
        using ZipArchive symbols = PackageFolder.Open(id, "snupkg");
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{id}.pdb"));
    }

    [Fact]
    public void NoFileKnowsWhereItWasBuilt()
    {
        byte[] root = Encoding.UTF8.GetBytes(Repository.Root.TrimEnd(Path.DirectorySeparatorChar));
        List<string> found = [];
        foreach ((string id, string extension) in PackageFolder.Ids().Select(id => (id, "nupkg"))
            .Concat(PackageFolder.Ids("snupkg").Select(id => (id, "snupkg"))))
        {
            using ZipArchive package = PackageFolder.Open(id, extension);
            found.AddRange(package.Entries.Where(entry => Bytes(entry).AsSpan().IndexOf(root) >= 0).Select(entry => $"{id}: {entry.FullName}"));
        }

        Assert.Empty(found);
    }

    [Fact]
    public void TheToolsPackagesHaveTheNativeLibrariesOfOnePlatform()
    {
        Dictionary<string, string[]> natives = new()
        {
            ["linux-x64"] = ["libHarfBuzzSharp.so", "libSkiaSharp.so"],
            ["linux-arm64"] = ["libHarfBuzzSharp.so", "libSkiaSharp.so"],
            ["osx-arm64"] = ["libHarfBuzzSharp.dylib", "libSkiaSharp.dylib"],
            ["win-x64"] = ["libHarfBuzzSharp.dll", "libSkiaSharp.dll"],
        };
        Assert.Equal(["DotnetTool"], PackageFolder.Specification("conservative-ad").Types);
        foreach ((string platform, string[] expected) in natives)
        {
            using ZipArchive package = PackageFolder.Open("conservative-ad." + platform);
            Assert.Equal(expected,
                package.Entries.Select(entry => entry.Name).Where(name => name.StartsWith("lib", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.InRange(package.Entries.Sum(entry => entry.Length), 1, 30_000_000);
            if (platform == "osx-arm64")
            {
                // MH_MAGIC_64 of mach-o/loader.h and CPU_TYPE_ARM64 of mach/machine.h: one processor's code and no other's.
                Assert.All(package.Entries.Where(entry => entry.Name.EndsWith(".dylib", StringComparison.Ordinal)), entry =>
                {
                    using BinaryReader library = new(entry.Open());
                    Assert.Equal((0xFEEDFACFu, 0x0100000Cu), (library.ReadUInt32(), library.ReadUInt32()));
                });
            }
            // What is listed and missing keeps a program from starting.
            string listed = Text(package, $"tools/net10.0/{platform}/conservative-ad.deps.json");
            Assert.DoesNotContain("SkiaSharp.pdb", listed, StringComparison.Ordinal);
            Assert.All(expected, name => Assert.Contains(name, listed, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void TheTemplateAsksForThePackagesOfItsVersion()
    {
        Assert.Equal(["Template"], PackageFolder.Specification("ConservativeAD.Templates").Types);
        using ZipArchive package = PackageFolder.Open("ConservativeAD.Templates");
        Assert.Contains($"<PackageReference Include=\"ConservativeAD\" Version=\"{PackageFolder.Version}\" />",
            Text(package, "content/console/FirstKink.csproj"), StringComparison.Ordinal);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        byte[] bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Text(ZipArchive package, string name) =>
        Encoding.UTF8.GetString(Bytes(package.GetEntry(name) ?? throw new FileNotFoundException($"The package has no file {name}."))).TrimStart('\uFEFF');
}
