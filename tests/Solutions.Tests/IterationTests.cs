using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Iterations whose derivatives are known step by step.</summary>
public class IterationTests
{
    private static IterationOptions Exactly(int steps) => new() { MaximumSteps = steps, Tolerance = 0 };

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.75)]
    [InlineData(3, 0.875)]
    public void ALinearIterationHasTheDerivativeOfItsSteps(int steps, double derivative)
    {
        // x ← x − a(x − θ).
        FixedPointIteration descent = FixedPointIteration.OfScalars(1, 1, (z, x) => [z[0] - (0.5 * (z[0] - x[0]))]);
        foreach (IterationDerivative all in (ReadOnlySpan<IterationDerivative>)[IterationDerivative.Unrolled, IterationDerivative.Piggyback])
        {
            IterationResult result = descent.Run([0], [1], all, Exactly(steps));
            Assert.Equal(derivative, result.Jacobian[0, 0]);
            Assert.Equal(1 - derivative, result.ErrorBound, 1e-15);
        }

        IterationResult one = descent.Run([0], [1], IterationDerivative.OneStep, Exactly(steps));
        Assert.Equal(0.5, one.Jacobian[0, 0]);
        // The error of one step is ρ.
        Assert.Equal((0.5, 0.5), (one.ContractionFactor, one.ErrorBound));
        IterationResult root = descent.Run([0], [1], IterationDerivative.Implicit);
        Assert.Equal(1, root.Jacobian[0, 0], 1e-15);
        Assert.Equal(ImplicitClaim.Derivative, root.Certificate!.Claim);
    }

    [Fact]
    public void HeronsSquareRootIsDifferentiatedByItsLastStep()
    {
        FixedPointIteration heron = FixedPointIteration.OfScalars(1, 1, (z, x) => [(z[0] + (x[0] / z[0])) / 2]);
        double[] expected = [1.0 / 4, 1.0 / 3, 6.0 / 17, 204.0 / 577];
        for (int steps = 1; steps <= expected.Length; steps++)
            Assert.Equal(expected[steps - 1], heron.Run([2], [2], IterationDerivative.OneStep, Exactly(steps)).Jacobian[0, 0], 1e-15);
        double truth = 1 / (2 * Math.Sqrt(2));
        foreach (IterationDerivative derivative in Enum.GetValues<IterationDerivative>())
            Assert.Equal(truth, heron.Run([2], [2], derivative).Jacobian[0, 0], 1e-12);
    }

    [Theory]
    [InlineData(0.5, 0.5, 1.0 / 3)]
    [InlineData(0.25, 0.5, 0.2)]
    [InlineData(0.5, 1, 1)]
    [InlineData(0.5, 0, 0)]
    public void AtAKinkTheLimitDependsOnTheStepAlthoughTheFunctionDoesNot(double step, double s, double limit)
    {
        // argmin ½(z − θ)² + λ|z| at θ = λ, by forward-backward with slope s at the kink: s·a/(1 − s(1 − a)); the truth is the interval [0, 1].
        const double Weight = 1;
        FixedPointIteration descent = FixedPointIteration.OfScalars(1, 1, (z, x) =>
        {
            Active moved = z[0] - (step * (z[0] - x[0]));
            return [Active.Relu(moved - (step * Weight)) - Active.Relu(-moved - (step * Weight))];
        });
        IterationOptions options = new() { Selections = Selections.PyTorch with { ReluAtZero = s }, MaximumSteps = 2000, Tolerance = 0 };
        Assert.Equal(limit, descent.Run([0], [Weight], IterationDerivative.Piggyback, options).Jacobian[0, 0], 1e-12);
        Assert.Equal(limit, descent.Run([0], [Weight], IterationDerivative.Unrolled, options).Jacobian[0, 0], 1e-12);
        ImplicitJacobians set = descent.Equation.At([0], [Weight]).ClarkeJacobians();
        Assert.True(set.Certificate.IsCertified, set.ToString());
        Assert.Equal([0, 1], [.. set.Generators.Select(generator => generator[0, 0]).Order()], (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void ForwardBackwardHasTheDerivativesOfThePaper()
    {
        // b = 2, λ = ½, step ½, from 0: x_k = .75, 1.125, 1.3125, … → 1.5 and J_k = −(1 − 2⁻ᵏ) in λ.
        FixedPointIteration descent = FixedPointIteration.OfScalars(1, 1, (z, weight) =>
        {
            Active moved = z[0] - (0.5 * (z[0] - 2));
            return [Active.Relu(moved - (0.5 * weight[0])) - Active.Relu(-moved - (0.5 * weight[0]))];
        });
        double[] iterates = [0.75, 1.125, 1.3125];
        for (int k = 1; k <= 20; k++)
        {
            IterationResult result = descent.Run([0], [0.5], IterationDerivative.Piggyback, Exactly(k));
            Assert.Equal(-(1 - Math.Pow(2, -k)), result.Jacobian[0, 0], 1e-15);
            if (k <= 3)
                Assert.Equal(iterates[k - 1], result.Value[0]);
        }

        Assert.Equal(1.5, descent.Run([0], [0.5], IterationDerivative.Implicit).Value[0], 1e-11);
    }

    [Fact]
    public void AHeavyBallWithMixedSelectionsMayDiverge()
    {
        // f is x²/2 or x²/8 (two selections at the kink 0 of the slope), α = 1, β = ¾: one selection converges, M₁M₁M₂M₂ has an eigenvalue −9/8.
        const double Beta = 0.75;
        double[,] Step(double curvature) => new double[,] { { 1 + Beta - curvature, -Beta }, { 1, 0 } };
        foreach (double curvature in (ReadOnlySpan<double>)[1, 0.25])
        {
            FixedPointIteration fixedChoice = FixedPointIteration.OfScalars(2, 1, (z, x) =>
                [z[0] - (curvature * (z[0] - x[0])) + (Beta * (z[0] - z[1])), z[0]]);
            IterationResult result = fixedChoice.Run([1, 1], [0], IterationDerivative.Piggyback);
            Assert.Equal(1, result.Jacobian[0, 0], 1e-9);
            // No contraction in the Euclidean norm, and so no bound.
            Assert.True(result.ContractionFactor > 1);
            Assert.Equal(double.PositiveInfinity, result.ErrorBound);
        }

        var first = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfArray(Step(1));
        var second = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfArray(Step(0.25));
        double[] eigenvalues = [.. (first * first * second * second).Evd().EigenValues.Select(value => value.Real).Order()];
        Assert.Equal(-9.0 / 8, eigenvalues[0], 1e-12);
    }

    [Fact]
    public void SinkhornHasTheDerivativeOfItsPlan()
    {
        // Cost (0, θ; θ, 0), both marginals (½, ½), θ = ε = 1: P₁₁ and dP₁₁/dθ.
        FixedPointIteration sinkhorn = FixedPointIteration.OfTensors(Shape.Of(2), Shape.Of(1), (v, theta) =>
        {
            Var<double> kernel = Kernel(theta);
            Var<double> u = 0.5 / kernel.MatMul(v.Reshape(2, 1)).Reshape(2);
            return 0.5 / kernel.Transpose().MatMul(u.Reshape(2, 1)).Reshape(2);
        });
        // Fixed points are a ray: scaling v gives another. So they have no derivative, while the iteration from one start has.
        Assert.Throws<SingularEquationException>(() => sinkhorn.Run([1, 1], [1], IterationDerivative.Implicit));
        IterationResult found = sinkhorn.Run([1, 1], [1], IterationDerivative.Piggyback);
        // P₁₁ = u₁·K₁₁·v₁ with u = ½/(K·v).
        using Tape<double> tape = new();
        Var<double> theta = tape.Variable(Shape.Of(1), [1]), v = tape.Variable(Shape.Of(2), found.Value);
        Var<double> kernel = Kernel(theta), u = 0.5 / kernel.MatMul(v.Reshape(2, 1)).Reshape(2);
        Var<double> corner = (u.Select(0, 0) * v.Select(0, 0) * kernel.Reshape(4).Select(0, 0)).Sum();
        Gradients<double> gradients = tape.Backward(corner);
        double slope = gradients[theta].ToArray()[0];
        double[] inV = gradients[v].ToArray();
        Assert.Equal(0.36552928931500245, corner.GetScalar(), 1e-14);
        Assert.Equal(0.09830596662074093, slope + (inV[0] * found.Jacobian[0, 0]) + (inV[1] * found.Jacobian[1, 0]), 1e-12);

        static Var<double> Kernel(Var<double> theta) =>
            (-(theta.Reshape(1, 1) * theta.Tape.Constant(Shape.Of(2, 2), [0, 1, 1, 0]))).Exp();
    }

    [Fact]
    public void WrongInputsAreRefused()
    {
        FixedPointIteration doubling = FixedPointIteration.OfScalars(1, 1, (z, x) => [(2 * z[0]) + x[0]]);
        Assert.Throws<NotASolutionException>(() => doubling.Run([1], [1], IterationDerivative.Unrolled));
        Assert.Throws<NotASolutionException>(() => doubling.Run([1], [1], IterationDerivative.Implicit, Exactly(3)));
        Assert.Equal(double.PositiveInfinity, doubling.Run([1], [1], IterationDerivative.OneStep, Exactly(3)).ErrorBound);
        Assert.Throws<ArgumentException>(() => doubling.Run([1, 2], [1], IterationDerivative.Unrolled));
        Assert.Throws<ArgumentOutOfRangeException>(() => doubling.Run([1], [1], IterationDerivative.Unrolled, Exactly(0)));
        using CancellationTokenSource stopped = new();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            doubling.Run([1], [1], IterationDerivative.Unrolled, new IterationOptions { Cancellation = stopped.Token }));
    }
}
