using System.Reflection;
using ConservativeAD;
using ConservativeAD.Diagnostics;
using ConservativeAD.Distributed;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Solutions;
using ConservativeAD.Solvers;

namespace Consumer;

/// <summary>Namespaces that are imported together have no type name in common, because such a name would be ambiguous.</summary>
public class NamespaceTests
{
    private static readonly Assembly[] Libraries =
    [
        typeof(Device).Assembly, typeof(Gpu).Assembly, typeof(Tape<>).Assembly, typeof(Module<>).Assembly, typeof(OnnxModel).Assembly,
        typeof(Optimizer<>).Assembly, typeof(INonsmoothSolver).Assembly, typeof(Trajectory).Assembly, typeof(Communicator).Assembly,
        typeof(ImplicitFunction).Assembly,
    ];

    // The namespaces that the SDK imports into a console program.
    private static readonly string[] Implicit =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    // The namespaces that only authors of operations and kernels import.
    private static readonly string[] ForAuthors = ["ConservativeAD.Rules", "ConservativeAD.Kernels.Elementwise", "ConservativeAD.Kernels.Reductions",
        "ConservativeAD.Kernels.Scans"];

    private static readonly string[] Imported =
        [.. Libraries.SelectMany(library => library.GetExportedTypes()).Select(type => type.Namespace!).Distinct().Except(ForAuthors)];

    [Fact]
    public void NoNameIsInTwoNamespacesThatUsersImport() => AssertNoNameTwice(Imported);

    [Fact]
    public void NoNameIsInTwoNamespacesThatAuthorsOfOperationsImport() =>
        AssertNoNameTwice(["ConservativeAD", "ConservativeAD.Kernels", .. ForAuthors]);

    [Fact]
    public void NoNameIsOneOfDotNet()
    {
        HashSet<string> taken = [.. AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal))
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => !type.IsNested && Implicit.Contains(type.Namespace))
            .Select(type => type.Name)];
        Assert.Contains("Half", taken);
        Assert.Empty(Exported(Imported).Select(type => type.Name).Intersect(taken));
    }

    private static void AssertNoNameTwice(params string[] namespaces)
    {
        Type[] types = Exported(namespaces);
        Assert.Equal(namespaces.Order(), types.Select(type => type.Namespace!).Distinct().Order());
        Assert.Empty(types.GroupBy(type => type.Name).Where(same => same.Count() > 1).Select(same => string.Join(", ", same)));
    }

    private static Type[] Exported(params string[] namespaces) =>
        [.. Libraries.SelectMany(library => library.GetExportedTypes()).Where(type => !type.IsNested && namespaces.Contains(type.Namespace))];
}
