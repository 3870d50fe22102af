using System.Text.RegularExpressions;
using ConservativeAD.Tests;

namespace ConservativeAD.Samples.Tests;

/// <summary>Every program in <c>samples</c> runs by <c>dotnet run</c>, from another folder, and prints what the comment at its end says.</summary>
public class SampleTests
{
    private const int MaximumLines = 60;

    // The libraries were built with the tests. Building them again takes time, and two builds at once would write the same files.
    private const string LibrariesAsTheyAre = "-p:BuildProjectReferences=false";

    public static TheoryData<string> Names => [.. SampleFile.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ItPrintsWhatItSays(string name)
    {
        SampleFile sample = new(name);
        if (sample.IsForWeb)
        {
            (_, string runtimes, _) = await DotnetCommand.RunAsync("--list-runtimes");
            Assert.SkipUnless(runtimes.Contains("Microsoft.AspNetCore.App 10.", StringComparison.Ordinal), "The runtime of ASP.NET Core 10 is not installed.");
        }

        (int status, string output, string errors) = await DotnetCommand.RunAsync("run", sample.FullName, "-c", DotnetCommand.Configuration,
            LibrariesAsTheyAre);
        Assert.True(status == 0, $"{name} ended with {status}.\n{output}\n{errors}");
        sample.CheckOutput(output);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ItIsShort(string name) => Assert.InRange(new SampleFile(name).Lines.Length, 1, MaximumLines - 1);

    [Fact]
    public void ThereAreTwelveAtLeast() => Assert.True(SampleFile.Names.Count() >= 12);

    [Theory]
    [MemberData(nameof(Names))]
    public void TheListNamesItAndWhatItPrints(string name)
    {
        string page = File.ReadAllText(Path.Combine(SampleFile.Folder, "README.md"));
        Match row = Regex.Match(page, $@"^\| \[`{Regex.Escape(name)}`\]\({Regex.Escape(name)}\) \|.*\| `([^`]*)` \|", RegexOptions.Multiline);
        Assert.True(row.Success, $"samples/README.md has no row for {name}.");
        Assert.Contains(new SampleFile(name).Output, line => line.Contains(row.Groups[1].Value, StringComparison.Ordinal));
    }

    [Fact]
    public void TheFirstOneStandsInTheReadme()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        string[] program = new SampleFile("kink.cs").Program;
        Assert.Contains(string.Join("\n", program.SkipWhile(line => line.StartsWith("#:", StringComparison.Ordinal))).TrimEnd(), page,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneIsPublishedAsANativeProgram()
    {
        SampleFile sample = new("native-aot.cs");
        string? linker = Linkers.FirstOrDefault(IsInstalled);
        Assert.SkipWhen(linker is null, "There is no linker: neither clang nor gcc.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("native-");
        try
        {
            (int status, string output, string errors) = await DotnetCommand.RunAsync(
                "publish", sample.FullName, "-c", DotnetCommand.Configuration, LibrariesAsTheyAre, $"-p:CppCompilerAndLinker={linker}", "-o", folder.FullName);
            Assert.SkipWhen(status != 0 && output.Contains("ILCompiler", StringComparison.Ordinal) && output.Contains("error NU", StringComparison.Ordinal),
                "The native compiler, a package, cannot be restored.");
            Assert.True(status == 0, $"{output}\n{errors}");
            Assert.DoesNotContain("warning", output, StringComparison.Ordinal);
            (status, output, errors) = await DotnetCommand.RunProgramAsync(Path.Combine(folder.FullName, "native-aot"));
            Assert.True(status == 0, $"{output}\n{errors}");
            sample.CheckOutput(output.Replace("compiled ahead of time: True", "compiled ahead of time: False", StringComparison.Ordinal));
            Assert.Contains("compiled ahead of time: True", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] Linkers => OperatingSystem.IsWindows() ? [] : ["clang", "gcc"];

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
