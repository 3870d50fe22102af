namespace ConservativeAD.Explorer.Exploring;

/// <summary>The presets that the page offers.</summary>
public static class Presets
{
    /// <summary>The name of the preset that the page starts with.</summary>
    public const string Default = "pytorch";

    /// <summary>The names in links, with those on the page.</summary>
    public static IReadOnlyList<(string Id, string Label, Selections Selections)> All { get; } =
    [
        ("pytorch", "PyTorch", Selections.PyTorch),
        ("jax", "JAX", Selections.Jax),
        ("tensorflow", "TensorFlow", Selections.TensorFlow),
        ("minimal", "least norm", Selections.MinimalNorm),
    ];

    /// <summary>The selections of a preset; those of the first if there is none of this name.</summary>
    public static Selections Named(string id) => All.FirstOrDefault(preset => preset.Id == id).Selections ?? All[0].Selections;

    /// <summary>Whether there is a preset of this name.</summary>
    public static bool Has(string id) => All.Any(preset => preset.Id == id);
}
