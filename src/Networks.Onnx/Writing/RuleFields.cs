using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace ConservativeAD.Networks.Writing;

/// <summary>
/// Reads the attributes of a recorded rule from its fields, by the names of its constructor's parameters. So rules do not describe themselves a second time;
/// the tests write every operation of the engine and would tell of a field that was renamed.
/// </summary>
internal static class RuleFields
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    /// <summary>The name of a rule: that of its type without its type arguments.</summary>
    public static string Name(object rule) => rule.GetType().Name.Split('`')[0];

    /// <summary>An attribute.</summary>
    [RequiresUnreferencedCode("The fields of rules are read by reflection.")]
    public static TValue Get<TValue>(object rule, string name)
    {
        Type type = rule.GetType();
        FieldInfo field = type.GetField(name, Own) ?? type.GetField($"<{name}>P", Own)
            ?? throw new InvalidOperationException($"The rule {type.Name} has no field {name}.");
        return (TValue)field.GetValue(rule)!;
    }
}
