using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Positions, conditions and products that must be scaled are the same on a GPU as on the CPU.</summary>
[Collection(TestGpu.Collection)]
public class OrderOnDevicesTests
{
    private static readonly double[] Elements = [3, 5, 5, 1, 2, 2, 7, double.NaN, 0, -0.0, 4, -1];

    [Fact]
    public void PositionsAndConditionsAreThoseOfTheCpu()
    {
        using Tape<double> here = new();
        int[][] expected = Positions(here.Variable([3, 4], Elements));
        double[] conditions = Conditions(here.Variable([3, 4], Elements));
        foreach (Device device in TestDevices.Gpus)
        {
            using Tape<double> there = new(device);
            Assert.Equal(expected, Positions(there.Variable([3, 4], Elements)));
            Assert.Equal(conditions, Conditions(there.Variable([3, 4], Elements)));
        }

        TestDevices.AssertCudaTakesNewKernels();
    }

    [Fact]
    public void ProductsOfHugeAndTinyFactorsAreThoseOfTheCpu()
    {
        double[] factors = [1e200, -1e200, 1e-300, 0, 1e200, -1e200, 1e-300, 1e50];
        using Tape<double> here = new();
        (double[] products, double[] gradient) = Products(here, factors);
        AssertClose([0, -1e150], products);
        foreach (Device device in TestDevices.Gpus)
        {
            using Tape<double> there = new(device);
            (double[] others, double[] otherGradient) = Products(there, factors);
            AssertClose(products, others);
            AssertClose(gradient, otherGradient);
        }

        TestDevices.AssertCudaTakesNewKernels();
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        foreach ((double one, double other) in expected.Zip(actual))
            Assert.True(one == other || Math.Abs((one / other) - 1) < 1e-12, $"{other} instead of {one}");
    }

    private static (double[] Products, double[] Gradient) Products(Tape<double> tape, double[] factors)
    {
        Var<double> x = tape.Variable([2, 4], factors), products = x.Product(1);
        return (products.ToArray(), tape.Backward(products.Sum())[x].ToArray());
    }

    private static int[][] Positions(Var<double> x) =>
    [
        x.ArgMax(1).ToArray(), x.ArgMin(0, true).ToArray(), x.ArgMax([0, 1]).ToArray(), x.ArgSort().ToArray(), x.ArgSort(0, true).ToArray(),
        x.TopKWithIndices(2).Indices.ToArray(), x.Unique().Inverse.ToArray(), x.Sort().SearchSorted(x).ToArray(),
    ];

    private static double[] Conditions(Var<double> x) => [.. x.Any([0]).ToArray(), .. x.All([1]).ToArray(), .. x.Any([0, 1], true).ToArray()];
}
