using ConservativeAD.Scalars;

namespace ConservativeAD.AutoDiff.Tests.Compiled;

/// <summary>Random programs give the tape's bits when compiled, for single points, for many at once, and however often they branch.</summary>
public class CompiledProgramTests
{
    private const int Inputs = 3;

    [Fact]
    public void ValuesAndGradientsHaveTheBitsOfTheTape()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            RandomNumberProgram program = new(seed, Inputs, 4 + (seed % 23), seed % 3 == 0);
            using CompiledCheck check = new(program.Run, Inputs);
            for (int point = 0; point < 25; point++)
                check.At(RandomNumberProgram.Point((100 * seed) + point, Inputs));
            Assert.Null(check.Function.WhyInterpreted);
        }
    }

    // Arithmetic has the same bits in vectors; where a number is not finite the tape gives them.
    [Fact]
    public void ManyPointsAtOnceHaveTheBitsOfTheTape()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            RandomNumberProgram program = new(seed, Inputs, 3 + (seed % 17), true);
            using CompiledCheck check = new(program.Run, Inputs);
            int count = 1 + (seed % 61);
            double[] points = [.. Enumerable.Range(0, count).SelectMany(i => RandomNumberProgram.Point((100 * seed) + i, Inputs))];
            double[] values = new double[count], again = new double[count], gradients = new double[points.Length];
            check.Function.Map(points, values, gradients);
            check.Function.Map(points, again);
            for (int i = 0; i < count; i++)
            {
                (double value, double[] gradient) = check.Tape(points.AsSpan(i * Inputs, Inputs));
                CompiledCheck.AssertBits(value, values[i], $"program {seed}, point {i}");
                CompiledCheck.AssertBits(value, again[i], $"program {seed}, point {i}, value alone");
                for (int k = 0; k < Inputs; k++)
                    CompiledCheck.AssertBits(gradient[k], gradients[(i * Inputs) + k], $"program {seed}, point {i}, derivative {k}");
            }
        }
    }

    // Whatever the neighbours are, and whether a way is compiled already or finds no room.
    [Fact]
    public void AResultDoesNotDependOnOtherExamplesOrOnEarlierCalls()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomNumberProgram program = new(seed, Inputs, 5 + (seed % 19), false);
            CompiledFunction function = CompiledFunction.Of(program.Run, Inputs), other = CompiledFunction.Of(program.Run, Inputs);
            const int count = 37;
            double[] points = [.. Enumerable.Range(0, count).SelectMany(i => RandomNumberProgram.Point((100 * seed) + i, Inputs))];
            double[] values = new double[count], gradients = new double[points.Length], value = new double[1], gradient = new double[Inputs];
            function.Map(points, values, gradients);
            for (int i = count - 1; i >= 0; i--)
            {
                other.Map(points.AsSpan(i * Inputs, Inputs), value, gradient);
                CompiledCheck.AssertBits(value[0], values[i], $"program {seed}, point {i}");
                for (int k = 0; k < Inputs; k++)
                    CompiledCheck.AssertBits(gradient[k], gradients[(i * Inputs) + k], $"program {seed}, point {i}, derivative {k}");
            }
        }
    }

    [Fact]
    public void VectorsOfFunctionsAgreeWithTheTapeUpToRounding()
    {
        CompiledFunction function = CompiledFunction.Of(
            x => Active.Exp(x[0]) * Active.Sin(x[1]) + (Active.Log(2 + x[0] + (x[1] * x[1])) / Active.Cosh(x[1])) + Active.Max(x[0], x[1]), 2);
        double[] points = new double[200], values = new double[100], gradients = new double[200], gradient = new double[2];
        new Kernels.Philox(3, 2).Uniform<double>(points, -1, 3);
        function.Map(points, values, gradients);
        for (int i = 0; i < values.Length; i++)
        {
            double value = function.ValueAndGradient(points.AsSpan(2 * i, 2), gradient);
            Assert.Equal(value, values[i], 1e-14 * (1 + Math.Abs(value)));
            for (int k = 0; k < 2; k++)
                Assert.Equal(gradient[k], gradients[(2 * i) + k], 1e-14 * (1 + Math.Abs(gradient[k])));
        }
    }

    [Fact]
    public void ProgramsOfManyBranchesAreRight()
    {
        // 720 orders of six numbers.
        static Active Weighted(Active[] x)
        {
            Active[] sorted = [.. x];
            Array.Sort(sorted);
            Active sum = 0;
            for (int i = 0; i < sorted.Length; i++)
                sum += (i + 1) * sorted[i] * sorted[i];
            return sum;
        }

        using CompiledCheck check = new(Weighted, 6);
        double[] points = new double[6 * 300], values = new double[300], gradients = new double[points.Length];
        new Kernels.Philox(5, 1).Uniform<double>(points, -1, 1);
        for (int i = 0; i < 300; i++)
            check.At(points.AsSpan(6 * i, 6));
        Assert.Equal(CompiledFunction.MaximumPaths, check.Function.Paths);
        check.Function.Map(points, values, gradients);
        for (int i = 0; i < 300; i++)
        {
            (double value, double[] gradient) = check.Tape(points.AsSpan(6 * i, 6));
            CompiledCheck.AssertBits(value, values[i], $"point {i}");
            Assert.Equal(gradient, gradients[(6 * i)..((6 * i) + 6)]);
        }
    }

    [Fact]
    public async Task ThreadsCallOneFunction()
    {
        CompiledFunction function = CompiledFunction.Of(x => x[0] < x[1] ? Active.Max(x[0] * x[2], x[1]) : Active.Abs(x[2]) / x[0], 3);
        double[] points = [.. Enumerable.Range(0, 200).SelectMany(i => RandomNumberProgram.Point(i, 3))];
        (double Value, double[] Gradient)[] expected = new (double, double[])[200];
        using (CompiledCheck check = new(x => x[0] < x[1] ? Active.Max(x[0] * x[2], x[1]) : Active.Abs(x[2]) / x[0], 3))
        {
            for (int i = 0; i < 200; i++)
                expected[i] = check.Tape(points.AsSpan(3 * i, 3));
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Factory.StartNew(() =>
        {
            double[] gradient = new double[3], values = new double[200];
            for (int k = 0; k < 200; k++)
            {
                int i = (k * (thread + 3)) % 200;
                CompiledCheck.AssertBits(expected[i].Value, function.ValueAndGradient(points.AsSpan(3 * i, 3), gradient), $"point {i}");
                Assert.Equal(expected[i].Gradient, gradient);
            }

            function.Map(points, values);
            for (int i = 0; i < 200; i++)
                CompiledCheck.AssertBits(expected[i].Value, values[i], $"point {i} of many");
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }
}
