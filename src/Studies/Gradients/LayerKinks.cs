namespace ConservativeAD.Studies.Gradients;

/// <summary>The kinked operations of one layer.</summary>
/// <param name="Evaluations">Elements of their values.</param>
/// <param name="AtKink">Elements at a kink.</param>
internal sealed record LayerKinks(long Evaluations, long AtKink);
