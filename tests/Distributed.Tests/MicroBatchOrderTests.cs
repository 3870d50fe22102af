namespace ConservativeAD.Distributed.Tests;

public class MicroBatchOrderTests
{
    [Theory]
    [InlineData(100, 32, 4)]
    [InlineData(7, 3, 5)]
    [InlineData(1, 1, 1)]
    [InlineData(5, 100, 2)]
    public void AnEpochHasEveryExampleOnce(int examples, int batch, int microBatches)
    {
        MicroBatchOrder order = new(examples, batch, microBatches, 3);
        foreach (int epoch in (int[])[0, 2, 1])
        {
            List<int> seen = [];
            for (int step = 0; step < order.StepsPerEpoch; step++)
            {
                double weights = 0;
                for (int micro = 0; micro < microBatches; micro++)
                {
                    seen.AddRange(order.Of(((long)epoch * order.StepsPerEpoch) + step, micro));
                    weights += order.WeightOf(((long)epoch * order.StepsPerEpoch) + step, micro);
                }

                Assert.Equal(1, weights, 12);
            }

            Assert.Equal(Enumerable.Range(0, examples), seen.Order());
        }
    }

    [Fact]
    public void OrdersDependOnTheSeedAndTheEpochAlone()
    {
        MicroBatchOrder order = new(1000, 100, 4, 3), again = new(1000, 100, 4, 3), other = new(1000, 100, 4, 4);
        int[] late = order.Of(25, 2).ToArray();
        order.Of(3, 0);
        Assert.Equal(late, order.Of(25, 2).ToArray());
        Assert.Equal(late, again.Of(25, 2).ToArray());
        Assert.NotEqual(late, other.Of(25, 2).ToArray());
        Assert.NotEqual(late, order.Of(5, 2).ToArray());
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MicroBatchOrder(0, 1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MicroBatchOrder(1, 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MicroBatchOrder(1, 1, 0, 1));
        MicroBatchOrder order = new(10, 5, 2, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => order.Of(-1, 0).Length);
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => order.Of(0, 2).Length).Message, StringComparison.Ordinal);
    }
}
