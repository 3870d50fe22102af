using ConservativeAD.Scalars;
using static ConservativeAD.Solvers.UnconstrainedPrograms;

namespace ConservativeAD.Solvers;

/// <summary>The catalogue of constrained nonsmooth test problems, each with an optimum that is published or exact.</summary>
/// <remarks>
/// F. Curtis, T. Mitchell and M. Overton, Optim. Methods Softw. 32, 2017; L. Lukšan and J. Vlček, Test Problems for Nonsmooth Unconstrained and Linearly
/// Constrained Optimization, TR 798, 2000, section 3; W. Hock and K. Schittkowski, Test Examples for Nonlinear Programming Codes, 1981, some with the maximum
/// of their constraints as one.
/// </remarks>
public static class ConstrainedTestProblems
{
    private const string Paper = "Curtis, Mitchell, Overton 2017", LinearMinimax = "Lukšan, Vlček 2000", HockSchittkowski = "Hock, Schittkowski 1981",
        Exact = "exact";

    /// <summary>The name of their suite.</summary>
    public const string Suite = "constrained";

    /// <summary>All problems.</summary>
    public static IReadOnlyList<ConstrainedTestProblem> All { get; } = [.. Problems()];

    /// <summary>The names of all problems.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(problem => problem.Name)];

    /// <summary>The problem with a given name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">No problem has this name.</exception>
    public static ConstrainedTestProblem Named(string name) => All.FirstOrDefault(problem => problem.Name == name)
        ?? throw new ArgumentException($"There is no constrained test problem '{name}'; there are {string.Join(", ", Names)}.", nameof(name));

    private static IEnumerable<ConstrainedTestProblem> Problems() =>
    [
        Of("rosenbrock-box", Paper, "8|x₁² − x₂| + (1 − x₁)²; max{√2·x₁, 2x₂} ≤ 1", Rosenbrock, [-1, 1], Square(1 - Math.Sqrt(0.5)),
            x => [Active.Max(Math.Sqrt(2) * x[0], 2 * x[1]) - 1], minimizer: [Math.Sqrt(0.5), 0.5]),
        Of("rosenbrock-point", Exact, "8|x₁² − x₂| + (1 − x₁)²; x = (1, 1)", Rosenbrock, [-1, 1], 0, null, x => [x[0] - 1, x[1] - 1], minimizer: [1, 1]),
        Of("mad1", LinearMinimax, "max{x₁² + x₂² + x₁x₂ − 1, sin x₁, −cos x₂}; x₁ + x₂ ≥ ½", Mad, [1, 2], -0.38965952, x => [0.5 - x[0] - x[1]]),
        Of("mad2", LinearMinimax, "max{x₁² + x₂² + x₁x₂ − 1, sin x₁, −cos x₂}; 3x₁ + x₂ ≤ −2.5", Mad, [-2, -1], -37.0 / 112,
            x => [(3 * x[0]) + x[1] + 2.5], minimizer: [-12.5 / 14, (37.5 / 14) - 2.5]),
        Of("mad4", LinearMinimax, "max{−exp(x₁ − x₂), sinh(x₁ − 1) − 1, −log x₂ − 1}; x₂ ≤ 0.05x₁ + 0.5", MadLogarithm, [-1, 0.01], -0.44891079,
            x => [x[1] - (0.05 * x[0]) - 0.5]),
        Of("mad5", LinearMinimax, "max{−exp(x₁ − x₂), sinh(x₁ − 1) − 1, −log x₂ − 1}; x₂ ≥ 0.9x₁ + 1", MadLogarithm, [-1, 3], -0.42928061,
            x => [(0.9 * x[0]) + 1 - x[1]]),
        Of("mad6", LinearMinimax, "the largest side lobe of an antenna of 15 elements; distances between its elements ≥ 0.4, x₆ = x₄ + 1, x₇ = 3.5", Antenna,
            [0.5, 1, 1.5, 2, 2.5, 3, 3.5], 0.10183089,
            x => [0.4 - x[0], .. Enumerable.Range(0, 6).Where(i => i != 4).Select(i => 0.4 + x[i] - x[i + 1])], x => [x[3] + 1 - x[5], x[6] - 3.5]),
        Of("pentagon", LinearMinimax, "the least distance of three points in a regular pentagon, negative",
            x => Max(-Distance(x, 0, 2), -Distance(x, 2, 4), -Distance(x, 4, 0)), [-1, 0, 0, -1, 1, 1], -1.85961870,
            x => [.. Enumerable.Range(0, 15).Select(k => (x[k / 5 * 2] * Math.Cos(0.4 * Math.PI * (k % 5)))
                + (x[(k / 5 * 2) + 1] * Math.Sin(0.4 * Math.PI * (k % 5))) - 1)]),
        Of("hs43-max", HockSchittkowski, "x₁² + x₂² + 2x₃² + x₄² − 5x₁ − 5x₂ − 21x₃ + 7x₄; the maximum of three quadratics ≤ 0",
            x => Square(x[0]) + Square(x[1]) + (2 * Square(x[2])) + Square(x[3]) - (5 * (x[0] + x[1])) - (21 * x[2]) + (7 * x[3]), [0, 0, 0, 0], -44,
            x => [Max(
                Square(x[0]) + Square(x[1]) + Square(x[2]) + Square(x[3]) + x[0] - x[1] + x[2] - x[3] - 8,
                Square(x[0]) + (2 * Square(x[1])) + Square(x[2]) + (2 * Square(x[3])) - x[0] - x[3] - 10,
                (2 * Square(x[0])) + Square(x[1]) + Square(x[2]) + (2 * x[0]) - x[1] - x[3] - 5)], minimizer: [0, 1, 2, -1]),
        Of("hs65", HockSchittkowski, "(x₁ − x₂)² + (x₁ + x₂ − 10)²/9 + (x₃ − 5)²; |x|² ≤ 48, |x₁|, |x₂| ≤ 4.5, |x₃| ≤ 5",
            x => Square(x[0] - x[1]) + (Square(x[0] + x[1] - 10) / 9) + Square(x[2] - 5), [-5, 5, 0], 0.9535288567, x => [SquaredNorm(x) - 48],
            bounds: new VariableBounds([-4.5, -4.5, -5], [4.5, 4.5, 5])),
        Of("hs71", HockSchittkowski, "x₁x₄(x₁ + x₂ + x₃) + x₃; x₁x₂x₃x₄ ≥ 25, |x|² = 40, 1 ≤ x ≤ 5", x => (x[0] * x[3] * (x[0] + x[1] + x[2])) + x[2],
            [1, 5, 5, 1], 17.0140173, x => [25 - (x[0] * x[1] * x[2] * x[3])], x => [SquaredNorm(x) - 40], VariableBounds.Uniform(4, 1, 5)),
        Of("hs78", HockSchittkowski, "x₁x₂x₃x₄x₅; |x|² = 10, x₂x₃ = 5x₄x₅, x₁³ + x₂³ = −1", x => Product(x), [-2, 1.5, 2, -1, -1], -2.91970041, null,
            FifthSphere),
        Of("hs81", HockSchittkowski, "exp(x₁x₂x₃x₄x₅) − ½(x₁³ + x₂³ + 1)²; those of hs78, |x₁|, |x₂| ≤ 2.3, others ≤ 3.2",
            x => Active.Exp(Product(x)) - (0.5 * Square((x[0] * Square(x[0])) + (x[1] * Square(x[1])) + 1)), [-2, 2, 2, -1, -1], 0.0539498478, null,
            FifthSphere, new VariableBounds([-2.3, -2.3, -3.2, -3.2, -3.2], [2.3, 2.3, 3.2, 3.2, 3.2])),
        Of("hs100-max", HockSchittkowski, "a polynomial of seven variables; the maximum of four others ≤ 0",
            x => Square(x[0] - 10) + (5 * Square(x[1] - 12)) + Square(Square(x[2])) + (3 * Square(x[3] - 11)) + (10 * Square(x[4] * Square(x[4])))
                + (7 * Square(x[5])) + Square(Square(x[6])) - (4 * x[5] * x[6]) - (10 * x[5]) - (8 * x[6]), [1, 2, 0, 4, 0, 1, 1], 680.6300573,
            x => [Active.Max(
                Max((2 * Square(x[0])) + (3 * Square(Square(x[1]))) + x[2] + (4 * Square(x[3])) + (5 * x[4]) - 127,
                    (7 * x[0]) + (3 * x[1]) + (10 * Square(x[2])) + x[3] - x[4] - 282, (23 * x[0]) + Square(x[1]) + (6 * Square(x[5])) - (8 * x[6]) - 196),
                (4 * Square(x[0])) + Square(x[1]) - (3 * x[0] * x[1]) + (2 * Square(x[2])) + (5 * x[5]) - (11 * x[6]))]),
        Of("hs113", HockSchittkowski, "a quadratic of ten variables; three linear and five quadratic inequalities",
            x => Square(x[0]) + Square(x[1]) + (x[0] * x[1]) - (14 * x[0]) - (16 * x[1]) + Square(x[2] - 10) + (4 * Square(x[3] - 5)) + Square(x[4] - 3)
                + (2 * Square(x[5] - 1)) + (5 * Square(x[6])) + (7 * Square(x[7] - 11)) + (2 * Square(x[8] - 10)) + Square(x[9] - 7) + 45,
            [2, 3, 5, 5, 1, 2, 7, 3, 6, 10], 24.3062091,
            x =>
            [
                (4 * x[0]) + (5 * x[1]) - (3 * x[6]) + (9 * x[7]) - 105, (10 * x[0]) - (8 * x[1]) - (17 * x[6]) + (2 * x[7]),
                (2 * x[1]) - (8 * x[0]) + (5 * x[8]) - (2 * x[9]) - 12,
                (3 * Square(x[0] - 2)) + (4 * Square(x[1] - 3)) + (2 * Square(x[2])) - (7 * x[3]) - 120,
                (5 * Square(x[0])) + (8 * x[1]) + Square(x[2] - 6) - (2 * x[3]) - 40,
                (0.5 * Square(x[0] - 8)) + (2 * Square(x[1] - 4)) + (3 * Square(x[4])) - x[5] - 30,
                Square(x[0]) + (2 * Square(x[1] - 2)) - (2 * x[0] * x[1]) + (14 * x[4]) - (6 * x[5]),
                (6 * x[1]) - (3 * x[0]) + (12 * Square(x[8] - 8)) - (7 * x[9]),
            ]),
        Of("chebyshev-centre", Exact, "the largest circle in the triangle of sides 3, 4 and 5: −r; r ≤ x₁, r ≤ x₂, r ≤ (12 − 3x₁ − 4x₂)/5", x => -x[2],
            [3, 2, 4], -1, x => [x[2] + Max(-x[0], -x[1], ((3 * x[0]) + (4 * x[1]) - 12) / 5)], minimizer: [1, 1, 1]),
        Of("sphere-eigenvalue", Exact, "−½x'Ax, A the second difference of 12 points; |x|² = 1",
            x => -0.5 * (Square(x[0]) + Square(x[11]) + Sum(0, 11, i => Square(x[i + 1] - x[i]))), [.. Enumerable.Range(0, 12).Select(i => i % 3 - 0.8)],
            Math.Cos(12 * Math.PI / 13) - 1, null, x => [SquaredNorm(x) - 1]),
        Of("stiefel-trace", Exact, "−tr(X'AX), X of 6 × 2, A = diag(1, …, 6); X'X = I",
            x => -Sum(0, 6, i => (i + 1) * (Square(x[2 * i]) + Square(x[(2 * i) + 1]))), [1, 0.5, 0.5, 1, 0.2, -0.3, 0.1, 0.4, -0.3, 0.1, 0.2, 0.3], -11, null,
            x => [Sum(0, 6, i => Square(x[2 * i])) - 1, Sum(0, 6, i => Square(x[(2 * i) + 1])) - 1, Sum(0, 6, i => x[2 * i] * x[(2 * i) + 1])]),
        Of("sphere-max", Exact, "max xᵢ of six; |x|² = 1", x => MaxOver(0, 6, i => x[i]), [1, -0.5, 0.3, -0.2, 0.1, -2], -1 / Math.Sqrt(6), null,
            x => [SquaredNorm(x) - 1], minimizer: [.. Enumerable.Repeat(-1 / Math.Sqrt(6), 6)]),
        Of("basis-pursuit", Exact, "Σ|xᵢ| of 21; xᵢ + xᵢ₊₁ = 1", x => Sum(0, 21, i => Active.Abs(x[i])),
            [.. Enumerable.Range(0, 21).Select(i => (i % 4) - 1.5)], 10, null, x => [.. Enumerable.Range(0, 20).Select(i => x[i] + x[i + 1] - 1)],
            minimizer: [.. Enumerable.Range(0, 21).Select(i => (double)(i % 2))]),
        Of("l1-ball", Exact, "|x − (3, 2, 1, 0, −1)|; Σ|xᵢ| ≤ 2", x => Active.Sqrt(Sum(0, 5, i => Square(x[i] - (3 - i)))), [0, 0, 3, 3, 3], Math.Sqrt(6.5),
            x => [Sum(0, 5, i => Active.Abs(x[i])) - 2], minimizer: [1.5, 0.5, 0, 0, 0]),
        Of("complementarity", Exact, "(x₁ − 1)² + (x₂ − 1)²; min{x₁, x₂} = 0", x => Square(x[0] - 1) + Square(x[1] - 1), [2, 0.5], 1, null,
            x => [Active.Min(x[0], x[1])], minimizer: [1, 0]),
        Of("l1-simplex", Exact, "Σ|xᵢ − aᵢ|, a = (0.9, 0.8, −0.5, 0.3); Σxᵢ = 1, x ≥ 0",
            x => Active.Abs(x[0] - 0.9) + Active.Abs(x[1] - 0.8) + Active.Abs(x[2] + 0.5) + Active.Abs(x[3] - 0.3), [1, 1, 1, 1], 1.5, null,
            x => [x[0] + x[1] + x[2] + x[3] - 1], VariableBounds.Uniform(4, 0, double.PositiveInfinity), [0.5, 0.4, 0, 0.1]),
    ];

    private static ConstrainedTestProblem Of(string name, string source, string formula, Func<Active[], Active> objective, double[] start, double optimum,
        Func<Active[], Active[]>? inequalities, Func<Active[], Active[]>? equalities = null, VariableBounds? bounds = null, double[]? minimizer = null) =>
        new(name, source, formula, ConstrainedProblem.OfScalars(objective, inequalities, equalities, bounds), start, optimum, minimizer);

    private static Active Rosenbrock(Active[] x) => (8 * Active.Abs(Square(x[0]) - x[1])) + Square(1 - x[0]);

    private static Active Mad(Active[] x) => Max(Square(x[0]) + Square(x[1]) + (x[0] * x[1]) - 1, Active.Sin(x[0]), -Active.Cos(x[1]));

    private static Active MadLogarithm(Active[] x) => Max(-Active.Exp(x[0] - x[1]), Active.Sinh(x[0] - 1) - 1, -Active.Log(x[1]) - 1);

    private static Active Antenna(Active[] x) => MaxOver(1, 164, i => Math.Sin(Math.PI / 180 * (8.5 + (0.5 * i))) is var sine
        ? Active.Abs((1.0 / 15) + (2.0 / 15 * Sum(0, 7, j => Active.Cos(2 * Math.PI * sine * x[j]))))
        : default);

    private static Active Distance(Active[] x, int a, int b) => Active.Hypot(x[a] - x[b], x[a + 1] - x[b + 1]);

    private static Active SquaredNorm(Active[] x) => Sum(0, x.Length, i => Square(x[i]));

    private static Active Product(Active[] x) => x[0] * x[1] * x[2] * x[3] * x[4];

    private static Active[] FifthSphere(Active[] x) =>
        [SquaredNorm(x) - 10, (x[1] * x[2]) - (5 * x[3] * x[4]), (x[0] * Square(x[0])) + (x[1] * Square(x[1])) + 1];
}
