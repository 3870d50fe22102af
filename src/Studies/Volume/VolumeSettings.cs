namespace ConservativeAD.Studies.Volume;

/// <summary>What a study of the bifurcation zone is made of. Two runs with equal settings have equal results.</summary>
internal sealed record VolumeSettings
{
    /// <summary>Numbers of hidden layers.</summary>
    public required int[] Depths { get; init; }

    /// <summary>Widths of every hidden layer.</summary>
    public required int[] Widths { get; init; }

    /// <summary>Images in a mini-batch.</summary>
    public required int[] Batches { get; init; }

    /// <summary>Bits of the numbers.</summary>
    public required int[] Precisions { get; init; }

    /// <summary>Random networks in a row.</summary>
    public required int Networks { get; init; }

    /// <summary>Training images that every network sees.</summary>
    public required int Samples { get; init; }

    /// <summary>The seed of the networks.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What the images are.</summary>
    public required string Data { get; init; }

    /// <summary>Whether the images are drawn by the program.</summary>
    public required bool DataIsStandIn { get; init; }

    /// <summary>Where it is computed.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Row by row: every combination, precision by precision.</summary>
    public IReadOnlyList<RowKey> RowKeys() =>
    [
        .. from precision in Precisions
           from width in Widths
           from batch in Batches
           from depth in Depths
           select new RowKey(precision, depth, width, batch),
    ];
}

/// <summary>What one row of the results is about.</summary>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Depth">Hidden layers.</param>
/// <param name="Width">Their width.</param>
/// <param name="Batch">Images in a mini-batch.</param>
internal sealed record RowKey(int Precision, int Depth, int Width, int Batch);
