using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;
using ConservativeAD.Tests.Subdifferentials;
using CsCheck;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Hessians of programs on numbers: products along several vectors, dense and sparse, and the fast tape behind them.</summary>
public class NumbersHessianTests
{
    private static readonly Func<Active[], Active>[] Smooth =
    [
        x => (x[0] * x[0] * x[1]) + Active.Exp(x[1] * x[2]) - (3 * x[2]),
        x => Active.Sin(x[0] * x[1]) / (1 + (x[2] * x[2])),
        x => Active.Hypot(x[0], x[1] * x[2]) + Active.Pow(x[0], x[1]) + Active.Pow(x[2], 3),
        x => Active.Max(x[0] * x[0], x[1] - 5) + Active.Abs(x[2] * x[1]) + Active.Relu(x[0] * x[2]),
        x => Active.Atan2(x[0], x[1]) * Active.Log(x[2]) * Active.Sqrt(x[0] + x[1] + x[2]),
        x => x[1] * 3,
        _ => 4,
        x => Active.Tanh(x[0]) * x[0].Apply(default(Softplus)) * x[0].Apply(new Huber(0.1)) * (x[1] % 0.3) * Active.Floor(x[2] + 2),
        x => Enumerable.Range(0, 40).Aggregate(x[0], (state, i) => Active.Sin((state * x[i % 3]) + x[(i + 1) % 3])),
    ];

    [Fact]
    public void AllWaysGiveTheSameHessian()
    {
        double[] point = [0.8, 1.3, 0.7];
        foreach (Func<Active[], Active> program in Smooth)
        {
            Objective objective = Objective.OfScalars(program);
            HessianProducts whole = objective.Hessian(point);
            SparseHessian sparse = objective.SparseHessian(point);
            (double[,] products, double[,] dense) = (whole.Products, sparse.ToDense());
            Assert.True(whole.IsTwiceDifferentiable && sparse.IsTwiceDifferentiable);
            (double value, double[] gradient) = objective.Gradient(point);
            Assert.Equal((value, value), (whole.Value, sparse.Value));
            Assert.Equal(gradient, whole.Gradient);
            Assert.Equal(gradient, sparse.Gradient);
            for (int row = 0; row < 3; row++)
            {
                double[] unit = new double[3], ahead = [.. point], behind = [.. point];
                unit[row] = 1;
                const double H = 1e-5;
                ahead[row] += H;
                behind[row] -= H;
                (double[] up, double[] down) = (objective.Gradient(ahead).Gradient, objective.Gradient(behind).Gradient);
                HessianProduct product = objective.HessianProduct(point, unit);
                Assert.True(product.IsTwiceDifferentiable);
                for (int column = 0; column < 3; column++)
                {
                    double scale = 1 + Math.Abs(products[row, column]);
                    Assert.Equal((up[column] - down[column]) / (2 * H), products[row, column], 1e-6 * scale);
                    Assert.Equal(products[row, column], product.Product[column], 1e-12 * scale);
                    Assert.Equal(products[row, column], dense[row, column], 1e-12 * scale);
                    Assert.Equal(products[row, column], products[column, row], 1e-12 * scale);
                }
            }
        }
    }

    // The examined product at a point that the fast tape doubts, and the fast one near by.
    [Fact]
    public void KinksBendsAndObstaclesAreFoundAsByTheTapeThatExaminesEverything()
    {
        (Func<Active[], Active> Program, double[] Doubtful, double[] Fine)[] cases =
        [
            (x => Active.Abs(x[0]) * x[1], [0, 2], [1, 2]),
            (x => Active.Max(x[0], x[1]) + x[0], [2, 2], [1, 2]),
            (x => x[0].Apply(new Huber(1)) * x[1], [1, 2], [0.5, 2]),
            (x => x[0] > x[1] ? x[0] * x[0] : x[1] * x[0], [2, 2], [1, 2]),
            (x => Active.Hypot(x[0], x[1]), [0, 0], [0, 1]),
            (x => Active.Floor(x[0]) * x[1], [3, 1], [3.5, 1]),
            (x => Active.Round(x[0]) + x[1], [2.5, 1], [2.4, 1]),
            (x => x[1] / x[0], [0, 1], [1, 1]),
            (x => Active.Sqrt(x[0]) + x[1], [0, 1], [1, 1]),
            (x => Active.Log(x[0]) + x[1], [-1, 1], [1, 1]),
            (x => x[0] % 2 * x[1], [4, 1], [5, 1]),
            (x => Active.Pow(x[0], 1.5) + x[1], [0, 1], [1, 1]),
            (x => x[0] + x[1], [double.NaN, 1], [1, 1]),
            (x => x[0] * x[1], [double.PositiveInfinity, 1], [1e300, 1]),
            (x => x[0] * x[1] * x[1], [1e200, 1e200], [1, 1]),
            (x => Active.IsInteger(x[0]) ? x[0] : x[1], [3, 1], [3.5, 1]),
            (x => x[0] / Active.Clamp(x[1], 1, 2), [3, 1], [3.5, 1.5]),
        ];
        foreach ((Func<Active[], Active> program, double[] doubtful, double[] fine) in cases)
        {
            Objective objective = Objective.OfScalars(program);
            double[] vector = [0.7, -0.4];
            Assert.False(objective.HessianProduct(doubtful, vector).IsTwiceDifferentiable);
            Assert.False(Objective.OfScalars(program).Hessian(doubtful).IsTwiceDifferentiable);
            Assert.False(Objective.OfScalars(program).SparseHessian(doubtful).IsTwiceDifferentiable);
            for (int run = 0; run < 3; run++)
                Assert.True(objective.HessianProduct(fine, vector).IsTwiceDifferentiable);
            HessianProduct examined = Examined(program, fine, vector), fast = objective.HessianProduct(fine, vector);
            for (int i = 0; i < 2; i++)
                Assert.Equal(examined.Product[i], fast.Product[i], 1e-12 * (1 + Math.Abs(fast.Product[i])));
        }
    }

    // An objective that met a kink examines the next point.
    private static HessianProduct Examined(Func<Active[], Active> program, double[] point, double[] vector)
    {
        bool meetsKink = true;
        Objective objective = Objective.OfScalars(x => program(x) + (meetsKink ? 0 * Active.Abs(x[0] - x[0].Value) : 0));
        objective.HessianProduct(point, vector);
        meetsKink = false;
        return objective.HessianProduct(point, vector);
    }

    [Fact]
    public void RandomProgramsHaveTheSameProductsOnBothTapes() =>
    Samples.Check(Gen.Select(RandomProgram.Generate(false, 6), Gen.Double[0.05, 0.4].Array[4], Gen.Double[-1, 1].Array[4]), 200, drawn =>
    {
        (RandomProgram program, double[] shift, double[] vector) = drawn;
        double[] point = [.. program.Point.Select((x, i) => x + shift[i])], along = vector[..point.Length];
        HessianProduct numbers = program.OnNumbers.HessianProduct(point, along);
        if (!numbers.IsTwiceDifferentiable)
            return;
        HessianProducts whole = program.OnNumbers.Hessian(point);
        double[,] sparse = program.OnNumbers.SparseHessian(point).ToDense();
        for (int i = 0; i < point.Length; i++)
        {
            double product = 0, size = 1;
            for (int j = 0; j < point.Length; j++)
            {
                product += whole.Products[i, j] * along[j];
                size += Math.Abs(whole.Products[i, j]);
                Assert.Equal(whole.Products[i, j], sparse[i, j], 1e-9 * (1 + Math.Abs(sparse[i, j])));
            }

            Assert.Equal(product, numbers.Product[i], 1e-9 * size);
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(1500)]
    public void ASparseHessianHoldsItsStructure(int size)
    {
        // Rosenbrock's chain, whose Hessian is tridiagonal.
        Objective chain = Objective.OfScalars(x =>
        {
            Active sum = 0;
            for (int i = 0; i + 1 < x.Length; i++)
            {
                Active rise = x[i + 1] - (x[i] * x[i]), rest = 1 - x[i];
                sum += (100 * rise * rise) + (rest * rest);
            }

            return sum;
        });
        double[] point = [.. Enumerable.Range(0, size).Select(i => Math.Sin(i))];
        SparseHessian hessian = chain.SparseHessian(point);
        Assert.Equal((2 * size) - 1, hessian.Entries.Count);
        foreach ((int row, int column, double value) in hessian.Entries)
        {
            double x = point[row];
            double diagonal = (row > 0 ? 200 : 0) + (row + 1 < size ? (1200 * x * x) - (400 * point[row + 1]) + 2 : 0);
            double expected = row == column ? diagonal : -400 * point[column];
            Assert.Equal(expected, value, 1e-9 * (1 + Math.Abs(expected)));
        }
    }

    [Fact]
    public void VariablesMadeAfterOperationsAndNumbersUsedTwiceArePaired()
    {
        // (x·x)·x and x·y with y also on both sides.
        Objective objective = Objective.OfScalars(x =>
        {
            Active square = x[1] * x[1], cube = square * x[1], both = (x[0] * x[1]) + (x[1] * x[0]);
            return (cube * both) + (both * both) + ((square - square) * x[0]);
        });
        double[] point = [1.5, -0.5];
        (double a, double b) = (point[0], point[1]);

        // 2ab⁴ + 4a²b².
        double[,] expected = { { 8 * b * b, (8 * b * b * b) + (16 * a * b) }, { (8 * b * b * b) + (16 * a * b), (24 * a * b * b) + (8 * a * a) } };
        (double[,] sparse, double[,] products) = (objective.SparseHessian(point).ToDense(), objective.Hessian(point).Products);
        for (int row = 0; row < 2; row++)
        {
            for (int column = 0; column < 2; column++)
            {
                Assert.Equal(expected[row, column], sparse[row, column], 1e-12);
                Assert.Equal(expected[row, column], products[row, column], 1e-12);
            }
        }
    }

    [Fact]
    public void WhatTheFastTapeCannotKnowIsExamined()
    {
        // The product is that of 3x with x detached, and nothing is certified.
        HessianProduct detached = Objective.OfScalars(x => x[0] * x[0].Detach()).HessianProduct([3], [1]);
        Assert.Equal((3, 0, false), (detached.Gradient[0], detached.Product[0], detached.IsTwiceDifferentiable));
        HessianProduct own = Objective.OfScalars(x => x[0].Apply(z => z * z * z, (z, _) => 3 * z * z)).HessianProduct([2], [1]);
        Assert.Equal((12, 12, false), (own.Gradient[0], own.Product[0], own.IsTwiceDifferentiable));
    }

    [Fact]
    public void NestedDerivativesAreDifferentiatedTwiceMore()
    {
        // d/dz z³y at z = x is 3x²y.
        Objective objective = Objective.OfScalars(x => NestedTape.Derivative(z => z * z * z * x[1], x[0]));
        HessianProduct product = objective.HessianProduct([2, 5], [1, 0]);
        Assert.Equal((30, 12, true), (product.Product[0], product.Product[1], product.IsTwiceDifferentiable));
        Assert.Equal([(0, 0, 30), (1, 0, 12)], objective.SparseHessian([2, 5]).Entries.Where(entry => entry.Value != 0));
        Objective kinked = Objective.OfScalars(x => NestedTape.Derivative(z => Active.Relu(z) * z, x[0]));
        Assert.False(kinked.HessianProduct([0], [1]).IsTwiceDifferentiable);
        Assert.True(kinked.HessianProduct([1], [1]).IsTwiceDifferentiable);
    }

    [Fact]
    public void SeveralTapesAndThreadsDoNotDisturbEachOther()
    {
        Objective inner = Objective.OfScalars(x => x[0] * x[0] * x[0]);
        Objective outer = Objective.OfScalars(x =>
        {
            double inside = inner.HessianProduct([2], [1]).Product[0], slope = inner.Gradient([2]).Gradient[0];
            return (x[0] * x[0] * inside) + (slope * x[0]);
        });
        Parallel.For(0, 64, i =>
        {
            HessianProduct product = outer.HessianProduct([i], [1]);
            Assert.Equal((24 * i) + 12, product.Gradient[0]);
            Assert.Equal(24, product.Product[0]);
        });
    }

    [Fact]
    public void AProgramLongerThanTheFirstTapeGrows()
    {
        Objective power = Objective.OfScalars(x => Enumerable.Range(0, 5000).Aggregate((Active)0, (sum, _) => sum + (x[0] * x[0])));
        HessianProduct product = power.HessianProduct([3], [1]);
        Assert.Equal((30000, 10000, true), (product.Gradient[0], product.Product[0], product.IsTwiceDifferentiable));
    }

    [Fact]
    public void TensorsAndSeveralVectors()
    {
        Objective tensor = Objective.OfTensor(x => (x.Square() * x).Sum());
        double[] point = [1, -2];
        HessianProducts products = tensor.HessianProducts(point, new double[,] { { 1, 1 }, { 0, 2 }, { 0, 0 } });
        Assert.Equal(new double[,] { { 6, -12 }, { 0, -24 }, { 0, 0 } }, products.Products);
        Assert.Equal([(0, 0, 6), (1, 1, -12)], tensor.SparseHessian(point).Entries);
        Assert.Contains("0 × 2", Assert.Throws<ArgumentException>(() => tensor.HessianProducts(point, new double[0, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("1 × 3", Assert.Throws<ArgumentException>(() => tensor.HessianProducts(point, new double[1, 3])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Objective.OfScalars(x => 1).SparseHessian([]));
    }
}
