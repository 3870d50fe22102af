namespace ConservativeAD.Distributed;

/// <summary>How gradients are summed and steps are made on several ranks. None of it changes a bit of the result but the number of micro-batches.</summary>
public sealed record DataParallelOptions
{
    /// <summary>The number of micro-batches of a step, over all ranks: the sum over them has a tree that depends on it alone. At least 1.</summary>
    public required int MicroBatches
    {
        get; init =>
        field = value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A step has at least 1 micro-batch; {value} was given.");
    }

    /// <summary>
    /// Whether each rank keeps the optimiser's states of a part of the parameters only, and steps that part; the parameters then go to all. Every rank has all
    /// states otherwise.
    /// </summary>
    public bool ShardsStates { get; init; }

    /// <summary>The number of elements that are sent together, once their gradients are complete; at least 1.</summary>
    public int BucketElements
    {
        get; init =>
        field = value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A bucket has at least 1 element; {value} was given.");
    } = 1 << 20;

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
