namespace ConservativeAD.Studies.Diagnosis;

/// <summary>What an instrument says.</summary>
/// <param name="Instrument">Which.</param>
/// <param name="Value">Its number; null where it could not be read.</param>
/// <param name="Bound">What theory bounds it by; null where there is no bound.</param>
/// <param name="Holds">Whether the bound holds; null where there is none.</param>
/// <param name="Gradient">Which gradient it was read with.</param>
/// <param name="Text">In words.</param>
internal sealed record Reading(string Instrument, double? Value, double? Bound, bool? Holds, string Gradient, string Text);
