using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>The memory of adjoints of flows. It runs alone, since it measures the memory of the whole process.</summary>
[Collection(nameof(FlowMemoryTests))]
[CollectionDefinition(nameof(FlowMemoryTests), DisableParallelization = true)]
public class FlowMemoryTests
{
    [Fact]
    public void AdjointsKeepFewStates()
    {
        const int Size = 64, Steps = 8000;
        int calls = 0;
        long before = 0, most = 0;
        Flow chain = Flow.OfScalars(Size, 1, (t, x, p) =>
        {
            if (++calls % 4001 == 0)
                most = Math.Max(most, GC.GetTotalMemory(true) - before);
            Active[] rates = new Active[Size];
            for (int i = 0; i < Size; i++)
                rates[i] = p[0] * (x[(i + 1) % Size] - x[i]);
            return rates;
        });
        double[] start = new double[Size], weights = new double[Size];
        (start[0], weights[0]) = (1, 1);
        before = GC.GetTotalMemory(true);
        FlowSolution solution = chain.Solve(start, [1], 0, 8, new IntegrationOptions { Method = FlowMethod.Euler, StepSize = 8.0 / Steps, KeptStates = 32 });
        FlowGradient gradient = solution.Reverse(weights);
        Assert.Equal(Steps, solution.Steps);
        // All states would take 4 MB; 32 of them for each of three levels and the times take a few hundred thousand bytes.
        Assert.InRange(most, 1, 500_000);
        Assert.Equal(solution.Forward(new double[Size], [1])[0], gradient.Parameters[0], 1e-12);
        // Each step is computed once, twice again for the adjoint and recorded there, and computed and recorded for the forward derivative.
        Assert.InRange(calls, 5 * Steps, 6 * Steps);
    }
}
