using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Solutions as parts of recorded programs.</summary>
public class SolutionsOnTapesTests
{
    // z + z³ = x.
    private static readonly ImplicitFunction Cubic = new(
        Equation.OfScalars(1, 1, (z, x) => [z[0] + (z[0] * z[0] * z[0]) - x[0]]),
        x =>
        {
            double z = 0;
            for (int step = 0; step < 200; step++)
                z -= (z + (z * z * z) - x[0]) / (1 + (3 * z * z));
            return [z];
        });

    private static readonly ImplicitFunction HalfAbs = new(
        Equation.OfScalars(1, 1, (z, x) => [z[0] + (Active.Abs(z[0]) / 2) - x[0]]), x => [x[0] >= 0 ? x[0] / 1.5 : 2 * x[0]]);

    [Fact]
    public void NumbersHaveDerivativesOfEveryOrder()
    {
        // At x = 2, z = 1: z' = 1/4, z'' = −6z·z'³ = −3/32; z''' from z'''(1 + 3z²) + 18z·z'·z'' + 6z'³ = 0.
        const double First = 0.25, Second = -6 * First * First * First, Third = -((18 * First * Second) + (6 * First * First * First)) / 4;
        Active G(Active x) => Cubic.Solve(x)[0];
        Assert.Equal(First, NestedTape.Derivative(G, 2).Value, 1e-14);
        Assert.Equal(Second, NestedTape.Derivative(x => NestedTape.Derivative(G, x), 2).Value, 1e-14);
        Assert.Equal(Third, NestedTape.Derivative(x => NestedTape.Derivative(y => NestedTape.Derivative(G, y), x), 2).Value, 1e-13);

        Objective objective = Objective.OfScalars(x => 3 * G(x[0] * x[0]));
        // At x = √2: 3·z'(2)·2√2, and the second derivative 3·(z''·(2x)² + 2z').
        double root = Math.Sqrt(2);
        HessianProduct second = objective.HessianProduct([root], [1]);
        Assert.Equal(3 * First * 2 * root, second.Gradient[0], 1e-13);
        Assert.Equal(3 * ((Second * 8) + (2 * First)), second.Product[0], 1e-12);
        Assert.True(Clarke.Gradient(objective, [root]).Certificate.IsCertified);
        // Of the second derivative nested inside, too.
        Objective bent = Objective.OfScalars(x => NestedTape.Derivative(y => NestedTape.Derivative(G, y), x[0]));
        Assert.Equal(Third, bent.Gradient([2]).Gradient[0], 1e-13);
    }

    [Fact]
    public void ArraysHaveFirstAndSecondDerivatives()
    {
        Objective onArrays = Objective.OfTensor(x => Cubic.Solve(x.Square()).Sum() * 3);
        HessianProduct second = onArrays.HessianProduct([Math.Sqrt(2)], [1]);
        Assert.Equal(3 * 0.25 * 2 * Math.Sqrt(2), second.Gradient[0], 1e-13);
        Assert.Equal(3 * ((-6.0 / 64 * 8) + 0.5), second.Product[0], 1e-12);
        Assert.True(Clarke.Gradient(onArrays, [Math.Sqrt(2)]).Certificate.IsCertified);

        using Tape<float> tape = new();
        Var<float> x = tape.Variable(Shape.Of(1), [2f]), z = Cubic.Solve(x);
        Assert.Equal(1f, z.GetScalar());
        Assert.Equal(0.25f, tape.Backward(z.Sum())[x].ToArray()[0]);
        tape.SetTangent(x, [4f]);
        tape.CarryTangents();
        Assert.Equal(1f, tape.TangentOf(z).ToArray()[0]);
    }

    [Fact]
    public void AtAKinkNothingIsCertified()
    {
        foreach (Objective objective in (ReadOnlySpan<Objective>)
            [Objective.OfScalars(x => HalfAbs.Solve(x[0])[0] * 2), Objective.OfTensor(x => HalfAbs.Solve(x).Sum() * 2)])
        {
            Assert.Equal(4.0 / 3, objective.Gradient([1]).Gradient[0], 1e-14);
            Assert.True(Clarke.Gradient(objective, [1]).Certificate.IsCertified);
            // The selection's answer, and no claim about it.
            Assert.Equal(2, objective.Gradient([0]).Gradient[0], 1e-14);
            Assert.Equal(4, objective.Gradient([0], Selections.PyTorch with { AbsAtZero = -1 }).Gradient[0], 1e-14);
            ClarkeElement refused = Clarke.Gradient(objective, [0]);
            Assert.False(refused.Certificate.IsCertified);
            Assert.Contains("solves an equation", refused.Certificate.ToString(), StringComparison.Ordinal);
            Assert.False(Clarke.Subdifferential(objective, [0]).IsExact);
        }
    }

    [Fact]
    public void ConstantsAreSolvedWithoutATape()
    {
        Active[] z = Cubic.Solve((Active)2);
        Assert.Equal((1, true), (z[0].Value, z[0].IsConstant));
        ImplicitFunction ofTensors = new(Equation.OfTensors(Shape.Of(1), Shape.Of(1), (u, x) => u - x), x => [.. x]);
        Assert.Throws<NotSupportedException>(() => ofTensors.Solve((Active)1));
        Assert.Throws<NotSupportedException>(() => TaylorSeries.Of(x => Cubic.Solve(x[0])[0], [2], [1], 3));
    }
}
