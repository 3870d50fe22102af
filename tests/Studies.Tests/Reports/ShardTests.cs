using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Tests.Reports;

/// <summary>How units are dealt to shards.</summary>
public class ShardTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(24, 4)]
    [InlineData(23, 4)]
    [InlineData(5, 8)]
    [InlineData(0, 3)]
    [InlineData(1000, 7)]
    public void EveryUnitIsInOneShardAndTheirNumbersDifferByOneAtMost(int units, int shards)
    {
        Shard[] all = [.. Enumerable.Range(1, shards).Select(index => new Shard(index, shards))];
        for (long unit = 0; unit < units; unit++)
            Assert.Single(all, shard => shard.Has(unit));
        foreach (Shard shard in all)
        {
            int own = Enumerable.Range(0, units).Count(unit => shard.Has(unit));
            Assert.Equal(own, shard.CountOf(units));
            Assert.InRange(own, units / shards, (units / shards) + 1);
        }
    }

    [Fact]
    public void WhatComesBackEveryFewUnitsIsSharedEvenly()
    {
        // Precisions 16 and 32 take turns; with two or four shards, each gets as many of one as of the other.
        foreach (int shards in (int[])[2, 4])
        {
            for (int index = 1; index <= shards; index++)
                Assert.Equal(24 / shards / 2, Enumerable.Range(0, 24).Count(unit => unit % 2 == 0 && new Shard(index, shards).Has(unit)));
        }
    }

    [Theory]
    [InlineData("2/4", 2, 4)]
    [InlineData("1/1", 1, 1)]
    [InlineData("1000000/1000000", 1_000_000, 1_000_000)]
    public void AShardHasAName(string text, int index, int count) => Assert.Equal(new Shard(index, count), Shard.Of(text));

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("-1/4")]
    [InlineData("1/0")]
    [InlineData("1/1000001")]
    [InlineData("1/99999999999999")]
    [InlineData("1")]
    [InlineData("1/2/3")]
    [InlineData("a/b")]
    [InlineData("1.5/2")]
    [InlineData(" 1/2")]
    [InlineData("+1/2")]
    [InlineData("")]
    public void OtherTextsAreNone(string text) => Assert.Null(Shard.Of(text));

    [Theory]
    [InlineData("1", "4", "1", "4", "1/4")]
    [InlineData("4", "4", "1", "4", "4/4")]
    [InlineData("0", "4", "0", "3", "1/4")]
    [InlineData("3", "4", "0", "3", "4/4")]
    [InlineData("1", "1", "1", "1", null)]
    public void ATaskOfAnArrayIsAShard(string task, string count, string first, string last, string? name)
    {
        (Shard? shard, string? problem) = SlurmShard.Of(Variables(task, count, first, last));
        Assert.Null(problem);
        Assert.Equal(name, shard!.Name);
    }

    [Theory]
    [InlineData(null, "4", "1", "4", "SLURM_ARRAY_TASK_ID is not set")]
    [InlineData("1", "", "1", "4", "SLURM_ARRAY_TASK_COUNT is not set")]
    [InlineData("1", "4", null, "4", "SLURM_ARRAY_TASK_MIN is not set")]
    [InlineData("x", "4", "1", "4", "'x'")]
    [InlineData("3", "1", "3", "3", "without gaps")]
    [InlineData("1", "2", "1", "3", "without gaps")]
    [InlineData("0", "4", "0", "6", "without gaps")]
    [InlineData("9", "4", "1", "4", "without gaps")]
    [InlineData("-1", "4", "-1", "2", "whole numbers")]
    public void OtherArraysAreRefused(string? task, string? count, string? first, string? last, string told)
    {
        (Shard? shard, string? problem) = SlurmShard.Of(Variables(task, count, first, last));
        Assert.Null(shard);
        Assert.Contains(told, problem, StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(string? task, string? count, string? first, string? last) => name => name switch
    {
        "SLURM_ARRAY_TASK_ID" => task,
        "SLURM_ARRAY_TASK_COUNT" => count,
        "SLURM_ARRAY_TASK_MIN" => first,
        "SLURM_ARRAY_TASK_MAX" => last,
        _ => null,
    };
}
