using System.Reflection;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The presets: all static properties of <see cref="Selections"/> of its own type.</summary>
internal static class Presets
{
    public static IReadOnlyList<Selections> All { get; } =
    [
        .. typeof(Selections).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == typeof(Selections))
            .OrderBy(property => property.MetadataToken)
            .Select(property => (Selections)property.GetValue(null)!),
    ];
}
