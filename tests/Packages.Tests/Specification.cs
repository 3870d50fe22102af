using System.Xml.Linq;

namespace ConservativeAD.Packages.Tests;

/// <summary>What a package says of itself in its nuspec file.</summary>
internal sealed class Specification(XDocument document)
{
    /// <summary>The ids and versions of the packages it depends on.</summary>
    public (string Id, string Version)[] Dependencies =>
        [.. Named("dependency").Select(dependency => (dependency.Attribute("id")!.Value, dependency.Attribute("version")!.Value))];

    /// <summary>The types of the package, such as Template; none for a library.</summary>
    public string[] Types => [.. Named("packageType").Select(type => type.Attribute("name")!.Value)];

    /// <summary>The text of an element, or "" without it.</summary>
    public string Metadata(string name) => Named(name).FirstOrDefault()?.Value ?? "";

    /// <summary>An attribute of an element, or "" without it.</summary>
    public string Metadata(string name, string attribute) => Named(name).FirstOrDefault()?.Attribute(attribute)?.Value ?? "";

    private IEnumerable<XElement> Named(string name) => document.Descendants().Where(element => element.Name.LocalName == name);
}
