using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Muon against its iteration in plain matrix loops.</summary>
public class MuonTests
{
    [Theory]
    [InlineData(7, 7)]
    [InlineData(5, 11)]
    [InlineData(11, 4)]
    public void StepsFollowTheIteration(int rows, int columns)
    {
        Assert.InRange(Difference<double>(rows, columns), 0, 1e-12);
        Assert.InRange(Difference<float>(rows, columns), 0, 1e-6);
    }

    [Fact]
    public void OnlyMatricesAreTaken()
    {
        var parameter = new Parameter<float>("bias", Device.Default, [3]);
        Assert.Contains("bias", Assert.Throws<ArgumentException>(() => new Muon<float>([parameter], new ConstantStepSize(1))).Message);
        Assert.Contains("was 1",
            Assert.Throws<ArgumentOutOfRangeException>(() =>
                new Muon<float>([new Parameter<float>("w", Device.Default, [3, 2])], new ConstantStepSize(1)) { Momentum = 1 }).Message);
    }

    private static double Difference<T>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] x = [.. UpdateTests.Draw(0, rows * columns).Select(value => (double)(float)value)], m = new double[x.Length];
        var parameter = new Parameter<T>("w", Device.Default, [rows, columns], [.. x.Select(T.CreateChecked)]);
        var optimizer = new Muon<T>([parameter], new ConstantStepSize(0.02)) { WeightDecay = 0.1 };
        using var given = new GivenGradients<T>(parameter);
        for (int t = 1; t <= 50; t++)
        {
            double[] g = [.. UpdateTests.Draw(t, x.Length).Select(value => (double)(float)value)];
            optimizer.Step(given.Of([.. g.Select(T.CreateChecked)]));
            double[] u = new double[x.Length];
            for (int i = 0; i < u.Length; i++)
            {
                m[i] = (0.95 * m[i]) + (0.05 * g[i]);
                u[i] = (0.05 * g[i]) + (0.95 * m[i]);
            }

            double norm = Math.Sqrt(u.Sum(value => value * value)) + 1e-7;
            u = [.. u.Select(value => value / norm)];
            for (int i = 0; i < 5; i++)
            {
                double[] a = Product(u, Transposed(u, rows, columns), rows, columns, rows), square = Product(a, a, rows, rows, rows);
                double[] b = [.. a.Zip(square, (one, two) => (-4.7750 * one) + (2.0315 * two))];
                u = [.. u.Zip(Product(b, u, rows, rows, columns), (one, two) => (3.4445 * one) + two)];
            }

            for (int i = 0; i < x.Length; i++)
                x[i] = (x[i] * (1 - (0.02 * 0.1))) - (0.02 * Math.Sqrt(Math.Max(1, (double)rows / columns)) * u[i]);
        }

        return parameter.Value.ToArray().Zip(x, (a, b) => Math.Abs(double.CreateChecked(a) - b)).Max() / x.Max(Math.Abs);
    }

    private static double[] Transposed(double[] a, int rows, int columns) =>
        [.. Enumerable.Range(0, a.Length).Select(i => a[(i % rows * columns) + (i / rows)])];

    private static double[] Product(double[] a, double[] b, int rows, int inner, int columns)
    {
        double[] c = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < inner; k++)
                    c[(i * columns) + j] += a[(i * inner) + k] * b[(k * columns) + j];
            }
        }

        return c;
    }
}
