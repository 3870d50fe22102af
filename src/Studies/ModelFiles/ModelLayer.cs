namespace ConservativeAD.Studies.ModelFiles;

/// <summary>A node of a model with kinks.</summary>
/// <param name="Node">Its index.</param>
/// <param name="Name">Its name.</param>
/// <param name="Operator">Its operator.</param>
internal sealed record ModelLayer(int Node, string Name, string Operator);
