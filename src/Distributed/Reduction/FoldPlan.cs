namespace ConservativeAD.Distributed.Reduction;

/// <summary>How the nodes of all ranks become the sum of all: after each node in order, which are added to which.</summary>
internal sealed class FoldPlan
{
    private FoldPlan((int Rank, int Place)[] nodes, (int Into, int From)[][] sums) => (Nodes, Sums) = (nodes, sums);

    /// <summary>The nodes in order: the rank that contributes each, and its place among that rank's.</summary>
    public (int Rank, int Place)[] Nodes { get; }

    /// <summary>The nodes to add to others, by their numbers, when the node of the same place here has come.</summary>
    public (int Into, int From)[][] Sums { get; }

    /// <summary>Plans the sum.</summary>
    public static FoldPlan Of(int microBatches, int ranks)
    {
        List<(int Rank, int Place)> nodes = [];
        List<(int Into, int From)[]> sums = [];
        List<(TreeRange Node, int Number)> open = [];
        for (int rank = 0; rank < ranks; rank++)
        {
            (int first, int end) = MicroBatchTree.PartOf(microBatches, rank, ranks);
            TreeRange[] own = MicroBatchTree.NodesOf(microBatches, first, end);
            for (int place = 0; place < own.Length; place++)
            {
                (TreeRange node, int number) = (own[place], nodes.Count);
                nodes.Add((rank, place));
                List<(int Into, int From)> after = [];
                while (open.Count > 0 && MicroBatchTree.AreHalves(open[^1].Node, node))
                {
                    after.Add((open[^1].Number, number));
                    (node, number) = (MicroBatchTree.Joined(open[^1].Node, node, microBatches), open[^1].Number);
                    open.RemoveAt(open.Count - 1);
                }

                open.Add((node, number));
                sums.Add([.. after]);
            }
        }

        return new FoldPlan([.. nodes], [.. sums]);
    }
}
