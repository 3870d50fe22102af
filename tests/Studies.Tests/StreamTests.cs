using System.Reflection;

namespace ConservativeAD.Studies.Tests;

/// <summary>Every use of random numbers in a library has a block of streams of its own.</summary>
public class StreamTests
{
    [Theory]
    [InlineData("ConservativeAD.AutoDiff")]
    [InlineData("ConservativeAD.Solvers")]
    [InlineData("ConservativeAD.Diagnostics")]
    [InlineData("ConservativeAD.Distributed")]
    [InlineData("conservative-ad")]
    public void NoTwoStreamsAreOne(string library)
    {
        Type streams = Assembly.Load(library).GetTypes().Single(type => type.Name == "Streams" && !type.IsNested);
        uint[] blocks = [.. streams.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (uint)field.GetRawConstantValue()!)];
        Assert.NotEmpty(blocks);
        Assert.Equal(blocks.Length, blocks.Distinct().Count());
    }
}
