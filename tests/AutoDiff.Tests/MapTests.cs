using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Programs mapped over examples: when they are recorded once, and what keeps them from it.</summary>
public class MapTests
{
    private static readonly double[] Six = [1, 2, -3, 4, 5, -6];

    [Fact]
    public void AProgramIsRecordedOnceForAllExamples()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3, 2], Six), w = tape.Variable([2, 2], [1, 2, 3, 4]), b = tape.Variable([2], [0.5, -1]);
        int calls = 0;
        Var<double> y = x.Map(row => Counted(((row.MatMul(w) + b).Relu() * row).Sum(), ref calls), out VectorisationReport report);
        Assert.True(report.IsVectorised, report.ToString());
        Assert.Equal(2, calls);
        Assert.Equal("recorded once for all examples", report.ToString());
        using Tape<double> other = new();
        Var<double> x2 = other.Variable([3, 2], Six), w2 = other.Variable([2, 2], [1, 2, 3, 4]), b2 = other.Variable([2], [0.5, -1]);
        Var<double>[] parts = [.. Enumerable.Range(0, 3).Select(i => ((x2.Select(0, i).MatMul(w2) + b2).Relu() * x2.Select(0, i)).Sum())];
        Var<double> apart = Operations.Stack(0, parts);
        Assert.Equal(apart.ToArray(), y.ToArray());
        Gradients<double> found = tape.Backward(y.Sum()), expected = other.Backward(apart.Sum());
        Assert.Equal(expected[x2].ToArray(), found[x].ToArray());
        Assert.Equal(expected[w2].ToArray(), found[w].ToArray());
        Assert.Equal(expected[b2].ToArray(), found[b].ToArray());
        Assert.True(tape.Count < other.Count);
    }

    [Fact]
    public void WhatBelongsToOneExampleIsRecordedForEach()
    {
        Loops("reads a value", (row, _) => row * row.Sum().GetScalar());
        Loops("compares values", (row, _) => row.Sum() > 0 ? row : row * 2);
        Loops("compares values", (row, _) => row.Sum() > row.Select(0, 0) ? row : row * 2);
        Loops("reads a value", (row, _) => Operations.Where(row.IsGreater(row * 0), row, row * 2));
        Loops("reads a value", (row, _) => row * (1.0 + row.ArgMax(0).ToArray()[0]));
        Loops("dropout has no form", (row, _) => row.Dropout(0.5, new Philox(3, 1), 0));
        Loops("checkpoint", (row, tape) => tape.Checkpoint(row, inner => inner * inner));
        Loops("takes derivatives", (row, tape) => row.Tape.InnerGradient(row, inner => (inner * inner).Sum()));
        Loops("adds a variable", (row, tape) => row * tape.Variable([2], [3, 4]));
        Loops("adds a variable", (row, _) => row * row.Tape.Variable([2], [3, 4]));
        Loops("takes derivatives", (row, _) =>
        {
            row.Tape.Backward(row.Square().Sum());
            return row * 2;
        });
        Loops("side effect", (row, tape) =>
        {
            tape.SideEffect(() => { });
            return row * 2;
        });
        Loops("attaches an action", (row, _) =>
        {
            Var<double> doubled = row * 2;
            doubled.Tape.OnGradient(doubled, _ => { });
            return doubled;
        });
    }

    [Fact]
    public void AProgramThatChangesFromRunToRunIsRecordedForEachExample()
    {
        int calls = 0;
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3, 2], Six);
        const string Reason = "the program did something else for the last example than for the first";
        x.Map(row => row * (1.0 + calls++), out VectorisationReport byAttribute);
        Assert.Equal(Reason, byAttribute.PreventedBy);
        x.Map(row => row + row.Tape.Constant((double)calls++), out VectorisationReport byConstant);
        Assert.Equal(Reason, byConstant.PreventedBy);
        x.Map(row => row.Slice(0, calls++ % 2, 1), out VectorisationReport byPosition);
        Assert.Equal(Reason, byPosition.PreventedBy);
        x.Map(row => calls++ % 2 == 0 ? row.Exp() : row.Sin(), out VectorisationReport byOperation);
        Assert.Equal(Reason, byOperation.PreventedBy);
        x.Map(row => row * (calls++ % 2 == 0 ? 0.0 : -0.0), out VectorisationReport bySign);
        Assert.Equal(Reason, bySign.PreventedBy);
        Assert.StartsWith("recorded for each example: the program", byOperation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void CapturedValuesMayStandOnEitherSideAndConstantsBeRead()
    {
        Vectorises((row, tape, w) => w.MatMul(row) + w.Sum());
        Vectorises((row, tape, w) => w * row);
        Vectorises((row, tape, w) => tape.Constant([2], [2, 3]) * row + row.Tape.Constant(1.0));
        Vectorises((row, tape, w) => row * w.Select(0, 0).ToArray()[1]);
        Vectorises((row, tape, w) => Operations.Where([true, false], row, w.Select(0, 1)));
        Vectorises((row, tape, w) => w);
        Vectorises((row, tape, w) => w.Exp() * 2);
        Vectorises((row, tape, w) => tape.Constant(2.5));
        Vectorises((row, tape, w) => row.Gather(0, tape.Indices([3], [1, 0, 1])));
        Vectorises((row, tape, w) => row.Unsqueeze(1).GatherRows(row.Tape.Indices([2], [1, 1])));
        Vectorises((row, tape, w) => w.Map(line => line * row.Sum()));
        Vectorises((row, tape, w) => (row.Unsqueeze(1) * w).Map(line => line.Softmax(0) * w.Select(0, 0) + row));
        Vectorises((row, tape, w) => row.Linear(w, row));
        Vectorises((row, tape, w) => (row.Unsqueeze(0) * w).LayerNorm(w.Select(0, 0), w.Select(0, 1)));
        Vectorises((row, tape, w) => row.Max() + row.Norm2() + row.Norm1() - row.Sort().Select(0, 0));
    }

    [Fact]
    public void ExamplesMayBeOneOrEmptyButNotNone()
    {
        using Tape<double> tape = new();
        Assert.Equal([3], tape.Variable([1, 2], [1, 2]).Map(row => row.Sum(), out VectorisationReport one).ToArray());
        Assert.True(one.IsVectorised);
        Var<double> empty = tape.Variable([3, 0], []), sums = empty.Map(row => row.Square().Sum() + 1.0, out VectorisationReport ofEmpty);
        Assert.True(ofEmpty.IsVectorised, ofEmpty.ToString());
        Assert.Equal([1, 1, 1], sums.ToArray());
        Assert.Empty(tape.Backward(sums.Sum())[empty].ToArray());
        Assert.Equal([1, 4, 9], tape.Variable([3], [1, 2, 3]).Map(number => number.Square(), out VectorisationReport ofNumbers).ToArray());
        Assert.True(ofNumbers.IsVectorised);
        Assert.Throws<ArgumentException>(() => tape.Constant([0, 2], []).Map(row => row));
        Assert.Throws<ArgumentException>(() => tape.Constant(1.0).Map(row => row));
    }

    [Fact]
    public void AValueOfTheLargestRankLeavesNoRoomForExamples()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 2], [1, 2, 3, 4]);
        Var<double> y = x.Map(row => row.Reshape(1, 1, 1, 1, 1, 1, 1, 2).Square().Reshape(2), out VectorisationReport report);
        Assert.Contains("leaves no room", report.PreventedBy, StringComparison.Ordinal);
        Assert.Equal([1, 4, 9, 16], y.ToArray());
    }

    [Fact]
    public void WhatAProgramThrowsIsThrown()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3, 2], Six);
        Assert.Throws<FormatException>(() => x.Map(_ => throw new FormatException("of mine")));
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => x.Map(row => row.MatMul(tape.Constant([3, 1], [1, 2, 3])))).Message,
            StringComparison.Ordinal);
        Assert.Equal(6, x.Map(row => row * 2).Shape.Count);
        using Tape<double> other = new();
        Var<double> foreign = other.Variable([2], [1, 2]);
        Assert.Contains("another tape", Assert.Throws<InvalidOperationException>(() => x.Map(row => row * foreign)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TangentsAndReplaysFollow()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3, 2], Six);
        tape.SetTangent(x, [1, 0, 0, 1, 1, 1]);
        Var<double> y = x.Map(row => row.Square().Sum(), out VectorisationReport report);
        Assert.True(report.IsVectorised);
        Assert.Equal([2, 8, -2], tape.TangentOf(y).ToArray());
        tape.Reset();
        NDArray<double> elements = tape.Device.Array<double>([3, 2], Six);
        NDArray<int> order = tape.Device.Array<int>([2], [0, 0]);
        Replay<double> replay = new(tape, again => again.Constant(elements).Map(row => row.Gather(0, order).Sum()).Sum());
        Assert.Equal(2 * (1 - 3 + 5), replay.Run().GetScalar());
        elements.CopyFrom([10, 2, -3, 4, 5, -6]);
        order.CopyFrom([1, 0]);
        Assert.Equal(12 + 1 - 1, replay.Run().GetScalar());
        Assert.Equal((1, 1), (replay.Recordings, replay.Replays));
    }

    [Fact]
    public void FloatAndHalfAgreeWithTheLoop()
    {
        Check<float>(1e-5);
        Check<Half>(2e-2);

        static void Check<T>(double tolerance)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            using Tape<T> tape = new();
            Var<T> x = tape.Variable([3, 2], Array.ConvertAll(Six, T.CreateTruncating));
            Var<T> together = x.Map(row => row.Softmax(0).Log() * row, out VectorisationReport report);
            Var<T> apart = Operations.Stack(0, Enumerable.Range(0, 3).Select(i => x.Select(0, i).Softmax(0).Log() * x.Select(0, i)).ToArray());
            Assert.True(report.IsVectorised, report.ToString());
            for (int i = 0; i < 6; i++)
                Assert.Equal(double.CreateTruncating(apart.ToArray()[i]), double.CreateTruncating(together.ToArray()[i]), tolerance * 10);
        }
    }

    private static void Loops(string reason, Func<Var<double>, Tape<double>, Var<double>> program)
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3, 2], Six);
        Var<double> y = x.Map(row => program(row, tape), out VectorisationReport report);
        Assert.Contains(reason, report.PreventedBy ?? "nothing", StringComparison.Ordinal);
        using Tape<double> other = new();
        Var<double> x2 = other.Variable([3, 2], Six);
        Var<double>[] apart = [.. Enumerable.Range(0, 3).Select(i => program(x2.Select(0, i), other))];
        Assert.Equal(Operations.Stack(0, apart).ToArray(), y.ToArray());
        Assert.Equal(other.Count, tape.Count);
    }

    private static void Vectorises(Func<Var<double>, Tape<double>, Var<double>, Var<double>> program)
    {
        using Tape<double> tape = new(), other = new();
        Var<double> x = tape.Variable([3, 2], Six), w = tape.Variable([2, 2], [1, -2, 3, 0.25]);
        Var<double> x2 = other.Variable([3, 2], Six), w2 = other.Variable([2, 2], [1, -2, 3, 0.25]);
        Var<double> y = x.Map(row => program(row, tape, w), out VectorisationReport report);
        Assert.True(report.IsVectorised, report.ToString());
        Var<double> apart = Operations.Stack(0, Enumerable.Range(0, 3).Select(i => program(x2.Select(0, i), other, w2)).ToArray());
        Assert.Equal(apart.Shape, y.Shape);
        Near(apart.ToArray(), y.ToArray());
        if (!Depends(other, apart))
            return;
        Gradients<double> found = tape.Backward(y.Square().Sum()), expected = other.Backward(apart.Square().Sum());
        Near(expected[x2].ToArray(), found[x].ToArray());
        Near(expected[w2].ToArray(), found[w].ToArray());
    }

    private static bool Depends(Tape<double> tape, Var<double> value)
    {
        try
        {
            tape.Backward(value.Sum());
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Near(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-10 * (1 + Math.Abs(expected[i])));
    }

    private static Var<double> Counted(Var<double> value, ref int calls)
    {
        calls++;
        return value;
    }
}
