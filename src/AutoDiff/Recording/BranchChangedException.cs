namespace ConservativeAD;

/// <summary>A comparison within a segment turned out otherwise in a replay; caught by the replay, which then records anew.</summary>
internal sealed class BranchChangedException() : Exception("A comparison within a checkpointed segment turned out otherwise than when it was recorded.");
