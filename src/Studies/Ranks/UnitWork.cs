namespace ConservativeAD.Studies.Ranks;

/// <summary>What a study does its units with.</summary>
/// <typeparam name="TUnit">The results of one unit.</typeparam>
/// <param name="Finished">Units of an earlier run, which are not repeated.</param>
/// <param name="Report">Called for every unit that this process finished, on the thread that did; it returns when the unit is in the journal.</param>
/// <param name="Progress">Called with the part of a unit that was done since the last call, on any thread.</param>
/// <param name="Dealer">Hands out the units that are not finished.</param>
internal sealed record UnitWork<TUnit>(IReadOnlyList<TUnit> Finished, Action<TUnit> Report, Action<double> Progress, IUnitDealer Dealer)
    where TUnit : class;
