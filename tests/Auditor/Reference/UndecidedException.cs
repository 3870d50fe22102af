namespace ConservativeAD.Auditor.Reference;

/// <summary>Thrown if the reference cannot decide, because the answer depends on more orders, or faster growth, than it represents.</summary>
public sealed class UndecidedException(string reason) : Exception(reason);
