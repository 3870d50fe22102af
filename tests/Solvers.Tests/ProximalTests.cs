using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>Proximal operators, projections and subgradient steps by their defining properties.</summary>
public class ProximalTests
{
    private const int Variables = 36;

    private static readonly Dictionary<string, IProximalOperator> Operators = new()
    {
        ["l1"] = ProximalOperators.L1Norm(0.7),
        ["group"] = ProximalOperators.GroupNorm(0.9, 3),
        ["total-variation"] = ProximalOperators.TotalVariation(0.6),
        ["nuclear"] = ProximalOperators.NuclearNorm(0.8, 3),
        ["nuclear, tall"] = ProximalOperators.NuclearNorm(0.8, 6),
        ["box"] = ProximalOperators.Box(-0.5, 0.8),
        ["euclidean-ball"] = ProximalOperators.EuclideanBall(1.5),
        ["simplex"] = ProximalOperators.Simplex(2),
        ["l1-ball"] = ProximalOperators.L1Ball(2),
        ["elastic-net"] = ProximalOperators.ElasticNet(0.7, 0.5),
        ["semidefinite"] = ProximalOperators.PositiveSemidefinite(6),
    };

    public static TheoryData<string> Names => [.. Operators.Keys];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public void TheProximalPointIsTheMinimum(string name)
    {
        // h(z) ≥ h(p) + ⟨x − p, z − p⟩/t for every z characterises p = prox(x).
        IProximalOperator prox = Operators[name];
        for (ulong draw = 0; draw < 40; draw++)
        {
            double step = draw % 2 == 0 ? 1 : 0.4;
            double[] x = Draw(draw), p = prox.Apply(x, step);
            for (ulong other = 0; other < 40; other++)
            {
                // Near the point, inside a set.
                double[] z = prox.Apply([.. p.Zip(Draw(1000 + other), (a, b) => a + ((other % 2 == 0 ? 1 : 0.01) * b))], 0.1);
                double linear = Enumerable.Range(0, x.Length).Sum(i => (x[i] - p[i]) * (z[i] - p[i])) / step;
                Assert.True(prox.Value(z) >= prox.Value(p) + linear - 1e-9, $"{prox.Value(z)} < {prox.Value(p)} + {linear}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OperatorsAreFirmlyNonexpansive(string name)
    {
        for (ulong draw = 0; draw < 100; draw++)
        {
            double[] x = Draw(2 * draw), y = Draw((2 * draw) + 1), p = Operators[name].Apply(x), q = Operators[name].Apply(y);
            double square = p.Zip(q, (a, b) => (a - b) * (a - b)).Sum(), product = Enumerable.Range(0, x.Length).Sum(i => (p[i] - q[i]) * (x[i] - y[i]));
            Assert.True(square <= product + 1e-10);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void JacobiansAreDerivativesAndSymmetric(string name)
    {
        IProximalOperator prox = Operators[name];
        for (ulong draw = 0; draw < 30; draw++)
        {
            double[] x = Draw(3 * draw), v = Draw((3 * draw) + 1), w = Draw((3 * draw) + 2);
            const double h = 1e-7;
            double[] product = prox.JacobianProduct(x, v, 0.8), ahead = prox.Apply([.. x.Zip(v, (a, b) => a + (h * b))], 0.8),
                behind = prox.Apply([.. x.Zip(v, (a, b) => a - (h * b))], 0.8);
            for (int i = 0; i < x.Length; i++)
                Assert.Equal((ahead[i] - behind[i]) / (2 * h), product[i], 1e-6);
            Assert.Equal(product.Zip(w, (a, b) => a * b).Sum(), prox.JacobianProduct(x, w, 0.8).Zip(v, (a, b) => a * b).Sum(), 1e-10);
        }
    }

    [Fact]
    public void AtKinksTheProductIsThatOfAPiece()
    {
        Assert.Contains(ProximalOperators.L1Norm(1).JacobianProduct([1.0], [1.0])[0], (double[])[0, 1]);
        Assert.Contains(ProximalOperators.Box(0, 1).JacobianProduct([1.0], [1.0])[0], (double[])[0, 1]);
        double[] onSphere = ProximalOperators.EuclideanBall(1).JacobianProduct([1.0, 0], [1.0, 1]);
        Assert.Equal(1, onSphere[1]);
        Assert.Contains(onSphere[0], (double[])[0, 1]);
    }

    [Fact]
    public void TheElasticNetShrinksWhatTheThresholdLeaves()
    {
        // ST(θ, tλ)/(1 + tμ), with that slope above the threshold and 0 below.
        IProximalOperator net = ProximalOperators.ElasticNet(1, 3);
        Assert.Equal([0.5, 0, -0.25], net.Apply([3.0, 0.5, -2]));
        Assert.Equal([0.25, 0, 0.25], net.JacobianProduct([3.0, 0.5, -2], [1.0, 1, 1]));
        Assert.Equal(0.5 + (3 * 0.0625), net.Value([0.25, -0.25]));
        Assert.Equal(0.25, net.Apply([1.125], 0.5)[0]);
    }

    [Fact]
    public void TheProjectionOntoTheSemidefiniteMatricesIsKnown()
    {
        // The eigenvalues 3 and −1, with the quotient 3/4 across them.
        IProximalOperator cone = ProximalOperators.PositiveSemidefinite(2);
        double[] projected = cone.Apply([1, 2.5, 1.5, 1]), slope = cone.JacobianProduct([1, 2, 2, 1], [1.0, 0, 0, 0]);
        double[] expected = [0.625, 0.25, 0.25, -0.125];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(1.5, projected[i], 1e-13);
            Assert.Equal(expected[i], slope[i], 1e-13);
        }

        Assert.Equal(0, cone.Value([1, 1, 1, 1]));
        Assert.Equal(double.PositiveInfinity, cone.Value([1, 2, 2, 1]));
        Assert.Equal(double.PositiveInfinity, cone.Value([1, 0.5, 0, 1]));
        Assert.Contains("4 numbers", Assert.Throws<ArgumentException>(() => cone.Apply(new double[3])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ProximalOperators.PositiveSemidefinite(0));
        Assert.All(cone.Apply([double.NaN, 0, 0, 1]), value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void ConstantsAndLargeWeightsFlattenASignal()
    {
        Assert.All(ProximalOperators.TotalVariation(100).Apply([1.0, 5, -2, 8]), value => Assert.Equal(3, value, 1e-12));
        Assert.Equal([2.0, 2, 2], ProximalOperators.TotalVariation(0.5).Apply([2.0, 2, 2]));
        Assert.Equal([1.0, 4], ProximalOperators.TotalVariation(1).Apply([0.0, 5]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ProximalGradientSolvesTheLasso(bool isAccelerated)
    {
        // ½Σ(dᵢxᵢ − bᵢ)² + λ‖x‖₁ falls apart: xᵢ = soft(dᵢbᵢ, λ)/dᵢ².
        double[] d = [1, 2, 0.5], b = [3, -0.1, 2];
        Objective smooth =
            Objective.OfScalars(x =>
                (((d[0] * x[0]) - b[0]) * ((d[0] * x[0]) - b[0]) + (((d[1] * x[1]) - b[1]) * ((d[1] * x[1]) - b[1]))
                    + (((d[2] * x[2]) - b[2]) * ((d[2] * x[2]) - b[2]))) * 0.5);
        ProximalGradientResult result = new ProximalGradient(isAccelerated).Minimize(smooth, ProximalOperators.L1Norm(0.5), [0.0, 0, 0], Cancellation);
        Assert.True(result.IsStationary);
        Assert.Equal(2.5, result.Point[0], 1e-7);
        Assert.Equal(0, result.Point[1]);
        Assert.Equal(2, result.Point[2], 1e-6);
    }

    [Fact]
    public void SubgradientStepsFollowTheirFormulas()
    {
        Objective abs = Objective.OfScalars(x => Active.Abs(x[0]));

        // A normalised step of 0.3 from 1 ends in the cycle 0.1, −0.2; a truncated one reaches 0 at once.
        SolverResult cycle = new SubgradientMethod(SubgradientStep.Normalized, new ConstantStepSize(0.3)).Minimize(abs, [1.0],
            new SolverOptions { EvaluationLimit = 10 }, cancellation: Cancellation);
        Assert.Equal(0.1, cycle.Value, 1e-12);
        Assert.Equal(0, new SubgradientMethod(SubgradientStep.Truncated, new ConstantStepSize(5), 0).Minimize(abs, [1.0], cancellation: Cancellation).Value);
        Assert.Equal(0, new SubgradientMethod(SubgradientStep.Polyak, null, 0).Minimize(abs, [1.0], cancellation: Cancellation).Value);
        Assert.Equal(4,
            new SubgradientMethod(SubgradientStep.Scheduled, new ConstantStepSize(5)).Minimize(abs, [9.0], new SolverOptions { EvaluationLimit = 3 },
                cancellation: Cancellation).Value, 1e-12);
        TestProblem problem = TestProblems.Named("maxquad");
        SolverResult polyak = new SubgradientMethod(SubgradientStep.Polyak, null, problem.Optimum).Minimize(problem.Objective, [.. problem.Start],
            new SolverOptions { EvaluationLimit = 5000 }, cancellation: Cancellation);
        Assert.InRange(problem.Gap(polyak.Value)!.Value, 0, 1e-2);
        Assert.Contains("none", Assert.Throws<ArgumentException>(() => new SubgradientMethod(SubgradientStep.Polyak)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0.99)]
    [InlineData(3, 0.9706)]
    [InlineData(4, 0.942464)]
    [InlineData(5, 0.90631016)]
    public void InertialNewtonFollowsItsFormula(int evaluations, double expected)
    {
        Objective parabola = Objective.OfScalars(x => x[0] * x[0] * 0.5);
        SolverResult result = new InertialNewton(0.5, 0.1, new ConstantStepSize(0.1)).Minimize(parabola, [1.0],
            new SolverOptions { EvaluationLimit = evaluations }, cancellation: Cancellation);
        Assert.Equal(expected, result.Point[0], 1e-14);
    }

    [Fact]
    public void WrongWeightsAreRefused()
    {
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => ProximalOperators.L1Norm(-1)).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentOutOfRangeException>(() => ProximalOperators.L1Ball(double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("2", Assert.Throws<ArgumentException>(() => ProximalOperators.Box(2, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("-2", Assert.Throws<ArgumentOutOfRangeException>(() => new InertialNewton(0.5, -2)).Message, StringComparison.Ordinal);
        Assert.Contains("5", Assert.Throws<ArgumentException>(() => ProximalOperators.GroupNorm(1, 3).Apply(new double[5])).Message, StringComparison.Ordinal);
    }

    private static double[] Draw(ulong draw)
    {
        double[] x = new double[Variables];
        new Philox(11, draw).Normal<double>(x, 0, 1);
        return x;
    }
}
