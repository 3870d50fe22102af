namespace ConservativeAD.Distributed.Reduction;

/// <summary>
/// What a rank does with its micro-batches one after another: the gradients of each are put into a plane of memory or added to one, then planes are added to
/// each other, until what is left are the nodes of the tree that the rank contributes.
/// </summary>
internal sealed class RankPlan
{
    private RankPlan(MicroBatchStep[] steps, int[] planesOfNodes, int planes) => (Steps, PlanesOfNodes, Planes) = (steps, planesOfNodes, planes);

    /// <summary>The steps, one for each micro-batch.</summary>
    public MicroBatchStep[] Steps { get; }

    /// <summary>The plane of each node that the rank contributes, in order.</summary>
    public int[] PlanesOfNodes { get; }

    /// <summary>The number of planes.</summary>
    public int Planes { get; }

    /// <summary>Plans a rank's micro-batches.</summary>
    public static RankPlan Of(int microBatches, int first, int end)
    {
        TreeRange[] nodes = MicroBatchTree.NodesOf(microBatches, first, end);
        List<MicroBatchStep> steps = [];
        List<int> planesOfNodes = [];
        List<(TreeRange Node, int Plane)> open = [];
        SortedSet<int> free = [];
        int planes = 0;
        for (int index = first; index < end; index++)
        {
            TreeRange node = MicroBatchTree.Leaf(microBatches, index);
            bool adds = open.Count > 0 && MicroBatchTree.AreHalves(open[^1].Node, node);
            if (!adds && free.Count == 0)
                free.Add(planes++);
            int plane = adds ? open[^1].Plane : free.Min;
            free.Remove(plane);
            List<(int Into, int From)> sums = [];
            if (adds)
            {
                node = MicroBatchTree.Joined(open[^1].Node, node, microBatches);
                open.RemoveAt(open.Count - 1);
            }

            int at = plane;
            while (open.Count > 0 && MicroBatchTree.AreHalves(open[^1].Node, node))
            {
                sums.Add((open[^1].Plane, at));
                free.Add(at);
                (node, at) = (MicroBatchTree.Joined(open[^1].Node, node, microBatches), open[^1].Plane);
                open.RemoveAt(open.Count - 1);
            }

            // A node that the rank contributes keeps its plane, from which it is sent.
            bool completes = node.First == nodes[planesOfNodes.Count].First && node.End == nodes[planesOfNodes.Count].End;
            if (completes)
                planesOfNodes.Add(at);
            else
                open.Add((node, at));
            steps.Add(new MicroBatchStep(plane, adds, [.. sums], completes));
        }

        return new RankPlan([.. steps], [.. planesOfNodes], planes);
    }
}

/// <summary>What a rank does with the gradients of one micro-batch.</summary>
/// <param name="Plane">The plane that they go to.</param>
/// <param name="Adds">Whether they are added to what is there.</param>
/// <param name="Sums">The planes that are added to others afterwards.</param>
/// <param name="Completes">Whether one more node of those that the rank contributes is complete then.</param>
internal sealed record MicroBatchStep(int Plane, bool Adds, (int Into, int From)[] Sums, bool Completes);
