using System.IO.Compression;

namespace ConservativeAD.Packages.Tests;

/// <summary>The packages in the hands of someone who has nothing but the .NET SDK and the folder of packages.</summary>
/// <param name="workplace">The stranger's folder. The tests have folders of their own in it.</param>
public class StrangerTests(Workplace workplace) : IClassFixture<Workplace>
{
    private const string FirstGradient = """
        using ConservativeAD;
        using ConservativeAD.Kernels;
        using ConservativeAD.Nonsmooth;
        using ConservativeAD.Scalars;

        using var tape = new Tape<float>(Device.Default, Selections.PyTorch with { ReluAtZero = 0.5 });
        Var<float> x = tape.Variable([3], [-1, 0, 2]);
        Console.WriteLine(string.Join(" ", tape.Backward(x.Relu().Sum())[x].ToArray()));
        Console.WriteLine(Clarke.Gradient(Objective.OfScalars(v => Active.Abs(v[0] - 1) + v[0]), [2]).Gradient[0]);
        """;

    private const string FirstGradientSays = "0 0.5 1\n2\n";

    [Fact]
    public void AFirstGradientNeedsOnlyAPackageReference()
    {
        string folder = workplace.Program("First", "ConservativeAD", FirstGradient);
        workplace.Run("dotnet", "build", folder, "--configuration", "Release");
        string built = Path.Combine(folder, "bin", "Release", "net10.0");
        Assert.Equal(FirstGradientSays, Lines(workplace.Run("dotnet", Path.Combine(built, "First.dll"))));

        // A program that uses the CPU gets what the CPU needs.
        Assert.Equal(
            [
                "ConservativeAD.AutoDiff.dll", "ConservativeAD.Diagnostics.dll", "ConservativeAD.Kernels.dll", "ConservativeAD.Networks.dll",
                "ConservativeAD.Optimizers.dll", "ConservativeAD.Solvers.dll", "First.dll", "MathNet.Numerics.dll",
                "Microsoft.Extensions.DependencyInjection.Abstractions.dll", "Microsoft.Extensions.Logging.Abstractions.dll", "System.Numerics.Tensors.dll",
            ],
            Directory.GetFiles(built, "*.dll", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AGpuIsSimulatedFromItsPackage()
    {
        string folder = workplace.Program("OnGpu", "ConservativeAD.Kernels.Gpu", """
            using ConservativeAD.Kernels;

            using Device gpu = Gpu.Simulated();
            NDArray<float> x = gpu.Allocate<float>([2]), y = gpu.Allocate<float>([1, 1]);
            x.CopyFrom([3, 4]);
            gpu.MatrixProduct(x.Reshape([1, 2]), x.Reshape([2, 1]), y);
            Console.WriteLine(y.ToArray()[0]);
            """);
        Assert.Equal("25\n", Lines(workplace.Run("dotnet", "run", "--project", folder)));
    }

    [Fact]
    public void NuGetObjectsToPackagesOfTwoVersions()
    {
        string other = Directory.CreateDirectory(workplace.In("another version")).FullName;
        string newer = Path.Combine(other, "ConservativeAD.Kernels.99.0.0.nupkg");
        File.Copy(Path.Combine(PackageFolder.Path, $"ConservativeAD.Kernels.{PackageFolder.Version}.nupkg"), newer);
        using (ZipArchive package = ZipFile.Open(newer, ZipArchiveMode.Update))
        {
            ZipArchiveEntry entry = package.GetEntry("ConservativeAD.Kernels.nuspec")!;
            string text;
            using (StreamReader reader = new(entry.Open()))
                text = reader.ReadToEnd();
            entry.Delete();
            using StreamWriter writer = new(package.CreateEntry("ConservativeAD.Kernels.nuspec").Open());
            writer.Write(text.Replace(PackageFolder.Version, "99.0.0", StringComparison.Ordinal));
        }

        string folder = workplace.Program("Mixed", "ConservativeAD.AutoDiff", "");
        workplace.Run("dotnet", "add", folder, "package", "ConservativeAD.Kernels", "--version", "99.0.0", "--no-restore");
        Xunit.Sdk.TrueException told = Assert.Throws<Xunit.Sdk.TrueException>(
            () => workplace.Run("dotnet", "restore", folder, $"-p:RestoreAdditionalProjectSources={other}"));
        Assert.Contains("NU1608", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AProgramCompiledAheadOfTimeBuildsWithoutWarnings()
    {
        string folder = workplace.Program("Native", "ConservativeAD", FirstGradient,
            "<PublishAot>true</PublishAot><InvariantGlobalization>true</InvariantGlobalization>");
        string? compiler = new[] { "clang", "gcc" }.FirstOrDefault(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(path => File.Exists(Path.Combine(path, name))));
        Assert.SkipWhen(compiler is null, "A program compiled ahead of time is linked by clang or gcc; there is neither.");
        string platform = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;
        workplace.Run("dotnet", "publish", folder, "--runtime", platform, "--output", workplace.In("published"), "-p:CppCompilerAndLinker=" + compiler);
        Assert.Equal(FirstGradientSays, Lines(workplace.Run(workplace.In("published", "Native"))));
        Assert.False(File.Exists(workplace.In("published", "ConservativeAD.AutoDiff.dll")));
    }

    [Fact]
    public void TheToolIsInstalledAndRuns()
    {
        workplace.Run("dotnet", "tool", "install", "conservative-ad", "--version", PackageFolder.Version, "--tool-path", "tools");
        string tool = workplace.In("tools", "conservative-ad");
        Assert.StartsWith(PackageFolder.Version, workplace.Run(tool, "--version"), StringComparison.Ordinal);
        workplace.Run(tool, "volume", "--depths", "1", "--networks", "2", "--samples", "512", "--out", "results");
        Assert.True(new FileInfo(workplace.In("results", "results.json")).Length > 0);
        // Drawn by the native libraries.
        Assert.NotEmpty(Directory.GetFiles(workplace.In("results"), "*.png"));

        string[] files = [.. Directory.GetFiles(workplace.In("tools"), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".nupkg", StringComparison.Ordinal))];
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, 30_000_000);
        Assert.DoesNotContain(files, file => Path.GetFileName(file) is "libSkiaSharp.pdb" or "libHarfBuzzSharp.pdb");
    }

    [Fact]
    public void TheTemplateMakesAProgramThatRuns()
    {
        workplace.Run("dotnet", "new", "install", Path.Combine(PackageFolder.Path, $"ConservativeAD.Templates.{PackageFolder.Version}.nupkg"));
        workplace.Run("dotnet", "new", "conservative-ad", "--output", "My first kink");
        string printed = Lines(workplace.Run("dotnet", "run", "--project", "My first kink"));
        Assert.Contains("relu'(0) = 0.5: the gradient of relu at -1, 0, 2 is 0 0.5 1\n", printed, StringComparison.Ordinal);
        Assert.Contains("backpropagation 0, the truth 1\n", printed, StringComparison.Ordinal);
        Assert.EndsWith("1 xor 1: 0 1 1 0\n", printed, StringComparison.Ordinal);
    }

    private static string Lines(string text) => text.ReplaceLineEndings("\n");
}
