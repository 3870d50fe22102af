using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Connectionist temporal classification against the sum over all sequences of classes, one by one.</summary>
public class CtcTests
{
    public static TheoryData<int, int, int[]> Alignments => new()
    {
        { 4, 3, [1, 2] },
        { 5, 3, [1, 1] },
        { 4, 4, [3] },
        { 3, 3, [] },
        { 3, 3, [2, 1, 2] },
        { 6, 2, [1, 1, 1] },
        { 5, 2, [1, 1, 1] },
        { 1, 3, [2] },
    };

    [Theory]
    [MemberData(nameof(Alignments))]
    public void TheLossIsThatOfAllSequences(int steps, int classes, int[] target)
    {
        for (int blank = 0; blank < classes; blank++)
        {
            int blankClass = blank;
            int[] labels = [.. target.Select(label => (label + blankClass) % classes)];
            double[] logs = Draw(steps * classes, (ulong)blank);
            CtcOptions options = new() { Blank = blank, Reduction = LossReduction.Sum };
            double expected = Brute(logs, steps, classes, labels, blank);
            using Tape<double> tape = new();
            Var<double> x = tape.Variable([steps, 1, classes], logs);
            Var<double> loss = x.CtcLoss([labels], [], options);
            Assert.Equal(expected, loss.GetScalar(), 1e-12);
            double[] gradient = tape.Backward(loss)[x].ToArray();
            for (int i = 0; i < logs.Length; i++)
            {
                double at = logs[i];
                double difference = ((8 * (At(1e-3) - At(-1e-3))) - (At(2e-3) - At(-2e-3))) / 12e-3;
                Assert.Equal(difference, gradient[i], 1e-9);

                double At(double step)
                {
                    logs[i] = at + step;
                    double value = Brute(logs, steps, classes, labels, blank);
                    logs[i] = at;
                    return value;
                }
            }

            Assert.True(tape.ClarkeGradient(loss).Certificate.IsCertified);
        }
    }

    [Fact]
    public void ReductionsAndLengths()
    {
        const int Steps = 5, Classes = 3;
        double[] logs = Draw(Steps * 3 * Classes, 9);
        int[][] targets = [[1, 2], [], [2]];
        int[] lengths = [5, 3, 4];
        double[] each = [.. Enumerable.Range(0, 3).Select(b =>
            Brute([.. Enumerable.Range(0, lengths[b] * Classes).Select(i => logs[(((i / Classes * 3) + b) * Classes) + (i % Classes)])], lengths[b], Classes,
                targets[b], 0))];
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([Steps, 3, Classes], logs);
        Assert.All(each.Zip(x.CtcLoss(targets, lengths, new CtcOptions { Reduction = LossReduction.None }).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(each.Sum(), x.CtcLoss(targets, lengths, new CtcOptions { Reduction = LossReduction.Sum }).GetScalar(), 1e-12);
        Assert.Equal(((each[0] / 2) + each[1] + each[2]) / 3, x.CtcLoss(targets, lengths).GetScalar(), 1e-12);

        // Steps behind the length have no derivative.
        double[] gradient = tape.Backward(x.CtcLoss(targets, lengths))[x].ToArray();
        Assert.All(gradient[((((4 * 3) + 1) * Classes))..(((4 * 3) + 2) * Classes)], value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATargetWithoutAlignmentIsInfinitelyUnlikely(bool isZeroed)
    {
        CtcOptions options = new() { ZeroInfinity = isZeroed, Reduction = LossReduction.None };
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 3, 3], Draw(18, 3));

        // Two equal labels need a blank between them, and three steps; an empty sequence has only the empty target.
        Var<double> losses = x.CtcLoss([[1, 1], [2], []], [2, 2, 0], options);
        Assert.Equal([isZeroed ? 0 : double.PositiveInfinity, losses.ToArray()[1], 0], losses.ToArray());
        double[] gradient = tape.Backward(losses.Sum())[x].ToArray();
        Assert.All(gradient, value => Assert.True(double.IsFinite(value)));
        Assert.All(gradient[..3], value => Assert.Equal(0, value));
        Assert.Equal(isZeroed, tape.ClarkeGradient(losses.Sum()).Certificate.IsCertified);
        Assert.True(tape.ClarkeGradient(losses.Select(0, 1)).Certificate.IsCertified || !isZeroed);
    }

    [Fact]
    public void AProbabilityOfZeroGivesNoNan()
    {
        using Tape<double> tape = new();
        double[] logs = [double.NegativeInfinity, -0.5, -1, -0.3, -1.5, double.NegativeInfinity];
        Var<double> x = tape.Variable([2, 1, 3], logs);
        Var<double> loss = x.CtcLoss([[1]], [], new CtcOptions { Reduction = LossReduction.Sum });
        Assert.Equal(Brute(logs, 2, 3, [1], 0), loss.GetScalar(), 1e-12);
        double[] gradient = tape.Backward(loss)[x].ToArray();
        Assert.All(gradient, value => Assert.True(double.IsFinite(value)));
        Assert.Equal(-2, gradient.Sum(), 1e-12);
        Assert.False(tape.ClarkeGradient(loss).Certificate.IsCertified);
        Assert.Equal(1, x.CtcLoss([[2]], [1], new CtcOptions { Reduction = LossReduction.Sum }).GetScalar(), 1e-12);
        tape.Reset();

        // All steps must be class 2, which is impossible: a zeroed loss there jumps.
        Var<double> y = tape.Variable([1, 1, 3], [-1, -1, double.NegativeInfinity]);
        Var<double> zeroed = y.CtcLoss([[2]], [], new CtcOptions { ZeroInfinity = true });
        Assert.Equal(0, zeroed.GetScalar());
        Assert.Equal([0.0, 0, 0], tape.Backward(zeroed)[y].ToArray());
        Assert.False(tape.ClarkeGradient(zeroed).Certificate.IsCertified);
    }

    [Fact]
    public void LongSequencesKeepTheirLoss()
    {
        const int Steps = 2000;
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([Steps, 1, 4], [.. Draw(Steps * 4, 5).Select(value => (float)(10 * value))]);
        Var<float> loss = x.LogSoftmax().CtcLoss([[.. Enumerable.Range(0, 500).Select(i => 1 + (i % 3))]]);
        Assert.True(float.IsFinite(loss.GetScalar()) && loss.GetScalar() > 0);

        // The shares of every step add up to 1, so the softmax's slopes add up to 0.
        float[] gradient = tape.Backward(loss)[x].ToArray();
        Assert.All(gradient.Chunk(4), step => Assert.Equal(0, step.Sum(), 1e-6));
    }

    [Fact]
    public void TheGradientOfLogitsIsConservative() =>
        Assert.True(Conservativity.Check(Objective.OfTensor(x => x.Reshape(4, 1, 3).LogSoftmax().CtcLoss([[1, 2]])),
            new Box([.. Enumerable.Repeat(-1.0, 12)], [.. Enumerable.Repeat(1.0, 12)]), cancellation: TestContext.Current.CancellationToken).IsConservative);

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 2, 3], Draw(12, 1));
        Assert.Contains("1 targets", Refused(() => x.CtcLoss([[1]])));
        Assert.Contains("label 3 of sequence 1", Refused(() => x.CtcLoss([[1], [3]])));
        Assert.Contains("is the blank 0", Refused(() => x.CtcLoss([[1], [0]])));
        Assert.Contains("length 3 of sequence 1", Refused(() => x.CtcLoss([[1], [1]], [2, 3])));
        Assert.Contains("blank 3", Refused(() => x.CtcLoss([[1], [1]], [], new CtcOptions { Blank = 3 })));
        Assert.Contains("[steps, batch, classes]", Refused(() => tape.Variable([2, 3], Draw(6, 1)).CtcLoss([[1], [1]])));
        Assert.Contains("empty", Refused(() => tape.Variable([2, 0, 3], []).CtcLoss([])));
        Assert.Equal(0, tape.Variable([2, 0, 3], []).CtcLoss([], [], new CtcOptions { Reduction = LossReduction.Sum }).GetScalar());
    }

    private static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;

    // −log of the sum over all sequences of classes that become the target.
    private static double Brute(double[] logs, int steps, int classes, int[] target, int blank)
    {
        double sum = 0;
        for (int path = 0; path < Math.Pow(classes, steps); path++)
        {
            List<int> collapsed = [];
            double log = 0;
            int previous = -1;
            for (int step = 0, rest = path; step < steps; step++, rest /= classes)
            {
                int label = rest % classes;
                log += logs[(step * classes) + label];
                if (label != previous && label != blank)
                    collapsed.Add(label);
                previous = label;
            }

            if (collapsed.SequenceEqual(target))
                sum += Math.Exp(log);
        }

        return -Math.Log(sum);
    }

    private static double[] Draw(int count, ulong stream)
    {
        double[] draws = new double[count];
        new Philox(8, stream).Uniform<double>(draws, -1, 1);
        return draws;
    }
}
