using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The page docs/operations.md: every rule of the table with its facts, its kinks and what can be chosen there.</summary>
internal static partial class OperationPage
{
    private const string Introduction = """
        # Operations

        <!-- Written by OperationDocumentTests from the rules. -->

        Every operation of the library, with what it declares of itself. The same rule serves tensors (`Var<T>`), every element type and every device;
        elementwise ones serve single numbers (`Active`) too.

        - **structure**: the smallest o-minimal structure that is known to contain the graph; *on bounded sets* the one for bounded arguments, if it is smaller.
        - **slopes**: *C¹* if they are continuous; *kinks* if one-sided slopes differ somewhere; *jumps* if the value is not continuous; *infinite* if it is not
          locally Lipschitz.
        - **shape**: convex, concave or affine, rising or falling, as far as the rules of convex composition use it.
        - **choice**: the property of `Selections` that decides what backpropagation returns at its kinks; [Selections at kinks](selections.md) has the
          values and those of other engines.
        - **set**: what `Clarke.Subdifferential` is built from at its kinks: *pieces* if the rule gives all slopes there at once, *cells* if they are found
          direction by direction; nothing is certified where it is *refused*.
        - **GPU**: *kernels*, or *host* where the operation goes through the host, which computes in double.
        - **PyTorch**: its name there, under torch, torch.linalg or torch.nn.functional.

        What is composed of these (losses, norms, statistics, layers) has no line of its own.

        [The truth at kinks](kinks.md) tells what these facts are used for, and [Adding an operation](adding-an-operation.md) how to declare your own.

        """;

    // The folders of src/AutoDiff/Operations, as headings.
    private static readonly (string Folder, string Heading)[] Groups =
    [
        ("Elementwise", "Elementwise"), ("Reductions", "Over axes"), ("Sorting", "Sorting"), ("Linear", "Matrix products and convolution"),
        ("Pooling", "Pooling"), ("Images", "Images"),
        ("LinearAlgebra", "Linear algebra"),
        ("Losses", "Losses"), ("Normalization", "Normalisation"), ("Attention", "Attention"), ("Recurrent", "Recurrence"), ("Shapes", "Shapes"),
        ("Indexing", "Indexing"),
    ];

    public static string Text()
    {
        StringBuilder page = new(Introduction);
        Dictionary<string, string> summaries = Summaries();
        ILookup<string, Type> rules = Table.All.Select(row => row.Rule).Distinct().ToLookup(FolderOf);
        string[] unplaced = [.. rules.Select(group => group.Key).Except(Groups.Select(group => group.Folder))];
        Assert.True(unplaced.Length == 0, $"OperationPage has no heading for the folders {string.Join(", ", unplaced)}.");
        string[] unknown = [.. TorchNames.All.Keys.Except(Table.All.Select(row => OperationCase.FactsOf(row.Rule).Name))];
        Assert.True(unknown.Length == 0, $"TorchNames names operations that are not in the table: {string.Join(", ", unknown)}.");
        Dictionary<Type, string[]> choices = Choices();
        foreach ((string folder, string heading) in Groups)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {heading}\n\n");
            page.Append("| operation | what it is | structure | slopes | shape | choice | set | GPU | PyTorch |\n");
            page.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
            foreach (Type rule in rules[folder].OrderBy(rule => OperationCase.FactsOf(rule).Name, StringComparer.Ordinal))
            {
                OperationFacts facts = OperationCase.FactsOf(rule);
                string choice = string.Join(", ", choices.GetValueOrDefault(rule, []).Select(property => $"`{property}`"));
                page.Append(CultureInfo.InvariantCulture,
                    $"| {facts.Name} | {summaries[Name(rule)]} | {Structure(facts)} | {Slopes(facts)} | {Shape(facts)} | {choice} | "
                        + $"{SetOf(rule, facts)} | {(UsesHost(rule) ? "host" : "kernels")} | {TorchOf(facts)} |\n");
            }
        }

        return page.ToString();
    }

    private static Dictionary<Type, string[]> Choices() => EngineKeys.All
        .SelectMany(key => EngineKeys.RowsThatRead(key).Select(row => (row.Rule, Property: PropertyOf(key)))).Distinct()
        .GroupBy(pair => pair.Rule).ToDictionary(group => group.Key, group => group.Select(pair => pair.Property).ToArray());

    private static string PropertyOf(SelectionKey key) => EngineKeys.Properties.Single(property => EngineKeys.Reads(property, key)).Name;

    private static string Structure(OperationFacts facts) => facts.OnBoundedSets is { } bounded && bounded != facts.TameClass
        ? $"{Of(facts.TameClass)}; {Of(bounded)} on bounded sets"
        : Of(facts.TameClass);

    private static string Of(TameClass structure) => structure switch
    {
        TameClass.Polynomial => "polynomial",
        TameClass.SemiAlgebraic => "semi-algebraic",
        TameClass.GloballySubanalytic => "globally subanalytic",
        TameClass.LogExp => "log-exp",
        TameClass.Pfaffian => "Pfaffian",
        _ => "not tame",
    };

    private static string Slopes(OperationFacts facts) =>
        !facts.IsContinuous ? "jumps" : !facts.IsLocallyLipschitz ? "infinite" : facts.IsSmooth ? "C¹" : "kinks";

    private static string Shape(OperationFacts facts)
    {
        string curvature = facts.Curvature switch
        {
            Curvature.Affine => "affine",
            Curvature.Convex => "convex",
            Curvature.Concave => "concave",
            _ => "",
        };
        string monotonicity = facts.Monotonicity switch
        {
            Monotonicity.Increasing => "rising",
            Monotonicity.Decreasing => "falling",
            _ => "",
        };
        return string.Join(", ", new[] { curvature, monotonicity }.Where(word => word.Length > 0));
    }

    // Elementwise rules have pieces through the operation that records them.
    private static string SetOf(Type rule, OperationFacts facts)
    {
        if (facts.IsSmooth && facts.IsLocallyLipschitz && facts.IsContinuous)
            return "";
        if (!facts.IsContinuous || !facts.IsLocallyLipschitz)
            return "refused";
        string[] kinds = [.. rule.GetInterfaces().Select(kind => kind.Name.Split('`')[0])];
        return kinds.Contains("IHasPieces") || kinds.Contains("IUnaryRule") || kinds.Contains("IBinaryRule") ? "pieces" : "cells";
    }

    private static bool UsesHost(Type rule) => Regex.IsMatch(File.ReadAllText(FileOf(rule)), @"\bHost(Memory|Arrays)\b");

    private static string TorchOf(OperationFacts facts)
    {
        Assert.True(TorchNames.All.TryGetValue(facts.Name, out string? name), $"TorchNames has no entry for '{facts.Name}'; an empty one if PyTorch has none.");
        return name.Length == 0 ? "" : $"`{name}`";
    }

    private static string FolderOf(Type rule) => Path.GetRelativePath(Operations, FileOf(rule)).Split(Path.DirectorySeparatorChar)[0];

    private static string FileOf(Type rule)
    {
        string name = rule.Name.Split('`')[0];
        Regex declaration = new($@"\bstruct {name}\b");
        return Directory.EnumerateFiles(Operations, "*.cs", SearchOption.AllDirectories)
            .OrderByDescending(path => Path.GetFileNameWithoutExtension(path) == name).ThenBy(path => path, StringComparer.Ordinal)
            .First(path => declaration.IsMatch(File.ReadAllText(path)));
    }

    private static string Operations => Path.Combine(Repository.Root, "src", "AutoDiff", "Operations");

    private static string Name(Type rule) => rule.FullName!.Replace('+', '.');

    // The summaries of the rules' types, as one line of Markdown.
    private static Dictionary<string, string> Summaries() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ConservativeAD.AutoDiff.xml")).Descendants("member")
            .Where(member => member.Attribute("name")!.Value.StartsWith("T:", StringComparison.Ordinal))
            .ToDictionary(member => member.Attribute("name")!.Value[2..], member => Line(member.Element("summary")));

    private static string Line(XElement? summary) => Spaces().Replace(string.Concat(summary?.Nodes().Select(Markdown) ?? []), " ").Trim();

    private static string Markdown(XNode node) => node switch
    {
        XText text => Special().Replace(text.Value, match => match.Value == "<" ? "&lt;" : $"\\{match.Value}"),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element when element.Attribute("cref") is { } reference => $"`{Short(reference.Value)}`",
        XElement element when element.Attribute("name") is { } parameter => $"*{parameter.Value}*",
        XElement element => string.Concat(element.Nodes().Select(Markdown)),
        _ => "",
    };

    private static string Short(string reference) => reference[2..].Split('(')[0].Split('.')[^1].Split('`')[0];

    [GeneratedRegex(@"[|*<]")]
    private static partial Regex Special();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
