namespace ConservativeAD.Studies.Lecture;

/// <summary>The settings of the lecture.</summary>
internal sealed record LectureSettings
{
    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether to take fewer points and steps, as tests do.</summary>
    public bool IsBrief { get; init; }
}
