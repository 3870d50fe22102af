using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Reductions, norms and the softmax family.</summary>
public static class ReductionCases
{
    private static readonly Shape[][] Matrices = [[[3, 4]], [[2, 3, 2]], [[1, 5]]];

    private static readonly Shape[][] Lines = [[[3, 4]], [[2, 3, 2]], [[1, 5]], [[9, 3]]];

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new SumAll { FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new SumAxis { Ordinary = Matrices, FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new CumulativeSum { Ordinary = Lines, FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new CumulativeSumOfColumns { Ordinary = Matrices, FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new CumulativeProduct { Ordinary = Lines, Range = (-1.5, 1.5), Large = [[165, 401]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new CumulativeProductOfColumns { Ordinary = Matrices, HalfTolerance = 1e-2 },
        new CumulativeLogSumExp { Ordinary = Lines, HalfTolerance = 1e-2 },
        new CumulativeMaximum { Ordinary = Lines, Kinks = [RunningTies(1, (x, t) => x.CumulativeMaximum(0, t))] },
        new CumulativeMinimum { Ordinary = Matrices, Kinks = [RunningTies(-1, (x, t) => x.CumulativeMinimum(0, t))] },
        new ProductAll { Ordinary = [[[3, 4]], [[]], [[5]]], Range = (-1.8, 1.8), Large = [[7, 31]], HalfTolerance = 2e-2, FloatTolerance = 1e-5 },
        new ProductAxis { Ordinary = Lines, Range = (-1.8, 1.8), Large = [[35, 2031]], Empty = [[0, 3]], HalfTolerance = 1e-2, FloatTolerance = 1e-5 },
        new VarianceAll { Ordinary = Matrices, Empty = null, HalfTolerance = 1e-2 },
        new VarianceAxis { Ordinary = Matrices, Empty = [[0, 3]], HalfTolerance = 1e-2 },
        new Deviations { Ordinary = Matrices, Empty = [[0, 3]] },
        new StandardDeviation
        {
            Ordinary = Matrices,
            Empty = null,
            HalfTolerance = 1e-2,
            HasCurvedKinks = true,
            Kinks =
            [
                // The mean of three tenths is rounded; the deviations are exact all the same. Every length at the origin gives the gradient 0.
                new KinkPoint(
                    [[3]],
                    [[0.1, 0.1, 0.1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 0, 0]]),
                    new("length 1", Selections.PyTorch with { Norm2AtZero = 1 }, [[0, 0, 0]]),
                    new("overridden by ½", Selections.PyTorch, [[0, 0, 0]], x => x[0].Apply(new Deviations<double>(null, VarianceDivisor.Sample)).Norm2(0.5)))
                { Stratum = [[[1, 1, 1]]] },
            ],
        },
        new PNormAll
        {
            Avoid = [0],
            HalfTolerance = 1e-2,
            HasCurvedKinks = true,
            FloatTolerance = 5e-6,
            Kinks =
            [
                new KinkPoint(
                    [[3]],
                    [[0, 0, 0]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 0, 0]]),
                    new("length 1", Selections.PyTorch with { Norm2AtZero = 1 }, [Enumerable.Repeat(3 * Math.Pow(3, (1 / 3.0) - 1), 3).ToArray()]),
                    new("overridden by ½", Selections.PyTorch, [Enumerable.Repeat(1.5 * Math.Pow(3, (1 / 3.0) - 1), 3).ToArray()],
                        x => x[0].Apply(new PNorm<double>(3, null, false, 0.5)))),
            ],
        },
        new PNormAxis { Ordinary = Matrices, Avoid = [0], HalfTolerance = 1e-2, FloatTolerance = 5e-6 },
        new SumOfSeveralAxes { Ordinary = [[[3, 2, 4]], [[2, 3, 2]]], Large = [[30, 33, 65]], Empty = [[0, 3, 2]], HalfTolerance = 1e-2 },
        new MaxOfSeveralAxes { Ordinary = [[[3, 2, 4]], [[2, 3, 2]]], Large = [[30, 33, 65]], Empty = [[0, 3, 2]] },
        new MeanAll { Empty = null },
        new MeanAxis { Ordinary = Matrices, Empty = null },
        new MaxAll { Empty = null, Kinks = [TieOfAll((x, t) => x.Max(t)), NoTie] },
        new MaxAxis { Ordinary = Matrices, Empty = null, Kinks = [TieOfColumns(true, (x, t) => x.Max(0, false, t))] },
        new MinAll { Empty = null, Kinks = [TieOfAll((x, t) => x.Min(t))] },
        new MinAxis { Ordinary = Matrices, Empty = null, Kinks = [TieOfColumns(false, (x, t) => x.Min(0, true, t))] },
        new Norm1Axis
        {
            Ordinary = Matrices,
            Avoid = [0],
            HalfTolerance = 1e-2,
            Kinks =
            [
                new KinkPoint(
                    [[3]],
                    [[0, -2, 0]],
                    [0, 2],
                    new("PyTorch", Selections.PyTorch, [[0, -3, 0]]),
                    new("Jax", Selections.Jax, [[3, -3, 3]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, -3, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, -3, 0]]),
                    new("selected ½", Selections.PyTorch with { AbsAtZero = 0.5 }, [[1.5, -3, 1.5]]),
                    new("overridden by −1", Selections.PyTorch with { AbsAtZero = 0.5 }, [[-3, -3, -3]], x => x[0]
                        .Norm1(-1, false, -1))) { Stratum = [[[0, 1, 0]]] },
            ],
        },
        new Norm2All
        {
            HalfTolerance = 1e-2,
            Kinks =
            [
                new KinkPoint(
                    [[4]],
                    [[0, 0, 0, 0]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 0, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 0, 0, 0]]),
                    new("length 1", Selections.PyTorch with { Norm2AtZero = 1 }, [[1.5, 1.5, 1.5, 1.5]]),
                    new("overridden by ½", Selections.PyTorch, [[0.75, 0.75, 0.75, 0.75]], x => x[0].Norm2(0.5))),
            ],
        },
        new Norm2Axis
        {
            Ordinary = Matrices,
            HalfTolerance = 1e-2,
            Kinks =
            [
                new KinkPoint(
                    [[2, 2]],
                    [[0, 3, 0, 4]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 4 * 0.6, 0, 4 * 0.8]]),
                    new("Jax", Selections.Jax, [[0, 4 * 0.6, 0, 4 * 0.8]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 4 * 0.6, 0, 4 * 0.8]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 4 * 0.6, 0, 4 * 0.8]]),
                    new("length 1", Selections.PyTorch with { Norm2AtZero = 1 }, [[3 / Math.Sqrt(2), 4 * 0.6, 3 / Math.Sqrt(2), 4 * 0.8]]),
                    new("overridden by −2", Selections.PyTorch, [[-6 / Math.Sqrt(2), 4 * 0.6, -6 / Math.Sqrt(2), 4 * 0.8]], x => x[0]
                        .Norm2(0, true, -2))) { Stratum = [[[0, 1, 0, 0]], [[0, 0, 0, 1]]] },
            ],
        },
        new NormInfinity
        {
            Avoid = [0],
            Range = (0.1, 3),
            Empty = null,
            Kinks =
            [
                new KinkPoint(
                    [[3]],
                    [[2, -2, 1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[1.5, -1.5, 0]]),
                    new("Jax", Selections.Jax, [[1.5, -1.5, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[1.5, -1.5, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[1.5, -1.5, 0]]),
                    new("last", Selections.PyTorch with { ExtremeOverAxis = TieSelection.Last }, [[0, -3, 0]]),
                    new("first overrides", Selections.PyTorch, [[3, 0, 0]], x => x[0]
                        .NormInfinity(TieSelection.First))) { Stratum = [[[1, -1, 0]], [[0, 0, 1]]] },
            ],
        },
        new LogSumExpAll { Empty = [[0]], HalfTolerance = 1e-2 },
        new LogSumExpAxis { Ordinary = Matrices, Empty = [[0, 3]], HalfTolerance = 1e-2 },
        new Softmax { Ordinary = Matrices, HalfTolerance = 8e-3 },
        new LogSoftmax { Ordinary = Matrices, HalfTolerance = 2e-2, FloatTolerance = 5e-6 },
    ];

    private static KinkPoint NoTie => new([[3]], [[1, 2, 3]], [], new Expectation("PyTorch", Selections.PyTorch, [[0, 0, 3]]));

    private static KinkPoint TieOfAll(Func<Var<double>, TieSelection?, Var<double>> program)
    {
        double half = 0.5 * KinkPoint.Cotangent;
        return new KinkPoint(
            [[2, 1]],
            [[1.5, 1.5]],
            [0],
            new("PyTorch", Selections.PyTorch, [[half, half]]),
            new("Jax", Selections.Jax, [[half, half]]),
            new("TensorFlow", Selections.TensorFlow, [[half, half]]),
            new("minimal norm", Selections.MinimalNorm, [[half, half]]),
            new("first selected", Selections.PyTorch with { ExtremeOverAxis = TieSelection.First }, [[3, 0]]),
            new("last selected", Selections.PyTorch with { ExtremeOverAxis = TieSelection.Last }, [[0, 3]]),
            new("mixture selected", Selections.PyTorch with { ExtremeOverAxis = TieSelection.Mixture(10) }, [[-12, 15]]),
            new("first overrides", Selections.PyTorch, [[3, 0]], x => program(x[0], TieSelection.First)),
            new("last overrides", Selections.PyTorch, [[0, 3]], x => program(x[0], TieSelection.Last)))
        {
            Stratum = [[[1, 1]]],
        };
    }

    // Column 0 ties in rows 0 and 2, column 1 does not tie.
    private static KinkPoint TieOfColumns(bool largest, Func<Var<double>, TieSelection?, Var<double>> program)
    {
        double other = largest ? 0 : 2;
        double single = largest ? 3 : -3;
        return new KinkPoint(
            [[3, 2]],
            [[1, 0, other, single, 1, 0]],
            [0],
            new("PyTorch", Selections.PyTorch, [[1.5, 0, 0, 4, 1.5, 0]]),
            new("Jax", Selections.Jax, [[1.5, 0, 0, 4, 1.5, 0]]),
            new("TensorFlow", Selections.TensorFlow, [[1.5, 0, 0, 4, 1.5, 0]]),
            new("minimal norm", Selections.MinimalNorm, [[1.5, 0, 0, 4, 1.5, 0]]),
            new("first", Selections.PyTorch with { ExtremeOverAxis = TieSelection.First }, [[3, 0, 0, 4, 0, 0]]),
            new("last", Selections.PyTorch with { ExtremeOverAxis = TieSelection.Last }, [[0, 0, 0, 4, 3, 0]]),
            new("mixture of last", Selections.PyTorch with { ExtremeOverAxis = new TieSelection(0.5, true) }, [[0.75, 0, 0, 4, 2.25, 0]]),
            new("overridden", Selections.PyTorch, [[3, 0, 0, 4, 0, 0]], x => program(x[0], TieSelection.First)))
        {
            Stratum = [[[1, 2, -1, 3, 1, 5]], [[0, 1, 2, -1, 0, 3]]],
        };
    }

    // Two elements tie for the last two extremes.
    private static KinkPoint RunningTies(double sign, Func<Var<double>, TieSelection?, Var<double>> program) => new(
        [[4]],
        [[sign, 3 * sign, 3 * sign, 2 * sign]],
        [2, 3],
        new("PyTorch", Selections.PyTorch, [[3, 4, 11, 0]]),
        new("Jax", Selections.Jax, [[3, 9.5, 5.5, 0]]),
        new("TensorFlow", Selections.TensorFlow, [[3, 15, 0, 0]]),
        new("minimal norm", Selections.MinimalNorm, [[3, 9.5, 5.5, 0]]),
        new("mixture", Selections.PyTorch with { CumulativeExtreme = TieSelection.Mixture(10) }, [[3, -40, 55, 0]]),
        new("overridden", Selections.PyTorch, [[3, 15, 0, 0]], x => program(x[0], TieSelection.First)))
    { Stratum = [[[1, 2, 2, 5]], [[0, -1, -1, 0]]] };

    private sealed class SumAll() : OperationCase("sum", typeof(SumOverAxes<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sum(); }

    private sealed class SumAxis() : OperationCase("sum over axis", typeof(SumOverAxes<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sum(0); }

    private sealed class CumulativeSum()
        : OperationCase("cumulative sum", typeof(CumulativeSum<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CumulativeSum(); }

    private sealed class CumulativeSumOfColumns()
        : OperationCase("cumulative sum of columns", typeof(CumulativeSum<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CumulativeSum(0); }

    private sealed class CumulativeProduct()
        : OperationCase("cumulative product", typeof(CumulativeProduct<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CumulativeProduct(); }

    private sealed class CumulativeProductOfColumns()
        : OperationCase("cumulative product of columns", typeof(CumulativeProduct<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].CumulativeProduct(0);
    }

    private sealed class CumulativeLogSumExp()
        : OperationCase("cumulative logsumexp", typeof(CumulativeLogSumExp<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CumulativeLogSumExp(); }

    private sealed class CumulativeMaximum()
        : OperationCase("cumulative maximum", typeof(CumulativeExtreme<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CumulativeMaximum(0); }

    private sealed class CumulativeMinimum()
        : OperationCase("cumulative minimum", typeof(CumulativeExtreme<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CumulativeMinimum(0); }

    private sealed class ProductAll()
        : OperationCase("product", typeof(ProductOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Product(); }

    private sealed class ProductAxis()
        : OperationCase("product over axis", typeof(ProductOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Product(0, true); }

    private sealed class VarianceAll()
        : OperationCase("variance", typeof(Variance<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Variance(); }

    private sealed class VarianceAxis()
        : OperationCase("variance over axis", typeof(Variance<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Variance(-1, true, VarianceDivisor.Population); }

    private sealed class Deviations()
        : OperationCase("deviations", typeof(Deviations<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Apply(new Deviations<T>(x[0].Shape.Rank - 1, VarianceDivisor.Sample)); }

    private sealed class StandardDeviation()
        : OperationCase("standard deviation", typeof(Norm2<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].StandardDeviation(); }

    private sealed class PNormAll() : OperationCase("p-norm", typeof(PNorm<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Norm(3); }

    private sealed class PNormAxis()
        : OperationCase("p-norm over axis", typeof(PNorm<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Norm(1.5, -1, true); }

    private sealed class SumOfSeveralAxes()
        : OperationCase("sum over several axes", typeof(SumOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sum([0, -1], true); }

    private sealed class MaxOfSeveralAxes()
        : OperationCase("max over several axes", typeof(ExtremeOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Max([1, 2]); }

    private sealed class MeanAll() : OperationCase("mean", typeof(MeanOverAxes<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Mean(); }

    private sealed class MeanAxis()
        : OperationCase("mean over axis", typeof(MeanOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Mean(-2, true); }

    private sealed class MaxAll() : OperationCase("max", typeof(ExtremeOverAxes<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Max(); }

    private sealed class MaxAxis() : OperationCase("max over axis", typeof(ExtremeOverAxes<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Max(0); }

    private sealed class MinAll() : OperationCase("min", typeof(ExtremeOverAxes<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Min(); }

    private sealed class MinAxis()
        : OperationCase("min over axis", typeof(ExtremeOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Min(0, true); }

    private sealed class Norm1Axis() : OperationCase("norm1", typeof(Norm1<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Norm1(-1); }

    private sealed class Norm2All() : OperationCase("norm2", typeof(Norm2<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Norm2(); }

    private sealed class Norm2Axis() : OperationCase("norm2 over axis", typeof(Norm2<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Norm2(0); }

    private sealed class NormInfinity()
        : OperationCase("norm infinity", typeof(ExtremeOverAxes<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].NormInfinity(); }

    private sealed class LogSumExpAll() : OperationCase("logsumexp", typeof(LogSumExp<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogSumExp(); }

    private sealed class LogSumExpAxis()
        : OperationCase("logsumexp over axis", typeof(LogSumExp<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogSumExp(0); }

    private sealed class Softmax() : OperationCase("softmax", typeof(Softmax<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Softmax(); }

    private sealed class LogSoftmax()
        : OperationCase("log-softmax", typeof(LogSoftmax<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogSoftmax(0); }
}
