namespace ConservativeAD.Studies.Diagnosis;

/// <summary>A reading of an instrument.</summary>
/// <param name="Instrument">Its name.</param>
/// <param name="Value">Its number; null if it could not be measured.</param>
/// <param name="Bound">The theoretical bound; null if there is none.</param>
/// <param name="Holds">Whether the bound holds; null if there is none.</param>
/// <param name="Gradient">The gradient it was measured with.</param>
/// <param name="Text">The reading in words.</param>
internal sealed record Reading(string Instrument, double? Value, double? Bound, bool? Holds, string Gradient, string Text);
