namespace ConservativeAD.Networks;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Extents">Its extents, null for those that a file leaves open; or null where it states no shape.</param>
public sealed record OnnxInput(string Name, OnnxType Type, IReadOnlyList<int?>? Extents)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Excerpt.Of(Name)}: {Type} {(Extents is null ? "of any shape" : $"[{string.Join(", ", Extents.Select(extent => extent?.ToString() ?? "?"))}]")}";
}
