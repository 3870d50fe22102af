using System.Numerics;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>
/// The balanced tree by which micro-batches are summed, whoever has them. A node of level k sums the micro-batches from a multiple of 2ᵏ on, as many as there
/// are of the next 2ᵏ; it is the sum of its two halves, or the first alone where the second is empty. Since the tree depends on the number of micro-batches
/// alone, so does every bit of the sum.
/// </summary>
internal static class MicroBatchTree
{
    /// <summary>The micro-batches of a rank: as even parts as there can be, in order.</summary>
    /// <param name="microBatches">The number of micro-batches.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="ranks">The number of ranks.</param>
    public static (int First, int End) PartOf(int microBatches, int rank, int ranks) =>
        ((int)((long)microBatches * rank / ranks), (int)((long)microBatches * (rank + 1) / ranks));

    /// <summary>The fewest nodes that make up a rank's micro-batches, in order.</summary>
    public static TreeRange[] NodesOf(int microBatches, int first, int end)
    {
        List<TreeRange> nodes = [];
        for (int at = first; at < end; at = nodes[^1].End)
        {
            int level = 0;
            while (level < Height(microBatches) && at % (2L << level) == 0 && Math.Min(at + (2L << level), microBatches) <= end)
                level++;
            nodes.Add(new TreeRange(at, (int)Math.Min(at + (1L << level), microBatches), level));
        }

        return [.. nodes];
    }

    /// <summary>The node of a single micro-batch.</summary>
    public static TreeRange Leaf(int microBatches, int index) => Lifted(new TreeRange(index, index + 1, 0), microBatches);

    /// <summary>Whether two nodes that follow each other are the halves of one.</summary>
    public static bool AreHalves(TreeRange left, TreeRange right) =>
        left.Level == right.Level && left.End == right.First && left.First % (2L << left.Level) == 0;

    /// <summary>The node that two halves make.</summary>
    public static TreeRange Joined(TreeRange left, TreeRange right, int microBatches) =>
        Lifted(new TreeRange(left.First, right.End, left.Level + 1), microBatches);

    /// <summary>The sum of one number of each micro-batch.</summary>
    public static double Sum(ReadOnlySpan<double> numbers) => Sum(numbers, Height(numbers.Length));

    private static double Sum(ReadOnlySpan<double> numbers, int level)
    {
        if (level == 0)
            return numbers[0];
        int half = 1 << (level - 1);
        return numbers.Length <= half ? Sum(numbers, level - 1) : Sum(numbers[..half], level - 1) + Sum(numbers[half..], level - 1);
    }

    // A node without a neighbour to the right is its parent too.
    private static TreeRange Lifted(TreeRange node, int microBatches)
    {
        while (node.End == microBatches && node.Level < Height(microBatches) && node.First % (2L << node.Level) == 0)
            node = node with { Level = node.Level + 1 };
        return node;
    }

    private static int Height(int microBatches) => 32 - BitOperations.LeadingZeroCount((uint)(microBatches - 1));
}
