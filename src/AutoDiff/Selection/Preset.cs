namespace ConservativeAD;

/// <summary>The presets whose values a <see cref="Rules.SelectionKey{TValue}"/> defines; <see cref="Selections"/> has a static property for each.</summary>
internal enum Preset
{
    PyTorch,
    Jax,
    TensorFlow,
    MinimalNorm,
}
