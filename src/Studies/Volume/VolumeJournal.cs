using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>The journal of <c>volume</c>: its units are blocks of networks.</summary>
internal static class VolumeJournal
{
    public const string FileName = StudyJournal<VolumeSettings, FinishedBlock>.FileName;

    /// <summary>Opens the journal of a folder, as <see cref="StudyJournal{TSettings, TUnit}.Open"/> does.</summary>
    /// <param name="folder">The folder for results, which exists and is locked.</param>
    /// <param name="settings">The settings of this run.</param>
    /// <param name="origin">Where its units come from.</param>
    /// <param name="resume">Whether to continue an existing journal; otherwise it is overwritten.</param>
    public static StudyJournal<VolumeSettings, FinishedBlock> Open(string folder, VolumeSettings settings, JournalOrigin origin, bool resume) =>
        StudyJournal<VolumeSettings, FinishedBlock>.Open(folder, settings, origin, UnitsOf(settings), resume);

    /// <summary>The units of a study.</summary>
    /// <param name="settings">The study.</param>
    internal static JournalUnits<FinishedBlock> UnitsOf(VolumeSettings settings) => new(
        checked((long)settings.RowKeys().Count * settings.BlocksOfRow()),
        block => block.Row is { } row && settings.Has(row, block.Block) ? settings.UnitOf(row, block.Block) : null,
        block => IsPossible(settings, block.Block, block.Outcome, block.Seconds));

    private static bool IsPossible(VolumeSettings settings, int block, NetworkOutcome outcome, double seconds) =>
        outcome.Networks == settings.NetworksOf(block)
        && outcome.Hits >= 0 && outcome.Hits <= outcome.Networks
        && outcome.FirstLayerHits >= 0 && outcome.FirstLayerHits <= outcome.Hits
        && outcome.ExactZeros >= 0 && outcome.ExactZeros <= outcome.Evaluations
        && seconds >= 0 && double.IsFinite(seconds);
}
