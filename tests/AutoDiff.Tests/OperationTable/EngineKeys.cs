using System.Reflection;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The selection keys of the library, found as static properties.</summary>
internal static class EngineKeys
{
    /// <summary>The settable properties of <see cref="Selections"/>, except its name and the absorbing zero, which no preset chooses.</summary>
    public static IReadOnlyList<PropertyInfo> Properties { get; } =
    [
        .. typeof(Selections).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null && property.Name is not (nameof(Selections.Name) or nameof(Selections.AbsorbingZero)))
            .OrderBy(property => property.MetadataToken),
    ];

    /// <summary>The keys, in the order of the properties.</summary>
    public static IReadOnlyList<SelectionKey> All { get; } =
    [
        .. typeof(SelectionKey).Assembly.GetTypes()
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Where(property => property.PropertyType.IsSubclassOf(typeof(SelectionKey)))
            .Select(property => (SelectionKey)property.GetValue(null)!)
            .OrderBy(key => Array.FindIndex([.. Properties], property => Reads(property, key))),
    ];

    public static SelectionKey Find(string name) => All.Single(key => key.Name == name);

    /// <summary>The same selections with one unusual value.</summary>
    public static Selections Contrary(Selections selections, SelectionKey key) => key switch
    {
        SelectionKey<double> slope => selections.With(slope, 44),
        SelectionKey<SideSelection> side => selections.With(side, 44),
        SelectionKey<BoundSelection> bounds => selections.With(bounds, BoundSelection.Both(44)),
        SelectionKey<TieSelection> ties => selections.With(ties, TieSelection.Mixture(44)),
        _ => throw new NotSupportedException($"{key}: say what is contrary to all that is chosen for its type."),
    };

    /// <summary>The value of a key.</summary>
    public static object Value(Selections selections, SelectionKey key) => key switch
    {
        SelectionKey<double> slope => selections.GetValue(slope),
        SelectionKey<SideSelection> side => selections.GetValue(side),
        SelectionKey<BoundSelection> bounds => selections.GetValue(bounds),
        SelectionKey<TieSelection> ties => selections.GetValue(ties),
        _ => throw new NotSupportedException($"{key}: say how its values are looked up."),
    };

    /// <summary>Whether a property of <see cref="Selections"/> belongs to a key.</summary>
    public static bool Reads(PropertyInfo property, SelectionKey key) =>
        !Equals(property.GetValue(Selections.PyTorch), property.GetValue(Contrary(Selections.PyTorch, key)));

    /// <summary>The rows of the table that read a key at a kink.</summary>
    public static IReadOnlyList<OperationCase> RowsThatRead(SelectionKey key) =>
        [.. Table.All.Where(row => row.Kinks.Any(point => Matters(row, point, Contrary(Selections.PyTorch, key))))];

    /// <summary>The gradient of a row at a kink.</summary>
    public static double[] Gradient(OperationCase row, KinkPoint point, Selections selections) =>
        [.. Evaluation.Pull<double>(row.Apply, point.Shapes, point.Values, output => KinkPoint.Cotangent + output, null, selections).Gradients
            .SelectMany(gradient => gradient)];

    private static bool Matters(OperationCase row, KinkPoint point, Selections contrary) =>
        !Gradient(row, point, Selections.PyTorch).SequenceEqual(Gradient(row, point, contrary));
}
