using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>How a Clarke subdifferential is found, and how long the search may take.</summary>
public sealed record SetOptions
{
    /// <summary>The largest number of cells to visit, or of passes for one answer where no cells are needed; above 0.</summary>
    public int Budget { get; init; } = 4096;

    /// <summary>The seed of the directions. The same seed gives the same bits.</summary>
    public ulong Seed { get; init; }

    /// <summary>The level to use.</summary>
    public SetMethod Method { get; init; } = SetMethod.Automatic;

    /// <summary>The time that the search, and each later answer, may take; null for no limit. What is known by then is the result.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Cancels the search; it then throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Is told how far the search is; null if nobody asks.</summary>
    public IProgress<SetProgress>? Progress { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Method}, budget {Budget}, seed {Seed}, {(TimeLimit is { } limit ? $"at most {limit}" : "no time limit")}");

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The budget is not above 0, or the time limit is below 0.</exception>
    internal SetOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Budget);
        if (TimeLimit is { } limit && limit < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(TimeLimit), limit, $"A time limit of {limit} was given; it must not be below 0.");
        return this;
    }

    /// <summary>A clock that starts now.</summary>
    internal SetClock StartClock() => new(TimeLimit, Cancellation);
}

/// <summary>How far a search for a set is.</summary>
/// <param name="Steps">The cells visited, or the passes made.</param>
/// <param name="Distance">What is known of the distance of the set from 0, or from the vector asked for.</param>
public readonly record struct SetProgress(int Steps, Bounds Distance);
