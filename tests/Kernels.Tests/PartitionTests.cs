using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Partitions at extents that no test can allocate.</summary>
public sealed class PartitionTests
{
    public static TheoryData<int, int, int> Cuts
    {
        get
        {
            TheoryData<int, int, int> cuts = [];
            int[] extents = [0, 1, 63, 64, 65, 1_000_003, 1_899_999_999, 1_950_000_000, Shape.MaximumCount - 1, Shape.MaximumCount];
            foreach (int extent in extents)
            {
                foreach (int parts in (int[])[1, 4, 8, 12, 256, 4096])
                {
                    foreach (int multiple in (int[])[1, 64])
                        cuts.Add(extent, parts, multiple);
                }
            }

            return cuts;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void PartsCoverAnExtentOnce(int extent, int parts, int multiple)
    {
        int length = Partition.Length(extent, parts, multiple);
        Assert.Equal(0, length % multiple);
        int count = extent == 0 ? 0 : Partition.Count(extent, length), end = 0;
        Assert.InRange(count, extent == 0 ? 0 : 1, parts);
        for (int part = 0; part < count; part++)
        {
            Assert.Equal(end, (long)part * length);
            int next = Partition.End(part, length, extent);
            Assert.InRange(next, end + 1, extent);
            end = next;
        }

        Assert.Equal(extent, end);
    }

    [Theory]
    [InlineData(1_950_000_000, 1 << 14)]
    [InlineData(Shape.MaximumCount, 1 << 16)]
    [InlineData(Shape.MaximumCount, Shape.MaximumCount)]
    public void BlocksOfALengthAreCountedWithoutOverflow(int extent, int block) =>
    Assert.Equal((int)Math.Ceiling(extent / (double)block), Partition.Count(extent, block));

    [Fact]
    public void MoreElementsThanKernelsCountAreRefused()
    {
        Assert.Equal(Shape.MaximumCount, Shape.Of(Shape.MaximumCount).Count);
        Assert.Contains("split the array", Assert.Throws<ArgumentException>(() => Shape.Of(Shape.MaximumCount, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Shape.Of(int.MaxValue));
    }
}
