using System.Text.Json.Serialization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>The results of <c>volume</c> in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether every network of every row was tested.</param>
/// <param name="Rows">Row by row.</param>
/// <param name="Law">For each precision, the law P = 1 − exp(−λN) fitted to all its rows together.</param>
internal sealed record VolumeResults(VolumeSettings Settings, MachineFacts Machine, bool Complete, IReadOnlyList<VolumeRow> Rows,
    IReadOnlyList<LawOfPrecision> Law) : IUnitResults
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Shard { get; init; }
}

/// <summary>One row: networks of one precision, depth, width and mini-batch.</summary>
internal sealed record VolumeRow
{
    public required int Precision { get; init; }

    public required int Depth { get; init; }

    public required int Width { get; init; }

    public required int Batch { get; init; }

    /// <summary>The number of tested networks.</summary>
    public required int Networks { get; init; }

    /// <summary>The number of networks in the bifurcation zone.</summary>
    public required int Hits { get; init; }

    /// <summary>Hits per network; null before the first network is tested.</summary>
    public required double? Proportion { get; init; }

    /// <summary>The lower end of Wilson's 95 % interval of the proportion.</summary>
    public required double? Low { get; init; }

    /// <summary>The upper end.</summary>
    public required double? High { get; init; }

    /// <summary>relu evaluations made, over all networks.</summary>
    public required long Evaluations { get; init; }

    /// <summary>λ of P = 1 − exp(−λN), with N the relu evaluations of one pass over the images; null if no network or all networks are hits.</summary>
    public required double? Lambda { get; init; }

    /// <summary>λ at the lower end of the interval.</summary>
    public required double? LambdaLow { get; init; }

    /// <summary>λ at the upper end; null if it is unbounded.</summary>
    public required double? LambdaHigh { get; init; }

    /// <summary>The number of networks for which the gradient of the first layer's weights differs, as compared by the published code.</summary>
    public required int FirstLayerHits { get; init; }

    /// <summary>relu evaluations at exactly 0.</summary>
    public required long ExactZeros { get; init; }

    /// <summary>The total time of all threads.</summary>
    public required double Seconds { get; init; }

    /// <summary>Whether all requested networks were tested.</summary>
    public required bool Complete { get; init; }
}

/// <summary>The law P = 1 − exp(−λN) fitted to the rows of one precision.</summary>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Lambda">λ; null if no row has both hits and misses.</param>
/// <param name="LambdaLow">The lower end of its 95 % interval.</param>
/// <param name="LambdaHigh">The upper end; null if it is unbounded.</param>
internal sealed record LawOfPrecision(int Precision, double? Lambda, double? LambdaLow, double? LambdaHigh);
