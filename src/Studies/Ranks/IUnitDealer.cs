namespace ConservativeAD.Studies.Ranks;

/// <summary>Hands out the units of a study, each once, to whoever asks next.</summary>
internal interface IUnitDealer
{
    /// <summary>Begins a list of units. All ranks of a job begin the same lists in the same order.</summary>
    /// <param name="count">The number of units in the list.</param>
    /// <returns>Gives the place of the next unit, which nobody had before; null where none is left. Any thread may call it.</returns>
    Func<int?> Begin(int count);
}
