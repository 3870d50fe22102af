using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Sparse Adam against its rule on the rows that are used, and the rows against the whole table.</summary>
public class SparseAdamTests
{
    private const int Symbols = 23;
    private const int Width = 5;

    [Fact]
    public void FiftyStepsFollowTheRuleOnTheRowsUsed()
    {
        Assert.InRange(Difference<double>(), 0, 1e-12);
        Assert.InRange(Difference<float>(), 0, 1e-6);
    }

    [Fact]
    public void TheGradientOfRowsIsThatOfTheTable()
    {
        var table = new Parameter<double>("table", Device.Default, [Symbols, Width], UpdateTests.Draw(0, Symbols * Width));
        int[] symbols = [3, 7, 3, 22, 0, 7, 7];
        double[] weights = UpdateTests.Draw(1, symbols.Length * Width);
        using Tape<double> whole = new(), part = new();
        Gradients<double> dense =
            whole.Backward((whole.Parameter(table).GatherRows(whole.Indices([symbols.Length], symbols))
                .Square() * whole.Constant([symbols.Length, Width], weights)).Sum());
        using TableRows<double> rows = new(table, symbols);
        Assert.Equal(4, rows.Count);
        Gradients<double> sparse = part.Backward((rows.Record(part).Square() * part.Constant([symbols.Length, Width], weights)).Sum());
        double[] all = dense.Of(table).ToArray(), some = rows.Gradient(sparse).ToArray();
        int[] order = [3, 7, 22, 0];
        for (int i = 0; i < order.Length; i++)
            Assert.Equal(all[(order[i] * Width)..((order[i] + 1) * Width)], some[(i * Width)..((i + 1) * Width)]);
    }

    [Fact]
    public void ClippingMeasuresTheRows()
    {
        var table = new Parameter<double>("table", Device.Default, [3, 1], [1, 2, 3]);
        var optimizer = new SparseAdam<double>([table], new ConstantStepSize(0.1)) { Clipping = GradientClipping.ByGlobalNorm(1) };
        using Tape<double> tape = new();
        using TableRows<double> rows = new(table, [0, 2]);
        Assert.True(optimizer.Step(tape.Backward((rows.Record(tape) * tape.Constant([2, 1], [3, 4])).Sum()), rows));
        Assert.Equal(5, optimizer.GradientNorm, 1e-12);
        Assert.Equal(2, table.Value.ToArray()[1]);
    }

    [Fact]
    public void WrongUsesAreNamed()
    {
        var table = new Parameter<float>("table", Device.Default, [3, 2]);
        var other = new Parameter<float>("other", Device.Default, [3, 2]);
        Assert.Contains("bias",
            Assert.Throws<ArgumentException>(() =>
                new SparseAdam<float>([new Parameter<float>("bias", Device.Default, [3])], new ConstantStepSize(1))).Message);
        Assert.Contains("Symbol 3 at position 1", Assert.Throws<ArgumentOutOfRangeException>(() => new TableRows<float>(table, [0, 3])).Message);
        Assert.Throws<ArgumentException>(() => new TableRows<float>(table, []));
        var optimizer = new SparseAdam<float>([table], new ConstantStepSize(0.1));
        using Tape<float> tape = new();
        using TableRows<float> rows = new(table, [0, 1]), strange = new(other, [0]);
        Gradients<float> gradients = tape.Backward(rows.Record(tape).Sum() + strange.Record(tape).Sum());
        Assert.Contains("other", Assert.Throws<ArgumentException>(() => optimizer.Step(gradients, strange)).Message);
        Assert.Contains("Two lots", Assert.Throws<ArgumentException>(() => optimizer.Step(gradients, [rows, rows])).Message);
        using Tape<float> whole = new();
        Gradients<float> dense = whole.Backward(whole.Parameter(table).Sum());
        Assert.Contains("TableRows", Assert.Throws<InvalidOperationException>(() => optimizer.Step(dense)).Message);
    }

    private static double Difference<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] x = [.. UpdateTests.Draw(0, Symbols * Width).Select(value => (double)(float)value)], m = new double[x.Length], v = new double[x.Length];
        var table = new Parameter<T>("table", Device.Default, [Symbols, Width], [.. x.Select(T.CreateChecked)]);
        var optimizer = new SparseAdam<T>([table], new ConstantStepSize(0.01));
        using Tape<T> tape = new();
        for (int t = 1; t <= 50; t++)
        {
            int[] symbols = [.. Enumerable.Range(0, 9).Select(i => ((i * i) + (3 * t)) % Symbols)];
            double[] given = [.. UpdateTests.Draw(t, symbols.Length * Width).Select(value => (double)(float)value)], g = new double[x.Length];
            for (int i = 0; i < given.Length; i++)
                g[(symbols[i / Width] * Width) + (i % Width)] += given[i];
            foreach (int row in symbols.Distinct())
            {
                for (int i = row * Width; i < (row + 1) * Width; i++)
                {
                    m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                    v[i] = (0.999 * v[i]) + (0.001 * g[i] * g[i]);
                    x[i] -= 0.01 * Math.Sqrt(1 - Math.Pow(0.999, t)) / (1 - Math.Pow(0.9, t)) * m[i] / (Math.Sqrt(v[i]) + 1e-8);
                }
            }

            tape.Reset();
            using TableRows<T> rows = new(table, symbols);
            optimizer.Step(tape.Backward((rows.Record(tape) * tape.Constant([symbols.Length, Width], [.. given.Select(T.CreateChecked)])).Sum()), rows);
        }

        return table.Value.ToArray().Zip(x, (a, b) => Math.Abs(double.CreateChecked(a) - b)).Max() / x.Max(Math.Abs);
    }
}
