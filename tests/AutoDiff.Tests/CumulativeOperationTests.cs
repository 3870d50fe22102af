using ConservativeAD.Kernels;

namespace ConservativeAD.AutoDiff.Tests;

/// <summary>Operations along an axis where formulas that divide, overflow or compare carelessly go wrong.</summary>
public class CumulativeOperationTests
{
    [Fact]
    public void ProductsWithZerosHaveTheGradientOfTheOtherFactors()
    {
        // dy_j/dx_i is the product of the other elements up to j.
        Assert.Equal([1, (10 * 2) + (100 * 2 * 3) + (1000 * 2 * 3 * 5), 0, 0], Pull(x => x.CumulativeProduct(), [2, 0, 3, 5], [1, 10, 100, 1000]));
        Assert.Equal([1, 10 * 2, 0, 0], Pull(x => x.CumulativeProduct(), [2, 0, 0, 5], [1, 10, 100, 1000]));
        Assert.Equal([1 + (10 * 3) + (100 * 3 * 4), 0, 0], Pull(x => x.CumulativeProduct(), [0, 3, 4], [1, 10, 100]));
        Assert.Equal([0, 0, 2 * 3], Pull(x => x.CumulativeProduct(), [2, 3, 0], [0, 0, 1]));
    }

    [Fact]
    public void AnInfinityOfOneProductStaysOutOfOthers() =>
        Assert.Equal([1, 0, 0], Pull(x => x.CumulativeProduct(), [2, 1e300, 1e300], [1, 0, 0]));

    [Fact]
    public void ElementsFarBelowTheLargestKeepTheirShare()
    {
        Assert.Equal([0.5, 0.5, 0], Pull(x => x.CumulativeLogSumExp(), [-1e6, -1e6, 0], [0, 1, 0]));
        Assert.Equal([0, 1], Pull(x => x.CumulativeLogSumExp(), [double.NegativeInfinity, 3], [0, 1]));
    }

    [Fact]
    public void ANanTakesTheCotangentFromWhereItStands()
    {
        Assert.Equal([1, 110, 0], Pull(x => x.CumulativeMaximum(ties: TieSelection.First), [3, double.NaN, 5], [1, 10, 100]));
        Assert.Equal([1, 10, 100], Pull(x => x.CumulativeMinimum(ties: TieSelection.Last), [3, double.NaN, double.NaN], [1, 10, 100]));
    }

    [Fact]
    public void AllElementsMayTie()
    {
        foreach (double all in (double[])[0, double.NegativeInfinity, 7])
        {
            Assert.Equal([111, 0, 0], Pull(x => x.CumulativeMaximum(ties: TieSelection.First), [all, all, all], [1, 10, 100]));
            Assert.Equal([1, 10, 100], Pull(x => x.CumulativeMaximum(ties: TieSelection.Last), [all, all, all], [1, 10, 100]));
            Assert.Equal([1 + 5 + 20, 5 + 20, 20], Pull(x => x.CumulativeMinimum(ties: TieSelection.EvenSplit), [all, all, all], [1, 10, 60]));
        }
    }

    [Fact]
    public void ACotangentThatIsNotFiniteStaysWithItsOwnExtreme() =>
        Assert.Equal(
            [1, double.PositiveInfinity, 2],
            Pull(x => x.CumulativeMaximum(ties: TieSelection.EvenSplit), [1, 2, 3], [1, double.PositiveInfinity, 2]));

    [Fact]
    public void CotangentsOfHalvesAreAddedUpInFloat()
    {
        const int Count = 100_000;
        Half[]? first = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            using Device device = Device.Cpu(threads);
            using Tape<Half> tape = new(device, Selections.PyTorch);
            Var<Half> x = tape.Variable([Count], [.. Enumerable.Repeat((Half)1, Count)]);
            NDArray<Half> cotangent = device.Allocate<Half>([Count]);
            device.Fill(cotangent, (Half)0.01f);
            Half[] gradient = tape.Backward(x.CumulativeMaximum(ties: TieSelection.First), cotangent)[x].ToArray();
            Assert.InRange((double)gradient[0], 995, 1005);
            Assert.Equal(first ??= gradient, gradient);
        }
    }

    private static double[] Pull(Func<Var<double>, Var<double>> program, double[] x, double[] weights)
    {
        using Tape<double> tape = new();
        Var<double> variable = tape.Variable([x.Length], x), value = program(variable);
        NDArray<double> cotangent = tape.Device.Array<double>([weights.Length], weights);
        return tape.Backward(value, cotangent)[variable].ToArray();
    }
}
