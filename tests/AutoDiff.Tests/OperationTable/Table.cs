namespace ConservativeAD.Tests.OperationTable;

/// <summary>The table of operations. Every rule of the library stands in it; <see cref="CompletenessTests"/> sees to that.</summary>
public static class Table
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        .. ElementwiseCases.All, .. BinaryCases.All, .. ReductionCases.All, .. ShapeCases.All, .. IndexingCases.All, .. SortingCases.All, .. LinearCases.All, .. LossCases.All, .. NormalizationCases.All, .. SequenceCases.All,
    ];

    public static TheoryData<string> Names => [.. All.Select(row => row.Name)];

    public static TheoryData<string> NamesWithKinks => [.. All.Where(row => row.Kinks.Length > 0).Select(row => row.Name)];

    public static TheoryData<string> NamesWithStrata => [.. All.Where(row => row.Kinks.Any(point => point.Stratum.Length > 0)).Select(row => row.Name)];

    public static OperationCase Find(string name) => All.Single(row => row.Name == name);
}
