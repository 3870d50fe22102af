using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Elementwise operations of two inputs, which broadcast.</summary>
public static class BinaryCases
{
    private static readonly Shape[][] Broadcasts = [[[3, 4], [3, 4]], [[3, 4], [4]], [[3, 1], [1, 4]], [[], [2, 3]], [[], []], [[2, 1, 3], [4, 1]]];
    private static readonly Shape[] LargeWithRow = [[65, 1031], [1031]];
    private static readonly Shape[] None = [[0, 3], [3]];

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Add { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None },
        new Subtract { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None },
        new Multiply { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None },
        new Divide { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Range = (0.5, 2), HalfTolerance = 1e-2 },
        new Power { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Range = (0.5, 2), HalfTolerance = 2e-2, FloatTolerance = 5e-6,
            Kinks = [new KinkPoint([[], []], [[0], [0.5]], [0], new Expectation("any", Selections.PyTorch, [[double.PositiveInfinity], [0]]))] },
        new Maximum { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Kinks = [Tie((x, y, w) => x.Maximum(y, w))] },
        new Minimum { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Kinks = [Tie((x, y, w) => x.Minimum(y, w))] },
        new MaximumNumber { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Kinks = [NumberTie((x, y, w) => x.MaximumNumber(y, w))] },
        new MinimumNumber { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Kinks = [NumberTie((x, y, w) => x.MinimumNumber(y, w))] },
        new LogAddExp { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None },
        new XLogY { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Range = (0.3, 3), HalfTolerance = 1e-2, FloatTolerance = 5e-6,
            Kinks = [new KinkPoint([[], []], [[0], [0]], [0], new Expectation("any", Selections.PyTorch, [[double.NegativeInfinity], [0]]))] },
        new PRelu { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Avoid = [0], Kinks = [Knee(0.25), Knee(-0.5), Knee(3)] },
        new Remainder { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Range = (0, 0.4), HalfTolerance = 2e-2,
            Kinks = [new KinkPoint([[], []], [[0.75], [0]], [0], new Expectation("any", Selections.PyTorch, [[3], [-9]]))] },
        new FlooredRemainder { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, Range = (0, 0.4), HalfTolerance = 2e-2,
            Kinks = [new KinkPoint([[], []], [[1.875], [0]], [0], new Expectation("any", Selections.PyTorch, [[3], [9]]))] },
        new Atan2 { Ordinary = Broadcasts, Large = LargeWithRow, Empty = None, HalfTolerance = 1e-2,
            Kinks = [new KinkPoint([[], []], [[0], [-2]], [0], new Expectation("any", Selections.PyTorch, [[-1.5], [0]]))] },
        new ChooseCase
        {
            Ordinary = [[[3, 4], [3, 4], [3, 4], [4]], [[4], [3, 4], [], [3, 4]]],
            Large = [[64, 1032], [1032], [64, 1032], [1032]],
            Empty = [[0, 4], [4], [4], [0, 4]],
            Kinks = [new KinkPoint([[3], [3], [3], [3]], [[1, 2, 3], [2, 2, 2], [5, 7, 6], [4, 7, 9]], [1],
                new Expectation("the other", Selections.PyTorch, [[0, 0, 0], [0, 0, 0], [0, 0, 5], [3, 4, 0]]))],
        },
        new WhereCase { Ordinary = [[[3, 4], [3, 4]], [[4], [3, 4]], [[], [2, 4]]], Large = [[64, 1032], [1032]], Empty = [[0, 4], [4]] },
    ];

    private static KinkPoint Tie(Func<Var<double>, Var<double>, double?, Var<double>> program)
    {
        List<Expectation> expectations =
        [
            new("PyTorch", Selections.PyTorch, Weights(0.5)),
            new("Jax", Selections.Jax, Weights(0.5)),
            new("TensorFlow", Selections.TensorFlow, Weights(1)),
            new("minimal norm", Selections.MinimalNorm, Weights(0.5)),
        ];
        foreach (double weight in (double[])[-1, 0, 0.25, 1, 3])
        {
            expectations.Add(new($"selected {weight}", Selections.PyTorch with { FirstOfPairWeight = weight }, Weights(weight)));
            expectations.Add(new($"overridden by {weight}", Selections.PyTorch with { FirstOfPairWeight = 55 }, Weights(weight),
                x => program(x[0], x[1], weight)));
        }

        return new KinkPoint([Shape.Scalar, Shape.Scalar], [[0.75], [0.75]], [0], [.. expectations]) { Stratum = [[[1], [1]]] };
    }

    private static KinkPoint NumberTie(Func<Var<double>, Var<double>, double?, Var<double>> program)
    {
        List<Expectation> expectations =
        [
            new("PyTorch", Selections.PyTorch, Weights(1)),
            new("Jax", Selections.Jax, Weights(0)),
            new("TensorFlow", Selections.TensorFlow, Weights(1)),
            new("minimal norm", Selections.MinimalNorm, Weights(0.5)),
        ];
        foreach (double weight in (double[])[-1, 0, 0.25, 1, 3])
        {
            expectations.Add(new($"selected {weight}", Selections.PyTorch with { FirstOfNumbersWeight = weight }, Weights(weight)));
            expectations.Add(new($"overridden by {weight}", Selections.PyTorch with { FirstOfNumbersWeight = 55 }, Weights(weight),
                x => program(x[0], x[1], weight)));
        }

        return new KinkPoint([Shape.Scalar, Shape.Scalar], [[0.75], [0.75]], [0], [.. expectations]) { Stratum = [[[1], [1]]] };
    }

    // x = 0 and a slope that is an input, on which nothing depends there.
    private static KinkPoint Knee(double slope)
    {
        double[][] First(double selected) => [[KinkPoint.Cotangent * selected], [0]];
        List<Expectation> expectations =
        [
            new("PyTorch", Selections.PyTorch, First(slope)),
            new("Jax", Selections.Jax, First(1)),
            new("TensorFlow", Selections.TensorFlow, First(slope)),
            new("minimal norm", Selections.MinimalNorm, First(SideSelection.LeastNorm.Between(slope, 1))),
        ];
        foreach (double selected in (double[])[-1, 0, 0.25, 7])
        {
            expectations.Add(new($"selected {selected}", Selections.PyTorch with { LeakyReluAtZero = selected }, First(selected)));
            expectations.Add(new($"overridden by {selected}", Selections.PyTorch with { LeakyReluAtZero = 55 }, First(selected),
                x => x[0].PRelu(x[1], selected)));
        }

        return new KinkPoint([Shape.Scalar, Shape.Scalar], [[0], [slope]], [0], [.. expectations]) { Stratum = [[[0], [1]]] };
    }

    private static double[][] Weights(double first) => [[KinkPoint.Cotangent * first], [KinkPoint.Cotangent * (1 - first)]];

    private sealed class Add() : OperationCase("add", typeof(Rules.Add)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0] + x[1]; }

    private sealed class Subtract() : OperationCase("subtract", typeof(Rules.Subtract)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0] - x[1]; }

    private sealed class Multiply() : OperationCase("multiply", typeof(Rules.Multiply)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0] * x[1]; }

    private sealed class Divide() : OperationCase("divide", typeof(Rules.Divide)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0] / x[1]; }

    private sealed class Power() : OperationCase("power", typeof(Rules.Power)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Power(x[1]); }

    private sealed class Maximum() : OperationCase("maximum", typeof(Rules.Maximum)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Maximum(x[1]); }

    private sealed class Minimum() : OperationCase("minimum", typeof(Rules.Minimum)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Minimum(x[1]); }

    private sealed class MaximumNumber()
        : OperationCase("maximum number", typeof(Rules.MaximumNumber))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MaximumNumber(x[1]); }

    private sealed class MinimumNumber()
        : OperationCase("minimum number", typeof(Rules.MinimumNumber))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MinimumNumber(x[1]); }

    private sealed class LogAddExp()
        : OperationCase("logaddexp", typeof(Rules.LogAddExp))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogAddExp(x[1]); }

    private sealed class XLogY()
        : OperationCase("x log y", typeof(Rules.XLogY))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].XLogY(x[1]); }

    private sealed class PRelu()
        : OperationCase("prelu", typeof(Rules.PRelu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].PRelu(x[1]); }

    // From 5¼ and 2 on, so that the quotient is between 2 and 3.
    private sealed class Remainder()
        : OperationCase("remainder", typeof(Rules.Remainder))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Shift(5.25).Remainder(x[1].Shift(2)); }

    private sealed class FlooredRemainder()
        : OperationCase("floored remainder", typeof(Rules.FlooredRemainder))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Shift(4.125).FlooredRemainder(x[1].Shift(-2)); }

    private sealed class Atan2() : OperationCase("atan2", typeof(Rules.Atan2)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Atan2(x[1]); }

    private sealed class ChooseCase()
        : OperationCase("choose", typeof(Choose<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ChooseWhereGreater(x[1], x[2], x[3]); }

    // Every other column is taken from the first input.
    private sealed class WhereCase() : OperationCase("where", typeof(Where<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x)
        {
            int columns = x[1].Shape[-1];
            T[] condition = Cached<T>.Alternating(columns);
            return Operations.Where(x[0].Tape.Constant([columns], condition).Value, x[0], x[1]);
        }
    }

    private static class Cached<T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        private static readonly Dictionary<int, T[]> Made = [];

        public static T[] Alternating(int length)
        {
            lock (Made)
            {
                if (!Made.TryGetValue(length, out T[]? made))
                {
                    made = [.. Enumerable.Range(0, length).Select(i => i % 2 == 0 ? T.One : T.Zero)];
                    Made.Add(length, made);
                }

                return made;
            }
        }
    }
}
