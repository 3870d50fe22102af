using System.Diagnostics;
using System.Reflection;

namespace ConservativeAD.Samples.Tests;

/// <summary>A call of the <c>dotnet</c> command, from a folder of its own and in a culture that writes decimal commas.</summary>
internal static class DotnetCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The configuration that the tests were built in, so that samples find libraries that are there.</summary>
    public static string Configuration => typeof(DotnetCommand).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Its arguments.</param>
    public static Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments) => RunProgramAsync("dotnet", arguments);

    /// <summary>Runs a program.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int Status, string Output, string Errors)> RunProgramAsync(string program, params string[] arguments)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sample-");
        try
        {
            ProcessStartInfo start = new(program, arguments)
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["LC_ALL"] = "de_DE.UTF-8";
            start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
            using Process process = Process.Start(start)!;
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Limit);
            try
            {
                Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), errors = process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return (process.ExitCode, await output, await errors);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
