using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Pooling;

/// <summary>A finished unit: a network that was tested, or a training run.</summary>
/// <param name="Precision">Bits of its numbers.</param>
/// <param name="Index">The index of the network or run.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record PoolingUnit(int Precision, int Index, double Seconds)
{
    /// <summary>What was seen of a network; null for a training run.</summary>
    public PoolingOutcome? Outcome { get; init; }

    /// <summary>A training run; null for a network.</summary>
    public PooledRun? Run { get; init; }

    /// <summary>The units of a study, for its journal.</summary>
    /// <param name="settings">The study.</param>
    public static JournalUnits<PoolingUnit> Of(PoolingSettings settings) => new(
        settings.Units,
        unit => unit switch
        {
            { Outcome: not null, Run: null } => settings.UnitOfNetwork(unit.Precision, unit.Index),
            { Outcome: null, Run: { } run } => settings.UnitOfRun(unit.Precision, run.Beta, unit.Index),
            _ => null,
        },
        unit => unit.Seconds >= 0 && double.IsFinite(unit.Seconds) && (unit.Outcome is { } outcome
            ? IsPossible(settings, outcome)
            : unit.Run is { Accuracies: { } accuracies, Losses: { } losses } run && accuracies.All(accuracy => accuracy is >= 0 and <= 1)
                && losses.Count == accuracies.Count && (accuracies.Count == settings.Epochs) == (run.Diverged is null)));

    private static bool IsPossible(PoolingSettings settings, PoolingOutcome outcome) =>
        outcome.Networks == 1 && outcome.Batches == ((settings.Samples - 1) / settings.Batch) + 1 && outcome.Tied >= 0 && outcome.Tied <= outcome.Batches
        && outcome.TiedWindows >= 0 && outcome.TiedWindows <= outcome.Windows && outcome.Betas is { } betas
        && betas.Select(beta => beta.Beta).SequenceEqual(settings.Betas)
        && betas.All(beta => beta.Bifurcating >= 0 && beta.Undecided >= 0 && beta.Compensating >= 0 && beta.Differing <= outcome.Tied
            && beta.AboveThreshold >= 0 && beta.AboveThreshold <= beta.Differing && beta.Misjudged >= 0 && beta.Misjudged <= beta.Differing);
}

/// <summary>A training run with MaxPool_β.</summary>
/// <param name="Beta">β.</param>
/// <param name="Accuracies">The accuracy on the test images after each finished epoch.</param>
/// <param name="Losses">The mean training loss of each.</param>
/// <param name="Diverged">Why it stopped before its last epoch; null if it did not.</param>
internal sealed record PooledRun(double Beta, IReadOnlyList<double> Accuracies, IReadOnlyList<double> Losses, string? Diverged)
{
    /// <summary>The accuracy at the end; that of guessing one class where the loss was no number any more.</summary>
    /// <param name="classes">Classes.</param>
    public double FinalAccuracy(int classes) => Diverged is null ? Accuracies[^1] : 1.0 / classes;
}
