namespace ConservativeAD.Distributed.Tests;

/// <summary>One rank without MPI: every call works, and what needs another rank is refused.</summary>
public class CommunicatorTests
{
    [Fact]
    public void OneRankHasWhatItGives()
    {
        using Communicator alone = Communicator.Start();
        Assert.Equal((0, 1, true, null), (alone.Rank, alone.Size, alone.IsFirst, alone.Library));
        alone.Barrier();
        double[] all = new double[3];
        alone.AllGather<double>([1, 2, 3], all);
        Assert.Equal([1, 2, 3], all);
        alone.Gather<double>([4, 5, 6], all);
        Assert.Equal([4, 5, 6], all);
        alone.Scatter<double>([7, 8, 9], all);
        Assert.Equal([7, 8, 9], all);
        alone.Broadcast<double>(all);
        Assert.Equal([7, 8, 9], all);
        Assert.Equal("text", alone.BroadcastText("text"));
        Assert.Equal([1, 2], alone.GatherBytes([1, 2])[0]);
        Assert.Equal([1, 2], alone.AllGatherBytes([1, 2])[0]);
        Assert.False(alone.HasMessage(0, out int from));
        Assert.Equal(-1, from);
        alone.Complete();
        alone.Complete();
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        using Communicator alone = Communicator.Alone();
        Assert.Contains("There is one rank", Assert.Throws<ArgumentOutOfRangeException>(() => alone.Send<int>([1], 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => alone.Receive<int>(new int[1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => alone.Broadcast<int>(new int[1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => alone.Broadcast<int>(new int[1], -1));
        Assert.Contains("there is room for 3", Assert.Throws<ArgumentException>(() => alone.AllGather<int>([1, 2], new int[3])).Message,
            StringComparison.Ordinal);
        Assert.Contains("from 0 to 9999", Assert.Throws<ArgumentOutOfRangeException>(() => alone.HasMessage(10000, out _)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => alone.BroadcastBytes(null));
        alone.Complete();
        Assert.Contains("after Complete", Assert.Throws<InvalidOperationException>(alone.Barrier).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheThreadThatStartedItMayUseIt()
    {
        using Communicator alone = Communicator.Alone();
        Exception? met = null;
        Thread thread = new(() => met = Record.Exception(alone.Barrier));
        thread.Start();
        thread.Join();
        Assert.Contains("only the thread that started it", Assert.IsType<InvalidOperationException>(met).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunReturnsTheCodeAndLetsExceptionsPass()
    {
        Assert.Equal(5, Communicator.Run(_ => 5));
        Assert.Throws<NotSupportedException>(() => Communicator.Run(_ => throw new NotSupportedException()));
    }
}
