namespace ConservativeAD;

/// <summary>Thrown when a replay takes another branch inside a checkpointed segment. The replay catches it and records the program again.</summary>
internal sealed class BranchChangedException() : Exception("A comparison within a checkpointed segment turned out otherwise than when it was recorded.");
