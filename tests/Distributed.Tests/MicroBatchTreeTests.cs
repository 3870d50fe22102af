using ConservativeAD.Distributed.Reduction;

namespace ConservativeAD.Distributed.Tests;

/// <summary>The tree of a sum, written out: it is the same for any number of ranks.</summary>
public class MicroBatchTreeTests
{
    [Fact]
    public void AnyNumberOfRanksBuildsTheSameTree()
    {
        for (int microBatches = 1; microBatches <= 40; microBatches++)
        {
            string whole = Tree(0, microBatches, Height(microBatches));
            for (int ranks = 1; ranks <= 44; ranks++)
                Assert.Equal(whole, Built(microBatches, ranks));
        }
    }

    [Fact]
    public void TheTreeIsBalanced()
    {
        Assert.Equal("((0+1)+(2+3))", Built(4, 3));
        Assert.Equal("(((0+1)+(2+3))+(4+5))", Built(6, 4));
        Assert.Equal("(((0+1)+(2+3))+((4+5)+6))", Built(7, 2));
        Assert.Equal("0", Built(1, 5));
    }

    [Fact]
    public void RanksHaveAllMicroBatchesOnce()
    {
        foreach (int microBatches in (int[])[1, 5, 8, 1000, int.MaxValue - 1])
        {
            foreach (int ranks in (int[])[1, 3, 8, 1024])
            {
                int at = 0;
                for (int rank = 0; rank < ranks; rank++)
                {
                    (int first, int end) = MicroBatchTree.PartOf(microBatches, rank, ranks);
                    Assert.Equal(at, first);
                    Assert.InRange(end - first, microBatches / ranks, (microBatches / ranks) + 1);
                    at = end;
                }

                Assert.Equal(microBatches, at);
            }
        }
    }

    [Fact]
    public void ARankSendsFewNodesAndHoldsFewPlanes()
    {
        for (int ranks = 1; ranks <= 16; ranks *= 2)
        {
            for (int rank = 0; rank < ranks; rank++)
            {
                (int first, int end) = MicroBatchTree.PartOf(64, rank, ranks);
                RankPlan plan = RankPlan.Of(64, first, end);
                Assert.Single(plan.PlanesOfNodes);
                Assert.Equal(Math.Max(1, Height(64 / ranks)), plan.Planes);
            }
        }

        Assert.All(Enumerable.Range(0, 7), rank =>
        {
            (int first, int end) = MicroBatchTree.PartOf(1024, rank, 7);
            Assert.InRange(RankPlan.Of(1024, first, end).Planes, 1, 20);
        });
    }

    [Fact]
    public void SumsOfNumbersFollowTheTree()
    {
        double[] numbers = [1e16, 1, -1e16, 1, 1, 1e-8, 3];
        double expected = ((numbers[0] + numbers[1]) + (numbers[2] + numbers[3])) + ((numbers[4] + numbers[5]) + numbers[6]);
        Assert.Equal(expected, MicroBatchTree.Sum(numbers));
        Assert.Equal(5, MicroBatchTree.Sum([5]));
    }

    // What the plans of all ranks compute, as text.
    private static string Built(int microBatches, int ranks)
    {
        List<List<string>> nodes = [];
        for (int rank = 0; rank < ranks; rank++)
        {
            (int first, int end) = MicroBatchTree.PartOf(microBatches, rank, ranks);
            RankPlan plan = RankPlan.Of(microBatches, first, end);
            string[] planes = new string[plan.Planes];
            List<string> complete = [];
            for (int i = 0; i < plan.Steps.Length; i++)
            {
                MicroBatchStep step = plan.Steps[i];
                planes[step.Plane] = step.Adds ? $"({planes[step.Plane]}+{first + i})" : $"{first + i}";
                foreach ((int into, int from) in step.Sums)
                    planes[into] = $"({planes[into]}+{planes[from]})";
                if (step.Completes)
                    complete.Add(planes[plan.PlanesOfNodes[complete.Count]]);
            }

            // Nodes are sent from their planes, which later micro-batches must not touch.
            Assert.Equal(complete, plan.PlanesOfNodes.Select(plane => planes[plane]));
            nodes.Add(complete);
        }

        FoldPlan fold = FoldPlan.Of(microBatches, ranks);
        string[] values = [.. fold.Nodes.Select(node => nodes[node.Rank][node.Place])];
        Assert.Equal(nodes.Sum(own => own.Count), values.Length);
        foreach ((int into, int from) in fold.Sums.SelectMany(after => after))
            values[into] = $"({values[into]}+{values[from]})";
        if (values.Length > 1)
            Assert.Equal(0, fold.Sums[^1][^1].Into);
        return values[0];
    }

    private static string Tree(int first, int end, int level)
    {
        if (level == 0)
            return $"{first}";
        int middle = first + (1 << (level - 1));
        return middle >= end ? Tree(first, end, level - 1) : $"({Tree(first, middle, level - 1)}+{Tree(middle, end, level - 1)})";
    }

    private static int Height(int microBatches)
    {
        int height = 0;
        while (1 << height < microBatches)
            height++;
        return height;
    }
}
