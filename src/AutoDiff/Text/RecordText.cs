using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace ConservativeAD;

/// <summary>
/// Writes the members of a record as the compiler does, with two differences: numbers use the invariant culture, and arrays and collections show their first
/// elements instead of the name of their type. A record calls it from its own <c>PrintMembers</c>.
/// </summary>
internal static class RecordText
{
    /// <summary>Writes the name and value of each public property.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool Write<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(StringBuilder text, TRecord record)
    {
        bool isFirst = true;
        foreach (PropertyInfo property in typeof(TRecord).GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetIndexParameters().Length > 0 || property.GetMethod is null)
                continue;
            text.Append(isFirst ? "" : ", ").Append(property.Name).Append(" = ").Append(Of(property.GetValue(record)));
            isFirst = false;
        }

        return !isFirst;
    }

    private static string Of(object? value) => value switch
    {
        null => "",
        string text => text,
        IReadOnlyList<double> vector => VectorText.Of(vector),
        ReadOnlyMemory<byte> bytes => string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes"),
        IDictionary map => VectorText.List([.. map.Keys.Cast<object>()], Of),
        IEnumerable elements when value is not IFormattable => VectorText.List([.. elements.Cast<object?>()], Of),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        Delegate => "a function",
        _ => value.ToString() ?? "",
    };
}
