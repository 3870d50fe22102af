using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Implicit functions whose derivatives and Clarke sets are known exactly.</summary>
public class ImplicitTests
{
    [Theory]
    [InlineData(3, 2.0 / 3)]
    [InlineData(-1, 2)]
    [InlineData(1e-9, 2.0 / 3)]
    public void APiecewiseLinearRootHasTheSlopeOfItsPiece(double x, double slope)
    {
        ImplicitSolution solution = HalfAbs().At(x);
        Assert.Equal(slope, solution.Jacobian()[0, 0], 1e-15);
        Assert.Equal(slope, solution.Forward([1])[0], 1e-15);
        Assert.Equal(slope, solution.Reverse([1])[0], 1e-15);
        Assert.Equal(0, solution.HessianProduct([1], [1])[0]);
        Assert.Equal(ImplicitClaim.Derivative, solution.Certificate().Claim);
    }

    [Fact]
    public void AtAKinkTheSelectionAndTheClarkeSetAreTold()
    {
        ImplicitSolution solution = HalfAbs().At(0);
        foreach ((double sign, double slope) in (ReadOnlySpan<(double, double)>)[(0, 1), (1, 2.0 / 3), (-1, 2)])
        {
            Selections selections = Selections.PyTorch with { AbsAtZero = sign };
            Assert.Equal(slope, solution.Jacobian(selections)[0, 0], 1e-15);
            Assert.Equal(ImplicitClaim.ConservativeJacobian, solution.Certificate(selections).Claim);
        }

        ImplicitJacobians set = solution.ClarkeJacobians();
        Assert.Equal([2.0 / 3, 2], Sorted(set), Near);
        Assert.True(set.Certificate.IsCertified);
        Assert.False(set.IsDifferentiable);
        Assert.Equal(2.0 / 3, solution.ClarkeJacobian([1.0]).Matrix[0, 0], 1e-15);
        Assert.Equal(2, solution.ClarkeJacobian([-1.0]).Matrix[0, 0], 1e-15);
        Assert.Throws<InvalidOperationException>(() => solution.HessianProduct([1], [1]));
    }

    [Fact]
    public void ASmoothRootWrittenWithKinksIsDifferentiable()
    {
        // z + relu(z) − relu(−z) = x is 2z = x.
        Equation equation = Equation.OfScalars(1, 1, (z, x) => [z[0] + Active.Relu(z[0]) - Active.Relu(-z[0]) - x[0]]);
        ImplicitSolution solution = equation.At([0], [0]);
        foreach (double s in (ReadOnlySpan<double>)[0, 0.5, 1])
            Assert.Equal(1 / (1 + (2 * s)), solution.Jacobian(Selections.PyTorch with { ReluAtZero = s })[0, 0], 1e-15);
        ImplicitJacobians set = solution.ClarkeJacobians();
        Assert.Equal([0.5], Sorted(set), Near);
        Assert.True(set.IsDifferentiable);
        Assert.Equal(ImplicitClaim.ClarkeJacobian, solution.ClarkeJacobian().Certificate.Claim);
    }

    [Fact]
    public void ASingularSelectionIsNamed()
    {
        ImplicitSolution solution = Equation.OfScalars(1, 1, (z, x) => [z[0] - Active.Abs(z[0]) - x[0]]).At([0], [0]);
        Selections steep = Selections.PyTorch with { AbsAtZero = 1 };
        SingularEquationException refused = Assert.Throws<SingularEquationException>(() => solution.Jacobian(steep));
        Assert.Contains("singular", refused.Message, StringComparison.Ordinal);
        Assert.Contains("abs", refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(solution.Certificate(steep).IsCertified);
        // With another selection there is a number, and no claim about it.
        Assert.Equal(1, solution.Jacobian()[0, 0]);
        Assert.Contains("singular for a choice", solution.Certificate().Reason, StringComparison.Ordinal);
        Assert.Empty(solution.ClarkeJacobians().Generators);
    }

    [Fact]
    public void AReluThatShouldBeANumberHasNoDerivativeAtZero()
    {
        ImplicitSolution solution = Equation.OfScalars(1, 1, (z, x) => [Active.Relu(z[0]) - x[0]]).At([0], [0]);
        Assert.Throws<SingularEquationException>(() => solution.Jacobian(Selections.PyTorch with { ReluAtZero = 0 }));
        Assert.False(solution.Certificate(Selections.PyTorch with { ReluAtZero = 1 }).IsCertified);
        Assert.Empty(solution.ClarkeJacobians().Generators);
        Assert.Throws<SingularEquationException>(() => solution.ClarkeJacobian([-1.0]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void AFixedPointOfAReluHasTheIntervalOfItsSlopes(double a)
    {
        ImplicitSolution solution = Equation.OfFixedPoint(1, 1, (z, t) => [Active.Relu((a * z[0]) + t[0])]).At([0], [0]);
        foreach (double s in (ReadOnlySpan<double>)[0, 0.25, 1])
        {
            Selections selections = Selections.PyTorch with { ReluAtZero = s };
            Assert.Equal(s / (1 - (a * s)), solution.Jacobian(selections)[0, 0], 1e-14);
            Assert.Equal(a * s, solution.Certificate(selections).ContractionFactor!.Value, 1e-15);
        }

        Assert.Equal([0, 1 / (1 - a)], Sorted(solution.ClarkeJacobians()), Near);
    }

    [Fact]
    public void TheLassoHasTheDerivativesOfItsActiveSet()
    {
        ImplicitFunction lasso = new(LassoEquation(), x => LassoSolution(x[0]));
        Assert.Equal([-1.0 / 3, -1.0 / 3], Column(lasso.At(0.5).Jacobian()), Near);
        Assert.Equal(ImplicitClaim.Derivative, lasso.At(0.5).Certificate().Claim);
        Assert.Equal([-0.5, 0], Column(lasso.At(1.5).Jacobian()), Near);

        ImplicitJacobians set = lasso.At(1).ClarkeJacobians();
        Assert.True(set.Certificate.IsCertified, set.ToString());
        double[][] limits = [.. set.Generators.Select(Column).OrderBy(limit => limit[0])];
        Assert.Equal(2, limits.Length);
        Assert.Equal([-0.5, 0], limits[0], Near);
        Assert.Equal([-1.0 / 3, -1.0 / 3], limits[1], Near);
        Assert.Equal(2, set.GradientsOf([0, 1]).Count);
    }

    [Fact]
    public void TensorsAgreeWithNumbers()
    {
        // z − tanh(W·z + x)/2 = 0 with two unknowns, by both kinds of programs.
        double[] w = [0.3, -0.8, 0.5, 0.2], x = [0.4, -0.7], z = new double[2];
        for (int i = 0; i < 200; i++)
            z = [Math.Tanh((w[0] * z[0]) + (w[1] * z[1]) + x[0]) / 2, Math.Tanh((w[2] * z[0]) + (w[3] * z[1]) + x[1]) / 2];
        Equation numbers = Equation.OfFixedPoint(2, 2, (u, p) =>
            [Active.Tanh((w[0] * u[0]) + (w[1] * u[1]) + p[0]) / 2, Active.Tanh((w[2] * u[0]) + (w[3] * u[1]) + p[1]) / 2]);
        Equation tensors = Equation.OfFixedPoint(Shape.Of(2), Shape.Of(2), (u, p) =>
            ((u.Tape.Constant(Shape.Of(2, 2), w).MatMul(u.Reshape(2, 1)).Reshape(2) + p).Tanh()) / 2);
        ImplicitSolution first = numbers.At(z, x), second = tensors.At(z, x),
            free = tensors.At(z, x, new ImplicitOptions { Solves = LinearSolves.MatrixFree });
        double[] one = first.Jacobian().Cast<double>().ToArray();
        Assert.Equal(one, second.Jacobian().Cast<double>().ToArray(), Near);
        Assert.Equal(one, free.Jacobian().Cast<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.Equal(first.Forward([1, -2]), free.Forward([1, -2]), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.Equal(first.Reverse([1, -2]), free.Reverse([1, -2]), (a, b) => Math.Abs(a - b) < 1e-10);
        double[] hessian = first.HessianProduct([1, 2], [0.5, -1]);
        Assert.Equal(hessian, second.HessianProduct([1, 2], [0.5, -1]), (a, b) => Math.Abs(a - b) < 1e-12);

        // Differences of the gradient along the direction.
        const double Step = 1e-5;
        double[] ahead = GradientAt(Step), behind = GradientAt(-Step);
        Assert.Equal(hessian, [.. ahead.Zip(behind, (a, b) => (a - b) / (2 * Step))], (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.True(first.Certificate().ContractionFactor < 1);
        Assert.Equal(ImplicitClaim.Derivative, second.Certificate().Claim);

        double[] GradientAt(double step)
        {
            double[] moved = [x[0] + (0.5 * step), x[1] - step], u = new double[2];
            for (int i = 0; i < 200; i++)
                u = [Math.Tanh((w[0] * u[0]) + (w[1] * u[1]) + moved[0]) / 2, Math.Tanh((w[2] * u[0]) + (w[3] * u[1]) + moved[1]) / 2];
            return numbers.At(u, moved).Reverse([1, 2]);
        }
    }

    [Fact]
    public void AStationaryPointMovesWithItsObjective()
    {
        // argmin ½(z − x)² + z⁴/4: z + z³ = x, slope 1/(1 + 3z²).
        Equation equation = Equation.OfStationaryPoint(1, 1, (z, x) => ((z[0] - x[0]) * (z[0] - x[0]) / 2) + (z[0] * z[0] * z[0] * z[0] / 4));
        ImplicitSolution solution = equation.At([1], [2]);
        Assert.Equal(0.25, solution.Jacobian()[0, 0], 1e-15);
        // G'' = −6z/(1 + 3z²)³.
        Assert.Equal(-6.0 / 64, solution.HessianProduct([1], [1])[0], 1e-14);
        Assert.Equal(0.25, equation.At([1], [2], new ImplicitOptions { Solves = LinearSolves.ConjugateGradients }).Reverse([1])[0], 1e-12);
    }

    [Fact]
    public void WhatIsNoSolutionIsRefused()
    {
        Equation equation = Equation.OfScalars(1, 1, (z, x) => [(z[0] * z[0]) - x[0]]);
        NotASolutionException refused = Assert.Throws<NotASolutionException>(() => equation.At([1.5], [2]));
        Assert.Equal(0.25, refused.Residual);
        Assert.Contains("0.25", refused.Message, StringComparison.Ordinal);
        Assert.Throws<NotASolutionException>(() => equation.At([double.NaN], [2]));
        Assert.Throws<NotASolutionException>(() => equation.At([double.PositiveInfinity], [2]));
        Assert.Throws<ArgumentException>(() => equation.At([1, 2], [2]));
        Assert.Throws<ArgumentException>(() => new ImplicitFunction(equation, x => [1]).At(1, 2));
        Assert.Throws<InvalidOperationException>(() => new ImplicitFunction(equation, x => [1, 2]).At(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => equation.At([1], [1], new ImplicitOptions { Tolerance = 0 }));
        Assert.Throws<ArgumentException>(() => equation.At([1], [1]).Forward([1, 2]));
        Assert.Throws<InvalidOperationException>(() => Equation.OfScalars(2, 1, (z, x) => [z[0]]).At([1, 2], [1]));
        // A double root: no derivative.
        Assert.Throws<SingularEquationException>(() => equation.At([0], [0]).Jacobian());
        Assert.False(equation.At([0], [0]).Certificate().IsCertified);
        Assert.Throws<SingularEquationException>(() =>
            equation.At([0], [0], new ImplicitOptions { Solves = LinearSolves.MatrixFree }).Reverse([1]));
    }

    [Fact]
    public void AKinkWithinTheSolversErrorIsNotCertifiedAway()
    {
        // The exact solution is at the kink, and what the solver returned is a little beside it.
        Equation equation = Equation.OfScalars(1, 1, (z, x) => [z[0] + (Active.Abs(z[0]) / 2) - x[0]]);
        ImplicitSolution solution = equation.At([1e-9], [0]);
        Assert.False(solution.Certificate().IsCertified);
        Assert.Contains("solver's error", solution.Certificate().Reason, StringComparison.Ordinal);
        Assert.Equal(ImplicitClaim.Derivative, equation.At([1.0 / 1.5], [1]).Certificate().Claim);
    }

    [Fact]
    public void AKinkOfASmallEquationIsSeenBesideALargeOne()
    {
        Equation equation = Equation.OfScalars(2, 2, (z, x) => [1e7 * (z[0] - x[0]), z[1] + (Active.Abs(z[1]) / 2) - x[1]]);
        Assert.False(equation.At([1, 1e-9], [1, 0]).Certificate().IsCertified);
        Assert.Equal(ImplicitClaim.Derivative, equation.At([1, 2], [1, 3]).Certificate().Claim);
    }

    [Fact]
    public void ASingularEquationIsNotCertifiedWithoutAMatrix()
    {
        ImplicitOptions free = new() { Solves = LinearSolves.MatrixFree };
        Assert.False(Equation.OfScalars(1, 1, (z, x) => [(z[0] * z[0]) - x[0]]).At([0], [0], free).Certificate().IsCertified);
        // Of rank one, with a residual of exactly 0.
        Equation flat = Equation.OfScalars(2, 1, (z, x) => [z[0] + z[1] - x[0], z[0] + z[1] - x[0]]);
        Assert.False(flat.At([1, 0], [1], free).Certificate().IsCertified);
        Assert.False(flat.At([1, 0], [1]).Certificate().IsCertified);
        Assert.Equal(ImplicitClaim.Derivative, Equation.OfScalars(1, 1, (z, x) => [z[0] - x[0]]).At([1], [1], free).Certificate().Claim);
    }

    [Fact]
    public void TinyAnswersAreToldApart()
    {
        // |z| = x·1e-12 has two answers, however small.
        Equation equation = Equation.OfScalars(1, 1, (z, x) => [(Active.Abs(z[0]) * 1e12) - x[0]]);
        Assert.False(equation.At([0], [0]).ClarkeJacobians().Certificate.IsCertified);
    }

    [Fact]
    public void SeveralSolutionsBesideAPointAreNotAFunction()
    {
        // |z| = x has two solutions for x above 0 and none below.
        ImplicitJacobians set = Equation.OfScalars(1, 1, (z, x) => [Active.Abs(z[0]) - x[0]]).At([0], [0]).ClarkeJacobians();
        Assert.Empty(set.Generators);
        Assert.Contains("changes its sign", set.Certificate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AJumpIsNotCertified()
    {
        Equation equation = Equation.OfScalars(1, 1, (z, x) => [z[0] - x[0] - (z[0] > 0 ? 1 : 0)]);
        Assert.Empty(equation.At([0], [0]).ClarkeJacobians().Generators);
        Assert.False(equation.At([0], [0]).Certificate().IsCertified);
    }

    private static ImplicitFunction HalfAbs() => new(
        Equation.OfScalars(1, 1, (z, x) => [z[0] + (Active.Abs(z[0]) / 2) - x[0]]), x => [x[0] >= 0 ? x[0] / 1.5 : 2 * x[0]]);

    // ½‖y − Xb‖² + λ‖b‖₁ with X'X = (2, 1; 1, 2) and X'y = (3, 2), by a step of forward-backward.
    private static Equation LassoEquation() => Equation.OfFixedPoint(2, 1, (b, weight) =>
    {
        const double Step = 0.25;
        Active[] moved =
        [
            b[0] - (Step * ((2 * b[0]) + b[1] - 3)),
            b[1] - (Step * (b[0] + (2 * b[1]) - 2)),
        ];
        return Array.ConvertAll(moved, value => Active.Relu(value - (Step * weight[0])) - Active.Relu(-value - (Step * weight[0])));
    });

    private static double[] LassoSolution(double weight) => weight switch
    {
        0.5 => [7.0 / 6, 1.0 / 6],
        1 => [1, 0],
        _ => [(3 - weight) / 2, 0],
    };

    private static double[] Column(double[,] matrix) => [.. Enumerable.Range(0, matrix.GetLength(0)).Select(row => matrix[row, 0])];

    private static double[] Sorted(ImplicitJacobians set)
    {
        Assert.True(set.Certificate.IsCertified, set.ToString());
        return [.. set.Generators.Select(generator => generator[0, 0]).Order()];
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-12;

    [Theory]
    [InlineData(0.0, 0.7788285734)]
    [InlineData(0.5, null)]
    public void TheNearestCorrelationMatrixMovesWithItsParameter(double parameter, double? known)
    {
        // The dual equation of H. Qi and D. Sun (2006): the positive semidefinite part of A + Diag(y) has ones on its diagonal. A is N. Higham's example.
        Equation ones = Equation.OfTensors(Shape.Of(3), Shape.Of(1), (y, corner) => Nearest(y, corner).Diagonal() - 1);
        ImplicitFunction solution = new(ones, x => Solve(x[0]));
        using Tape<double> tape = new();
        Var<double> corner = tape.Variable(Shape.Of(1), [parameter]), matrix = Nearest(solution.Solve(corner), corner);
        double slope = tape.Backward(matrix.Select(0, 0).Select(0, 2))[corner].ToArray()[0];
        Assert.Equal((Corner(parameter + 1e-5) - Corner(parameter - 1e-5)) / 2e-5, slope, 1e-7);
        Assert.Equal(known ?? slope, slope, 1e-9);
        Assert.Equal(ImplicitClaim.Derivative, solution.At(parameter).Certificate().Claim);
        if (known is not null)
            Assert.Equal([1, 0.7607, 0.1573], matrix.ToArray().Take(3).Select(element => Math.Round(element, 4)));

        double[] Solve(double at)
        {
            double[] y = new double[3];
            for (int step = 0; step < 300; step++)
                y = [.. y.Zip(ones.Residual(y, [at]), (value, residual) => value - residual)];
            return y;
        }

        double Corner(double at)
        {
            using Tape<double> other = new();
            return Nearest(other.Constant(Shape.Of(3), Solve(at)), other.Constant(Shape.Of(1), [at])).ToArray()[2];
        }

        static Var<double> Nearest(Var<double> y, Var<double> corner) =>
            (corner.Tape.Constant(Shape.Of(3, 3), [1, 1, 0, 1, 1, 1, 0, 1, 1])
                + (corner * corner.Tape.Constant(Shape.Of(3, 3), [0, 0, 1, 0, 0, 0, 1, 0, 0]))
                + (y * corner.Tape.Constant(Shape.Of(3, 3), [1, 0, 0, 0, 1, 0, 0, 0, 1]))).PositiveSemidefinitePart();
    }

    [Fact]
    public void TheElasticNetHasTheSlopesOfItsPieces()
    {
        // argmin ½(z − θ)² + λ|z| + ½μz² with λ = 1, μ = 3: ST(θ, 1)/4, and hull [0, ¼] at |θ| = 1.
        Equation net = Equation.OfFixedPoint(1, 1, (z, theta) =>
        {
            Active forward = z[0] - (0.25 * (z[0] - theta[0]));
            return [(Active.Relu(forward - 0.25) - Active.Relu(-forward - 0.25)) / (1 + (0.25 * 3))];
        });
        ImplicitFunction solution = new(net, theta => [Math.CopySign(Math.Max(0, Math.Abs(theta[0]) - 1), theta[0]) / 4]);
        Assert.Equal(0.25, solution.At(3).Jacobian()[0, 0], 1e-14);
        Assert.Equal(0, solution.At(0.5).Jacobian()[0, 0]);
        Assert.Equal([0, 0.25], solution.At(1).ClarkeJacobians().Generators.Select(limit => Math.Round(limit[0, 0], 12)).Order());
        Assert.Equal([0, 0.25], solution.At(-1).ClarkeJacobians().Generators.Select(limit => Math.Round(limit[0, 0], 12)).Order());
    }
}
