using System.Reflection;
using System.Text.Json;

namespace ConservativeAD.Studies.Tests;

/// <summary>The references between libraries, and the third-party packages that each library brings to a program.</summary>
public class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ConservativeAD.Kernels"] = [],
        ["ConservativeAD.Kernels.Gpu"] = ["ConservativeAD.Kernels"],
        ["ConservativeAD.AutoDiff"] = ["ConservativeAD.Kernels"],
        ["ConservativeAD.Optimizers"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff"],
        ["ConservativeAD.Networks"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff"],
        ["ConservativeAD.Networks.Onnx"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Networks"],
        ["ConservativeAD.Solvers"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Optimizers"],
        ["ConservativeAD.Diagnostics"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Optimizers", "ConservativeAD.Solvers"],
        ["ConservativeAD.Distributed"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Networks", "ConservativeAD.Optimizers"],
        ["ConservativeAD.Solutions"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Optimizers", "ConservativeAD.Solvers"],
        ["conservative-ad"] =
        [
            "ConservativeAD.Kernels", "ConservativeAD.Kernels.Gpu", "ConservativeAD.AutoDiff", "ConservativeAD.Networks",
            "ConservativeAD.Networks.Onnx", "ConservativeAD.Optimizers", "ConservativeAD.Solvers", "ConservativeAD.Diagnostics",
            "ConservativeAD.Distributed", "ConservativeAD.Solutions",
        ],
    };

    // A program that only uses the CPU does not get ILGPU, and one that trains networks gets neither MathNet nor Protobuf.
    private static readonly Dictionary<string, string[]> Brought = new()
    {
        ["ConservativeAD.Kernels"] = ["System.Numerics.Tensors"],
        ["ConservativeAD.Kernels.Gpu"] = ["ILGPU", "System.Numerics.Tensors"],
        ["ConservativeAD.AutoDiff"] = ["System.Numerics.Tensors"],
        ["ConservativeAD.Optimizers"] = ["System.Numerics.Tensors"],
        ["ConservativeAD.Networks"] = ["System.Numerics.Tensors"],
        ["ConservativeAD.Networks.Onnx"] = ["Google.Protobuf", "System.Numerics.Tensors"],
        ["ConservativeAD.Distributed"] = ["System.Numerics.Tensors"],
        ["ConservativeAD.Solutions"] = ["MathNet.Numerics", "System.Numerics.Tensors"],
        ["ConservativeAD.Solvers"] = ["MathNet.Numerics", "System.Numerics.Tensors"],
        ["ConservativeAD.Diagnostics"] =
        [
            "MathNet.Numerics", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "System.Numerics.Tensors",
        ],
    };

    // The libraries and packages that the build resolved.
    private static readonly Dictionary<string, string[]> Resolved = ReadResolved();

    public static TheoryData<string> Assemblies => [.. Allowed.Keys];

    public static TheoryData<string> Packages => [.. Brought.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void DependenciesPointOneWay(string assembly)
    {
        Assert.Empty(Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!).Where(IsOwn).Except(Allowed[assembly]));
        Assert.Empty(Resolved[assembly].Where(IsOwn).Except(Allowed[assembly]));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void APackageBringsNoOthersThanThese(string package) =>
        Assert.Equal(Brought[package], Closure(package).Where(name => !IsOwn(name)).Order(StringComparer.Ordinal));

    [Fact]
    public void NoLibraryIsMissing() =>
        Assert.Equal(
            Resolved.Keys.Where(IsOwn).Except(["ConservativeAD.Studies.Tests", "ConservativeAD.Fuzz", "conservative-ad", "conservative-ad.Reference"]).Order(),
            Brought.Keys.Order());

    private static bool IsOwn(string name) =>
        name.StartsWith("ConservativeAD", StringComparison.Ordinal) || name.StartsWith("conservative-ad", StringComparison.Ordinal);

    private static string[] Names(JsonElement library) =>
        library.TryGetProperty("dependencies", out JsonElement dependencies) ? [.. dependencies.EnumerateObject().Select(dependency => dependency.Name)] : [];

    private static HashSet<string> Closure(string package)
    {
        HashSet<string> found = [];
        Queue<string> open = new([package]);
        while (open.TryDequeue(out string? next))
        {
            foreach (string name in Resolved.GetValueOrDefault(next, []).Where(found.Add))
                open.Enqueue(name);
        }

        return found;
    }

    private static Dictionary<string, string[]> ReadResolved()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "ConservativeAD.Studies.Tests.deps.json"));
        using JsonDocument document = JsonDocument.Parse(file);
        JsonElement.ObjectEnumerator libraries = document.RootElement.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject();
        return libraries.ToDictionary(library => library.Name.Split('/')[0], library => Names(library.Value));
    }
}
