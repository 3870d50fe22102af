using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Lecture;

/// <summary>The results of the lecture, as written to results.json.</summary>
/// <param name="Seed">The seed of everything random.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Pages">The pages.</param>
internal sealed record LectureResults(ulong Seed, MachineFacts Machine, IReadOnlyList<PageResult> Pages);
