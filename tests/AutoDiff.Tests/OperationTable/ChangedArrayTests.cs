using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>
/// Arrays that change between recording and a pass over the record: every operation either rejects them or does not need them in the pass.
/// </summary>
public sealed class ChangedArrayTests
{
    public static TheoryData<string> Names => Table.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void AGradientIsThatOfTheRecordedPointOrRefused(string name) => Check(name, (tape, output, _) => tape.Backward(output), true);

    [Theory]
    [MemberData(nameof(Names))]
    public void AGradientOfAReleasingPassIsThatOfTheRecordedPointOrRefused(string name) => Check(name, (tape, output, _) => tape.BackwardAndRelease(output));

    [Theory]
    [MemberData(nameof(Names))]
    public void AClarkeGradientIsThatOfTheRecordedPointOrRefused(string name) => Check(name, (tape, output, _) => tape.ClarkeGradient(output).Gradients);

    [Theory]
    [MemberData(nameof(Names))]
    public void AHessianProductIsThatOfTheRecordedPointOrRefused(string name) => Check(name, (tape, output, leaves) =>
    {
        foreach (Var<double> leaf in leaves)
            tape.SetTangent(leaf, [.. Enumerable.Range(0, leaf.Shape.Count).Select(i => 1.0 + i)]);
        return tape.HessianVectorProduct(output).Product;
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void AValueThatTheProgramOverwroteIsRefusedOrNotRead(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        double[][] values = row.Values(shapes, 4);
        double[][] expected = Gradients(row, shapes, values, null, (tape, output, _) => tape.Backward(output), out _)!;
        using Tape<double> tape = new();
        Var<double>[] leaves = [.. shapes.Select((shape, input) => tape.Variable(shape, values[input]))];
        Var<double> y = row.Apply(leaves), output = y.Sum();
        y.Value.CopyFrom([.. Enumerable.Range(0, y.Shape.Count).Select(i => 0.37 + (0.01 * i))]);
        try
        {
            Gradients<double> gradients = tape.Backward(output);
            Assert.Equal(expected, leaves.Select(leaf => gradients[leaf].ToArray()));
        }
        catch (ArrayChangedException refused)
        {
            Assert.Contains("CopyFrom", refused.Message, StringComparison.Ordinal);
        }
    }

    private static void Check(string name, Func<Tape<double>, Var<double>, Var<double>[], Gradients<double>> pass, bool isPlain = false)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        double[][] values = row.Values(shapes, 4);
        double[][]? expected = null;
        try
        {
            expected = Gradients(row, shapes, values, null, pass, out _);
        }
        catch (NotSupportedException)
        {
            // Segments have no second order and no Clarke gradients.
            return;
        }

        for (int changed = 0; changed < shapes.Length; changed++)
        {
            double[][]? gradients = Gradients(row, shapes, values, changed, pass, out string? refusal);
            if (gradients is null)
                Assert.Contains("CopyFrom", refusal!, StringComparison.Ordinal);
            else
                Assert.Equal(expected!, gradients);

            // A plain pullback through affine operations reads none of their inputs. Some rows add other operations around theirs, which shows in the gradient
            // elsewhere.
            if (isPlain && row.Facts.Curvature == Curvature.Affine && row.Facts.IsSmooth && gradients is null)
                Assert.NotEqual(expected!,
                    Gradients(row, shapes, [.. values.Select((input, i) => i == changed ? Array.ConvertAll(input, Moved) : input)], null, pass, out _)!);
        }
    }

    private static double Moved(double value) => (0.5 * value) + 0.125;

    private static double[][]? Gradients(OperationCase row, Shape[] shapes, double[][] values, int? changed,
        Func<Tape<double>, Var<double>, Var<double>[], Gradients<double>> pass, out string? refusal)
    {
        refusal = null;
        using Tape<double> tape = new();
        Var<double>[] leaves = [.. shapes.Select((shape, input) => tape.Variable(shape, values[input]))];
        Var<double> output = row.Apply(leaves).Sum();
        if (changed is { } input)
            leaves[input].Value.CopyFrom([.. values[input].Select(Moved)]);
        try
        {
            Gradients<double> gradients = pass(tape, output, leaves);
            return [.. leaves.Select(leaf => gradients[leaf].ToArray())];
        }
        catch (ArrayChangedException exception)
        {
            refusal = exception.Message;
            Assert.Contains("node", refusal, StringComparison.Ordinal);
            return null;
        }
    }
}
