using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Solvers.Tests;

/// <summary>Quadratic problems over boxes.</summary>
public class BoxQuadraticTests
{
    [Fact]
    public void WeightsSatisfyTheConditionsOfOptimality()
    {
        for (ulong round = 0; round < 300; round++)
        {
            int rows = 1 + (int)(round % 7), count = 1 + (int)(round * 5 % 23);
            double[] draws = new double[(rows * count) + rows + (4 * count)];
            new Philox(3, 100 + round).Uniform<double>(draws, -1, 1);
            double[] origin = draws[..rows];
            double[][] vectors = [.. Enumerable.Range(0, count).Select(i => draws[(rows * (i + 1))..(rows * (i + 2))])];

            // Some vectors depend on others, and some differ much in length.
            for (int i = 2; i < count && round % 3 == 0; i += 3)
                vectors[i] = [.. vectors[i - 1].Zip(vectors[i - 2], (a, b) => a - (2 * b))];
            for (int i = 0; i < count && round % 5 == 0; i++)
                vectors[i] = [.. vectors[i].Select(value => value * Math.Pow(10, (i % 7) - 3))];
            double[] rest = draws[(rows * (count + 1))..];
            double[] costs = rest[..count], lower = [.. rest[count..(2 * count)].Select(value => value - 1)];
            double[] upper = [.. rest[(2 * count)..(3 * count)].Select((value, i) => i % 4 == 1 && i < rows ? double.PositiveInfinity : value + 1)];
            double[] found = BoxQuadratic.Solve(origin, vectors, costs, lower, upper, [.. rest[(3 * count)..].Select(value => 2 * value)]);
            Verify(origin, vectors, costs, lower, upper, found);
        }
    }

    [Fact]
    public void GroupsOfPlanesGiveTheProximalStep()
    {
        // min of max(−1 + x, −1 − x) + x²/2·u is at 0, where both planes have half of the weight.
        double[] origin = [0, -1000];
        double[] found = BoxQuadratic.Solve(origin, [[1, 1000], [-1, 1000]], [1, 1], [0, 0], [double.PositiveInfinity, double.PositiveInfinity], [0, 0]);
        Assert.Equal(0.5, found[0], 1e-5);
        Assert.Equal(found[0], found[1], 1e-12);
    }

    private static void Verify(double[] origin, double[][] vectors, double[] costs, double[] lower, double[] upper, double[] found)
    {
        double[] sum = [.. origin];
        for (int i = 0; i < found.Length; i++)
            TensorPrimitives.MultiplyAdd(vectors[i], found[i], sum, sum);
        double size = 1 + TensorPrimitives.Norm<double>(origin)
            + found.Select((weight, i) => Math.Abs(weight) * TensorPrimitives.Norm<double>(vectors[i])).Sum();
        for (int i = 0; i < found.Length; i++)
        {
            double slope = TensorPrimitives.Dot<double>(vectors[i], sum) + costs[i], rounding = 1e-10 * size * (1 + TensorPrimitives.Norm<double>(vectors[i]));
            Assert.InRange(found[i], lower[i], upper[i]);
            if (found[i] > lower[i])
                Assert.True(slope <= rounding, $"weight {i} of {found.Length} should fall: slope {slope}");
            if (found[i] < upper[i])
                Assert.True(slope >= -rounding, $"weight {i} of {found.Length} should rise: slope {slope}");
        }
    }
}
