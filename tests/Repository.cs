using System.Reflection;

namespace ConservativeAD.Tests;

/// <summary>The source files of the tests' repository.</summary>
internal static class Repository
{
    /// <summary>The folder of the sources. A test that runs elsewhere is skipped.</summary>
    public static string Root
    {
        get
        {
            string root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == "RepositoryRoot").Value!;
            Assert.SkipUnless(Directory.Exists(Path.Combine(root, "docs")), "The sources are not where they were built.");
            return root;
        }
    }

    /// <summary>The C# files, without generated ones.</summary>
    public static IEnumerable<string> SourceFiles => Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file[Root.Length..].Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj" || folder.StartsWith('.')));
}
