namespace ConservativeAD.Studies.Reports;

/// <summary>The units of a study, for its journal. Members of a unit that was read from a file may be null.</summary>
/// <typeparam name="TUnit">The results of one unit.</typeparam>
/// <param name="Count">How many there are; their numbers go from 0.</param>
/// <param name="NumberOf">The number of a unit of the study; null if the study has no such unit.</param>
/// <param name="IsPossible">Whether the results of a unit of the study can be: counts that add up, for example.</param>
internal sealed record JournalUnits<TUnit>(long Count, Func<TUnit, long?> NumberOf, Func<TUnit, bool> IsPossible);
