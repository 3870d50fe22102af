using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Explorer.Exploring;

/// <summary>Sets of gradients in symbols: an interval for one variable, a hull of corners for two.</summary>
public static class SetText
{
    private const int Most = 8;

    /// <summary>The set, with a word if only a part of it is known.</summary>
    public static string Of(Subdifferential set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.Generators.Count == 0)
            return "not known";
        string text;
        if (set.Generators.Count == 1)
            text = $"{{{NumberText.Of(set.Generators[0])}}}";
        else if (set.Dimension == 1)
            text = $"[{NumberText.Of(set.Generators.Min(v => v[0]))}, {NumberText.Of(set.Generators.Max(v => v[0]))}]";
        else
        {
            IReadOnlyList<double[]> corners = Corners(set);
            text = corners.Count > Most ? $"the hull of {corners.Count} points" : $"hull{{{string.Join(", ", corners.Select(NumberText.Of))}}}";
        }

        return set.IsExact ? text : $"at least {text}";
    }

    /// <summary>The corners of a set of gradients in two variables, counter-clockwise.</summary>
    public static IReadOnlyList<double[]> Corners(Subdifferential set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Studies.Inspection.PlaneHull.Of(set.Generators);
    }
}
