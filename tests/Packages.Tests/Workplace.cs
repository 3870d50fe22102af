using System.Diagnostics;

namespace ConservativeAD.Packages.Tests;

/// <summary>
/// An empty folder outside the repository, with spaces in its name, where the packages can be restored from. NuGet's and dotnet's own folders are new too, so
/// nothing that was restored before is used.
/// </summary>
public sealed class Workplace : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Lazy<string> root = new(Made);

    // The SDK cannot link a native program where the packages' folder has a space in its name.
    private readonly Lazy<string> unpacked = new(() => Directory.CreateTempSubdirectory("strangers-packages-").FullName);

    /// <summary>The path of something in the folder.</summary>
    public string In(params string[] path) => Path.Combine([root.Value, .. path]);

    /// <summary>A program of one file that refers to a package.</summary>
    /// <returns>The project's folder.</returns>
    public string Program(string name, string package, string code, string properties = "")
    {
        string folder = Directory.CreateDirectory(In(name)).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{PackageFolder.Version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), code);
        return folder;
    }

    /// <summary>Runs a program in the folder and returns what it wrote. It must end with 0.</summary>
    public string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = In(), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NUGET_PACKAGES"] = unpacked.Value;
        start.Environment["DOTNET_CLI_HOME"] = In("home of dotnet");
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // Servers that outlive a build would keep the folder in use.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        // These are the test runner's own.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
            && name is not "MSBUILDDISABLENODEREUSE").ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        string written = output.Result + errors.Result;
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(" ", arguments)} ended with {process.ExitCode}:\n{written}");
        return written;
    }

    public void Dispose()
    {
        foreach (Lazy<string> folder in new[] { root, unpacked }.Where(folder => folder.IsValueCreated))
            Directory.Delete(folder.Value, recursive: true);
    }

    private static string Made()
    {
        string source = System.Security.SecurityElement.Escape(PackageFolder.Path), folder = Directory.CreateTempSubdirectory("a stranger's folder ").FullName;
        // Added to the sources that the machine is configured with.
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{source}" />
              </packageSources>
            </configuration>
            """);
        // Stops the search for settings in folders above.
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), "<Project />");
        return folder;
    }
}
