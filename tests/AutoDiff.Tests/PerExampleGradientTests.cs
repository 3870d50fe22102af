using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>The gradients of a loss for each example of a batch.</summary>
public class PerExampleGradientTests
{
    [Fact]
    public void OnePassGivesThoseOfALoop()
    {
        using Tape<double> tape = new();
        Var<double> unused = tape.Variable([2], [1, 2]), w = tape.Variable([4, 3], Drawn(12, 1)), b = tape.Variable([4], Drawn(4, 2));
        Parameter<double> last = new("last", tape.Device, [1, 4], Drawn(4, 3));
        Var<double> lastOn = tape.Parameter(last), x = tape.Constant([5, 3], Drawn(15, 4));
        NDArray<double> together = tape.PerExampleGradients(x, Loss, out VectorisationReport report);
        Assert.True(report.IsVectorised, report.ToString());
        Assert.Equal(5, tape.Count);
        NDArray<double> apart = tape.PerExampleGradients(Operations.Stack(0, [.. Enumerable.Range(0, 5).Select(i => Loss(x.Select(0, i)).Reshape())]));
        Assert.Equal(Shape.Of(5, 22), together.Shape);
        Near(apart.ToArray(), together.ToArray());
        NDArray<double> some = tape.PerExampleGradients(x, Loss, lastOn, unused, w);
        Near(tape.PerExampleGradients(Operations.Stack(0, [.. Enumerable.Range(0, 5).Select(i => Loss(x.Select(0, i)))]), lastOn, unused, w).ToArray(),
            some.ToArray());

        Var<double> Loss(Var<double> example) => example.Linear(w, b).Relu().Linear(example.Tape.Parameter(last)).Square().Sum();
    }

    [Fact]
    public void WhatCannotBeDoneAtOnceIsDoneOneByOne()
    {
        using Tape<double> tape = new(selections: Selections.PyTorch with { ReluAtZero = 0.25 });
        Var<double> w = tape.Variable([3], [1, -2, 3]), x = tape.Constant([2, 3], [1, 2, 1, 0, 0, 0]), free = tape.Variable([2, 3], [1, 2, 1, 0, 0, 0]);
        Assert.Equal([1, 2, 1, 0, 0, 0], tape.PerExampleGradients(x, row => (row * w).Sum(), out VectorisationReport once, w).ToArray());
        Assert.True(once.IsVectorised);
        Assert.Equal([0.25, 0.5, 0.25, 0, 0, 0], tape.PerExampleGradients(x, row => (row * w).Sum().Relu(), out once, w).ToArray());
        Assert.True(once.IsVectorised);
        Assert.Equal([1, 2, 1, 0, 0, 0], tape.PerExampleGradients(x, row => (row * w).Sum() > 100 ? row.Sum() : (row * w).Sum(), out once, w).ToArray());
        Assert.Equal("the program compares values", once.PreventedBy);
        Var<double> doubled = w * 2;
        Assert.Equal([2, 4, 2, 0, 0, 0], tape.PerExampleGradients(x, row => (row * doubled).Sum(), out once, w).ToArray());
        Assert.Contains("computed from a variable", once.PreventedBy, StringComparison.Ordinal);
        Assert.Equal([1, 2, 1, 1, -2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -2, 3],
            tape.PerExampleGradients(free, row => (row * w).Sum(), out once, w, free).ToArray());
        Assert.Contains("depend on a variable", once.PreventedBy, StringComparison.Ordinal);
        Assert.Equal([1, 2, 1, 0, 0, 0], tape.PerExampleGradients(free, row => (row * w).Sum(), out once, w).ToArray());
        Assert.True(once.IsVectorised);
        Assert.Equal([1, 2, 1, 0, 0, 0, 1, 2, 1, 0, 0, 0], [.. tape.PerExampleGradients(free, row => (row * w).Sum(), w).ToArray(),
            .. tape.PerExampleGradients(free, row => (row * w).Sum(), out _, w).ToArray()]);
    }

    [Fact]
    public void WhatIsNotThereIsRefused()
    {
        using Tape<double> tape = new();
        Var<double> w = tape.Variable([3], [1, -2, 3]), x = tape.Constant([2, 3], [1, 2, 1, 0, 0, 0]);
        Assert.Contains("one element", Assert.Throws<ArgumentException>(() => tape.PerExampleGradients(x, row => row * w)).Message, StringComparison.Ordinal);
        Assert.Contains("no examples", Assert.Throws<ArgumentException>(() => tape.PerExampleGradients(tape.Constant(1.0), row => row * w)).Message,
            StringComparison.Ordinal);
        Assert.Contains("[0, 3]", Assert.Throws<ArgumentException>(() => tape.PerExampleGradients(tape.Constant([0, 3], []), row => row.Sum())).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.PerExampleGradients(x, row => row.Sum()));
        Assert.Throws<InvalidOperationException>(() => tape.PerExampleGradients(x, row => (row * w).Sum(), x));
        Assert.Equal([0, 0, 0], tape.PerExampleGradients(tape.Constant([1, 0], []), row => row.Sum() + (w * 0.0).Sum(), w).ToArray());
    }

    private static double[] Drawn(int count, ulong stream)
    {
        double[] values = new double[count];
        new Philox(5, stream).Uniform<double>(values, -1, 1);
        return values;
    }

    private static void Near(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-12);
    }
}
