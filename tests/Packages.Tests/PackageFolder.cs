using System.IO.Compression;
using System.Xml.Linq;
using ConservativeAD.Tests;

namespace ConservativeAD.Packages.Tests;

/// <summary>The folder of packages to be tested, named by the environment variable CONSERVATIVEAD_PACKAGES. Tests that need it skip without.</summary>
internal static class PackageFolder
{
    public static string Path
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable("CONSERVATIVEAD_PACKAGES");
            Assert.SkipWhen(string.IsNullOrEmpty(folder), "CONSERVATIVEAD_PACKAGES does not name a folder of packages; eng/pack makes one.");
            return System.IO.Path.GetFullPath(folder!, Repository.Root);
        }
    }

    /// <summary>The version of all packages.</summary>
    public static string Version => Specification("ConservativeAD").Metadata("version");

    /// <summary>The package of an id.</summary>
    public static ZipArchive Open(string id, string extension = "nupkg") => ZipFile.OpenRead(Files(extension).Single(file => IdOf(file) == id));

    /// <summary>The ids of all packages.</summary>
    public static IEnumerable<string> Ids(string extension = "nupkg") => Files(extension).Select(IdOf);

    /// <summary>The nuspec file of a package.</summary>
    public static Specification Specification(string id)
    {
        using ZipArchive package = Open(id);
        using Stream stream = package.Entries.Single(entry => entry.FullName == id + ".nuspec").Open();
        return new Specification(XDocument.Load(stream));
    }

    private static string[] Files(string extension)
    {
        string[] files = Directory.Exists(Path) ? Directory.GetFiles(Path, "*." + extension) : [];
        Assert.True(files.Length > 0, $"There are no packages in {Path}; eng/pack makes them.");
        return files;
    }

    // The version starts at the first dot that a digit follows.
    private static string IdOf(string file)
    {
        string name = System.IO.Path.GetFileName(file);
        int end = Enumerable.Range(0, name.Length - 1).First(i => name[i] == '.' && char.IsAsciiDigit(name[i + 1]));
        return name[..end];
    }
}
