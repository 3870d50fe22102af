namespace ConservativeAD.Tests.OperationTable;

/// <summary>The table of operations. It contains every rule of the library; <see cref="CompletenessTests"/> checks this.</summary>
public static class Table
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        .. ElementwiseCases.All, .. BinaryCases.All, .. ReductionCases.All, .. ShapeCases.All, .. IndexingCases.All, .. SortingCases.All, .. LinearCases.All,
            .. ConvolutionCases.All, .. PoolingCases.All, .. ImageCases.All, .. LinearAlgebraCases.All, .. LossCases.All, .. NormalizationCases.All,
            .. SequenceCases.All,
    ];

    public static TheoryData<string> Names => [.. All.Select(row => row.Name)];

    public static TheoryData<string> NamesWithKinks => [.. All.Where(row => row.Kinks.Length > 0).Select(row => row.Name)];

    public static TheoryData<string> NamesWithStrata => [.. All.Where(row => row.Kinks.Any(point => point.Stratum.Length > 0)).Select(row => row.Name)];

    public static OperationCase Find(string name) => All.Single(row => row.Name == name);
}
