using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;
using ConservativeAD.Tests.Subdifferentials;
using CsCheck;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Products of Hessians with vectors of objectives, of both kinds.</summary>
public class HessianProductTests
{
    [Fact]
    public void AQuadraticGivesItsMatrix()
    {
        double[,] a = { { 2, -1, 0 }, { -1, 3, 1 }, { 0, 1, 5 } };
        Objective numbers = Objective.OfScalars(x =>
        {
            Active sum = Active.Zero;
            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 3; j++)
                    sum += 0.5 * a[i, j] * x[i] * x[j];
            }

            return sum;
        });
        Objective tensors =
            Objective.OfTensor(v => (v.Reshape([1, 3]).MatMul(v.Tape.Constant([3, 3], [2, -1, 0, -1, 3, 1, 0, 1, 5])).Reshape([3]) * v).Sum() * 0.5);
        foreach (Objective objective in (Objective[])[numbers, tensors])
        {
            for (int column = 0; column < 3; column++)
            {
                double[] unit = new double[3];
                unit[column] = 1;
                HessianProduct product = objective.HessianProduct([0.3, -2, 1], unit);
                for (int row = 0; row < 3; row++)
                    Assert.Equal(a[row, column], product.Product[row], 1e-14);
                Assert.True(product.IsTwiceDifferentiable);
            }
        }
    }

    [Fact]
    public void EveryFunctionBendsAsItsGradientTurns()
    {
        (Func<Active, Active> Function, double At)[] functions =
        [
            (x => Active.Exp(x), 0.3), (x => Active.Log(x), 0.7), (x => Active.Sqrt(x), 0.7), (x => Active.Cbrt(x), -0.7), (x => Active.Sin(x), 1),
                (x => Active.Tan(x), 0.4), (x => Active.Asin(x), 0.4), (x => Active.Atan(x), 0.9),
            (x => Active.Sinh(x), 0.4), (x => Active.Tanh(x), 0.4), (x => Active.Asinh(x), 0.4), (x => Active.Acosh(x), 1.4), (x => Active.Atanh(x), 0.4),
                (x => Active.Pow(x, 2.5), 0.7), (x => Active.Pow(x, x), 0.7),
            (x => Active.Hypot(x, 1 - (2 * x)), 0.7), (x => Active.Atan2(x, 1 - x), 0.7), (x => 1 / (1 + (x * x)), 0.7),
                (x => Active.LogP1(x) * Active.ExpM1(x), 0.7), (x => Active.Relu(x) * x * Active.Abs(x), 0.7), (x => x.Apply(default(Softplus)), 0.2),
        ];
        foreach ((Func<Active, Active> function, double at) in functions)
        {
            Objective objective = Objective.OfScalars(x => function(x[0]));
            double Slope(double by) => objective.Gradient([at + by]).Gradient[0];
            const double H = 1e-3;
            double expected = ((8 * (Slope(H) - Slope(-H))) - (Slope(2 * H) - Slope(-2 * H))) / (12 * H);
            HessianProduct product = objective.HessianProduct([at], [2]);
            Assert.Equal(2 * expected, product.Product[0], 1e-7 * Math.Max(1, Math.Abs(expected)));
            Assert.Equal(Slope(0), product.Gradient[0], 1e-14 * Math.Max(1, Math.Abs(Slope(0))));
            Assert.True(product.IsTwiceDifferentiable);
        }
    }

    [Fact]
    public void BothSpellingsOfRandomProgramsAgree() =>
    Samples.Check(Gen.Select(RandomProgram.Generate(false, 5), Gen.Double[0.05, 0.4].Array[4], Gen.Double[-1, 1].Array[4]), 100, drawn =>
    {
        (RandomProgram program, double[] shift, double[] vector) = drawn;
        double[] point = [.. program.Point.Select((x, i) => x + shift[i])], along = vector[..point.Length];
        HessianProduct numbers = program.OnNumbers.HessianProduct(point, along), tensors = program.OnTensors.HessianProduct(point, along);

        // At a kink each uses its own piece.
        for (int i = 0; numbers.IsTwiceDifferentiable && tensors.IsTwiceDifferentiable && i < point.Length; i++)
            Assert.Equal(numbers.Product[i], tensors.Product[i], 1e-9 * Math.Max(1, Math.Abs(numbers.Product[i])));
    });

    [Fact]
    public void WhereThereIsNoHessianTheResultSaysSo()
    {
        foreach (Objective objective in (Objective[])[Objective.OfScalars(x => Active.Abs(x[0]) + x[0]), Objective.OfTensor(v => v.Abs() + v),
            Objective.OfScalars(x => x[0].Apply(new Huber(1))), Objective.OfScalars(x => x[0] > Active.Zero ? x[0] : Active.Zero)])
        {
            Assert.False(objective.HessianProduct([objective.HessianProduct([0], [1]).IsTwiceDifferentiable ? 1 : 0], [1]).IsTwiceDifferentiable);
            Assert.True(objective.HessianProduct([0.25], [1]).IsTwiceDifferentiable);
        }

        Assert.Throws<ArgumentException>(() => Objective.OfScalars(x => x[0]).HessianProduct([1], [1, 2]));
    }
}
