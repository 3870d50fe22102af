using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Kernels.Tests;

public class WorkerPoolTests
{
    private readonly struct Mark(int[] marks, bool failing) : IParallelBody
    {
        public void Run(int part)
        {
            Interlocked.Increment(ref marks[part]);
            if (failing && part == 3)
                throw new InvalidOperationException("part 3 fails");
        }
    }

    private readonly struct Nested(WorkerPool pool, int[] marks) : IParallelBody
    {
        public void Run(int part) => pool.For(10, new Mark(marks, false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void EveryPartRunsOnceInEveryJob(int threads)
    {
        using WorkerPool pool = new(threads);
        for (int job = 0; job < 20_000; job++)
        {
            int[] marks = new int[1 + (job % 7)];
            pool.For(marks.Length, new Mark(marks, false));
            Assert.All(marks, mark => Assert.Equal(1, mark));
        }
    }

    [Fact]
    public void AFailedPartReachesTheCallerAndThePoolGoesOn()
    {
        using WorkerPool pool = new(3);
        int[] marks = new int[100];
        Assert.Contains("part 3 fails", Assert.Throws<InvalidOperationException>(() => pool.For(100, new Mark(marks, true))).Message, StringComparison.Ordinal);
        marks = new int[100];
        pool.For(100, new Mark(marks, false));
        Assert.All(marks, mark => Assert.Equal(1, mark));
    }

    [Fact]
    public void AJobInsideAJobAndJobsOfSeveralThreadsComplete()
    {
        using WorkerPool pool = new(3);
        int[] marks = new int[10];
        pool.For(6, new Nested(pool, marks));
        Assert.All(marks, mark => Assert.Equal(6, mark));
        int[][] many = [.. Enumerable.Range(0, 4).Select(_ => new int[10])];
        Parallel.For(0, 4, caller =>
        {
            for (int job = 0; job < 500; job++)
                pool.For(10, new Mark(many[caller], false));
        });
        Assert.All(many, counts => Assert.All(counts, mark => Assert.Equal(500, mark)));
    }

    [Fact]
    public void ASleepingPoolWakesUp()
    {
        using WorkerPool pool = new(2);
        for (int job = 0; job < 5; job++)
        {
            Thread.Sleep(30);
            int[] marks = new int[8];
            pool.For(8, new Mark(marks, false));
            Assert.All(marks, mark => Assert.Equal(1, mark));
        }
    }
}
