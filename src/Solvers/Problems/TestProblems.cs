using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using static ConservativeAD.Solvers.ActiveManifoldPrograms;
using P = ConservativeAD.Solvers.UnconstrainedPrograms;

namespace ConservativeAD.Solvers;

/// <summary>
/// The catalogue of nonsmooth test problems: the unconstrained ones of Lukšan and Vlček (suite "uns"; TR48 needs a file of distances and is left out), the
/// large-scale ones of Haarala, Miettinen and Mäkelä (suite "large", of any dimension), and those whose active manifold is known (suite "vu").
/// </summary>
public static class TestProblems
{
    private static readonly string[] LargeScaleNames =
    [
        "gen-maxq", "gen-mxhilb", "chained-lq", "chained-cb3-1", "chained-cb3-2", "active-faces", "brown2", "chained-mifflin2", "chained-crescent-1",
            "chained-crescent-2",
    ];

    private static readonly double[] MaxStart = [.. Enumerable.Range(1, 20).Select(i => i <= 10 ? i : (double)-i)];

    /// <summary>The suites.</summary>
    public static IReadOnlyList<string> Suites { get; } = ["uns", "large", "vu"];

    /// <summary>The names of all problems.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Unconstrained().Select(problem => problem.Name), .. LargeScaleNames, .. ActiveManifold()
        .Select(problem => problem.Name)];

    /// <summary>The problem with a given name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimension">The number of variables of a large-scale problem; other problems have a fixed number.</param>
    /// <exception cref="ArgumentException">No problem has this name.</exception>
    public static TestProblem Named(string name, int dimension = 50) =>
        LargeScaleNames.Contains(name) ? LargeScale(name, dimension)
        : Unconstrained().Concat(ActiveManifold()).FirstOrDefault(problem => problem.Name == name)
            ?? throw new ArgumentException($"There is no test problem '{name}'; there are {string.Join(", ", Names)}.", nameof(name));

    /// <summary>The problems of a suite.</summary>
    /// <param name="suite">"uns", "large" or "vu", or "all".</param>
    /// <param name="dimension">The number of variables of the large-scale problems.</param>
    /// <exception cref="ArgumentException">There is no such suite.</exception>
    public static IReadOnlyList<TestProblem> Suite(string suite, int dimension = 50) => suite switch
    {
        "uns" => [.. Unconstrained()],
        "large" => [.. LargeScaleNames.Select(name => LargeScale(name, dimension))],
        "vu" => [.. ActiveManifold()],
        "all" => [.. Suites.SelectMany(one => Suite(one, dimension))],
        _ => throw new ArgumentException($"There is no suite '{suite}'; there are {string.Join(", ", Suites)} and all.", nameof(suite)),
    };

    // Both of Mifflin's second functions are listed as nonconvex, but 2u + 1.75|u| = max{3.75u, 0.25u} is convex, because u is.
    private static IEnumerable<TestProblem> Unconstrained() =>
    [
        Scalars("rosenbrock", "uns", "100(x₂ − x₁²)² + (1 − x₁)²", P.Rosenbrock, P.Rosenbrock, [-1.2, 1], 24.2, 0, false, [1, 1]),
        Scalars("crescent", "uns", "max{q + x₂ − 1, −q + x₂ + 1}, q = x₁² + (x₂ − 1)²", P.Crescent, P.Crescent, [-1.5, 2], 4.25, 0, false, [0, 0], [1, 2]),
        Scalars("cb2", "uns", "max{x₁² + x₂⁴, (2 − x₁)² + (2 − x₂)², 2exp(x₂ − x₁)}", P.Cb2, P.Cb2, [1, -0.1], 5.41, 1.9522244938706589969, true,
            [1.1390376519926639682, 0.8995599383958703924], [1, 2]),
        Scalars("cb3", "uns", "max{x₁⁴ + x₂², (2 − x₁)² + (2 − x₂)², 2exp(x₂ − x₁)}", P.Cb3, P.Cb3, [2, 2], 20, 2, true, [1, 1], [1, 2, 3]),
        Scalars("dem", "uns", "max{5x₁ + x₂, −5x₁ + x₂, x₁² + x₂² + 4x₂}", P.Dem, P.Dem, [1, 1], 6, -3, true, [0, -3], [1, 2, 3]),
        Scalars("ql", "uns", "max{q, q + 10(4 − 4x₁ − x₂), q + 10(6 − x₁ − 2x₂)}, q = x₁² + x₂²", P.Ql, P.Ql, [-1, 5], 56, 7.2, true, [1.2, 2.4], [1, 3]),
        Scalars("lq", "uns", "max{−x₁ − x₂, −x₁ − x₂ + x₁² + x₂² − 1}", P.Lq, P.Lq, [-0.5, -0.5], 1, -Math.Sqrt(2), true, [Math.Sqrt(0.5), Math.Sqrt(0.5)],
            [1, 2]),
        Scalars("mifflin1", "uns", "−x₁ + 20max{x₁² + x₂² − 1, 0}", P.Mifflin1, P.Mifflin1, [0.8, 0.6], -0.8, -1, true, [1, 0], [1, 2]),
        Scalars("mifflin2", "uns", "−x₁ + 2u + 1.75|u|, u = x₁² + x₂² − 1", P.Mifflin2, P.Mifflin2, [-1, -1], 4.75, -1, true, [1, 0], [1, 2]),
        Scalars("wolfe", "uns", "5√(9x₁² + 16x₂²) where x₁ > |x₂|; 9x₁ + 16|x₂| where 0 < x₁ ≤ |x₂|; 9x₁ + 16|x₂| − x₁⁹ where x₁ ≤ 0", P.Wolfe, P.Wolfe, [3, 2],
            5 * Math.Sqrt(145), -8, true, [-1, 0]),
        Scalars("rosen-suzuki", "uns", "f₁ + 10max{0, f₂, f₃, f₄}, quadratics", P.RosenSuzuki, P.RosenSuzuki, [0, 0, 0, 0], 0, -44, true, [0, 1, 2, -1],
            [1, 2, 4]),
        Scalars("shor", "uns", "max of bᵢ|x − aᵢ|², i ≤ 10", P.Shor, P.Shor, [0, 0, 0, 0, 1], 80, 22.60016209577, true,
            [1.12435101, 0.97946160, 1.47770775, 0.92023349, 1.12429159], accuracy: 1e-5),
        Scalars("el-attar", "uns", "Σ|x₁exp(−x₂t)cos(x₃t + x₄) + x₅exp(−x₆t) − y(t)|, t = 0, 0.1, …, 5", P.ElAttar, P.ElAttar, [2, 2, 7, 0, -2, 1], 24.25441596,
            0.5598130653607, false, [2.2407445, 1.85768837, 6.77004918, -1.64489844, 0.16589197, 0.74228452], accuracy: 1e-5),
        Scalars("maxquad", "uns", "max of x'Aₖx − bₖ'x, k ≤ 5", P.Maxquad, P.Maxquad, Constant(10, 1), 5337.066429, -0.8414083345964, true,
            [-0.12625658, -0.0343783, -0.0068572, 0.02636066, 0.06729492, -0.2783995, 0.07421866, 0.13852405, 0.08403122, 0.03858031], [2, 3, 4, 5], 1e-5),
        Scalars("gill", "uns", "max of three sums of squares", P.Gill, P.Gill, Constant(10, -0.1), 189.0225176, 9.785772080818, false),
        Scalars("steiner2", "uns", "weighted sum of distances between 6 points of the plane and fixed ones", P.Steiner2, P.Steiner2, P.Steiner2Start(),
            25.73270345, 16.70383755368, true),
        Scalars("maxq", "uns", "max xᵢ²", P.Maxq, P.Maxq, MaxStart, 400, 0, true, Constant(20, 0)),
        Scalars("maxl", "uns", "max |xᵢ|", P.Maxl, P.Maxl, MaxStart, 20, 0, true, Constant(20, 0)),
        Scalars("goffin", "uns", "50max xᵢ − Σxᵢ", P.Goffin, P.Goffin, [.. Enumerable.Range(1, 50).Select(i => i - 25.5)], 1225, 0, true, Constant(50, 0)),
        Scalars("mxhilb", "uns", "max |Σⱼ xⱼ/(i + j − 1)|", P.MaxHilbert, P.MaxHilbert, Constant(50, 1), 4.499205338, 0, true, Constant(50, 0)),
        Scalars("l1hilb", "uns", "Σᵢ|Σⱼ xⱼ/(i + j − 1)|", P.SumHilbert, P.SumHilbert, Constant(50, 1), 68.81721793, 0, true, Constant(50, 0)),
        Scalars("colville1", "uns", "Σdⱼxⱼ³ + x'Cx + e'x + 50max{0, bᵢ − aᵢ'x}", ColvillePrograms.Primal, ColvillePrograms.Primal, [0, 0, 0, 0, 1], 20,
            double.NegativeInfinity, false, local: -32.34867897),
        Scalars("hs78", "uns", "x₁x₂x₃x₄x₅ + 10(||x|² − 10| + |x₂x₃ − 5x₄x₅| + |x₁³ + x₂³ + 1|)", P.Hs78, P.Hs78, [-2, 1.5, 2, -1, -1], 72.75,
            double.NegativeInfinity, false, local: -2.9197004),
        Scalars("shell-dual", "uns", "the dual of colville1 with exact penalties", ColvillePrograms.Dual, ColvillePrograms.Dual, ShellStart(), 2400.010526,
            32.34867897, false),
    ];

    private static IEnumerable<TestProblem> ActiveManifold() =>
    [
        Scalars("f2d", "vu", "max{½|x|² − x₂, x₂}", F2d, F2d, [1, 2], 2, 0, true, [0, 0], [1, 2]),
        Scalars("f3d-u0", "vu", "max{½(x₁² + x₂² + x₃²/10) − x₂ − x₃ − ½, x₁² − 3x₁ + 2, x₂, x₃}", x => F3d(x, 0.5, -2, 0, 0), x => F3d(x, 0.5, -2, 0, 0),
            [100, 33, -100], 9702, 0, true, [1, 0, 0], [1, 2, 3, 4]),
        Scalars("f3d-u1", "vu", "max{½(x₁² + x₂² + x₃²/10) − x₂ − x₃, x₁² − 3x₁ − 10, x₂, x₃}", x => F3d(x, 0, 10, 0, 0), x => F3d(x, 0, 10, 0, 0),
            [100, 33, -100], 9690, 0, true, [0, 0, 0], [1, 3, 4]),
        Scalars("f3d-u2", "vu", "max{½(x₁² + x₂² + x₃²/10) − x₂ − x₃ + 5, x₁² − 3x₁ − 10, x₂, x₃ − 10}", x => F3d(x, -5, 10, 0, 10), x => F3d(x, -5, 10, 0, 10),
            [100, 33, -100], 9690, 0, true, [0, 0, 10], [1, 3]),
        Scalars("f3d-u3", "vu", "max{½(x₁² + x₂² + x₃²/10) − x₂ − x₃ + 5.5, x₁² − 3x₁ − 10, x₂ − 11, x₃ − 20}", x => F3d(x, -5.5, 10, 11, 20),
            x => F3d(x, -5.5, 10, 11, 20), [100, 33, -100], 9690, 0, true, [0, 1, 10], [1]),
        Scalars("half-half", "vu", "|(x₁, x₃, x₅, x₇)| + Σxᵢ²/i²", HalfHalf, HalfHalf, Constant(8, 1), 3.5274220521541951, 0, true, Constant(8, 0)),
        Scalars("squares-less-abs", "vu", "Σ(xᵢ² − |xᵢ|)", SquaresLessAbs, SquaresLessAbs, Constant(10, 1), 0, -2.5, false, Constant(10, 0.5)),
        Scalars("acad", "vu", "1.5|x|² + x₁ + x₂ − (|x₁| + |x₂| + ½|x|²)", Acad, Acad, [-2, -3], 3, -2, false, [-1, -1]),
    ];

    private static TestProblem LargeScale(string name, int n)
    {
        if (n < 2)
            throw new ArgumentOutOfRangeException(nameof(n), n, $"{name} needs at least 2 variables; {n} were asked for.");
        double[] ramp = [.. Enumerable.Range(1, n).Select(i => i <= n / 2 ? i : (double)-i)];
        double[] crescentStart = [.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? -1.5 : 2)];
        double crescentValue = (n / 2 * 4.25) + ((n - 1) / 2 * 7.75);
        return name switch
        {
            "gen-maxq" => Tensors(name, "max xᵢ²", LargeScalePrograms.Maxq, ramp, (double)n * n, 0, true, Constant(n, 0)),
            "gen-mxhilb" =>
                Tensors(name, "max |Σⱼ xⱼ/(i + j − 1)|", LargeScalePrograms.MaxHilbert(n), Constant(n, 1), Enumerable.Range(1, n)
                    .Sum(i => 1.0 / i), 0, true, Constant(n, 0)),
            "chained-lq" =>
                Tensors(name, "Σmax{−a − b, −a − b + a² + b² − 1}", LargeScalePrograms.ChainedLq, Constant(n, -0.5), n - 1, -(n - 1) * Math.Sqrt(2), true,
                    Constant(n, Math.Sqrt(0.5))),
            "chained-cb3-1" =>
                Tensors(name, "Σmax{a⁴ + b², (2 − a)² + (2 − b)², 2exp(b − a)}", LargeScalePrograms.ChainedCb3One, Constant(n, 2), 20.0 * (n - 1),
                    2.0 * (n - 1), true, Constant(n, 1)),
            "chained-cb3-2" =>
                Tensors(name, "max{Σ(a⁴ + b²), Σ((2 − a)² + (2 − b)²), Σ2exp(b − a)}", LargeScalePrograms.ChainedCb3Two, Constant(n, 2), 20.0 * (n - 1),
                    2.0 * (n - 1), true, Constant(n, 1)),
            "active-faces" =>
                Tensors(name, "max{g(−Σxᵢ), g(xᵢ)}, g(y) = log(|y| + 1)", LargeScalePrograms.ActiveFaces, Constant(n, 1), Math.Log(n + 1), 0, false,
                    Constant(n, 0)),
            "brown2" => Tensors(name, "Σ(|a|^(b² + 1) + |b|^(a² + 1))", LargeScalePrograms.Brown2,
                [.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? -1.0 : 1)], 2 * (n - 1), 0, false, Constant(n, 0)),
            "chained-mifflin2" =>
                Tensors(name, "Σ(−a + 2u + 1.75|u|), u = a² + b² − 1", LargeScalePrograms.ChainedMifflin2, Constant(n, -1), 4.75 * (n - 1),
                    ChainedMifflinDual.Optimum(n), true, null),
            "chained-crescent-1" =>
                Tensors(name, "max{ΣA, ΣB}, A = a² + (b − 1)² + b − 1, B = −a² − (b − 1)² + b + 1", LargeScalePrograms.ChainedCrescentOne, crescentStart,
                    crescentValue, 0, false, Constant(n, 0)),
            _ => Tensors(name, "Σmax{A, B}, A = a² + (b − 1)² + b − 1, B = −a² − (b − 1)² + b + 1", LargeScalePrograms.ChainedCrescentTwo, crescentStart,
                crescentValue, 0, false, Constant(n, 0)),
        };
    }

    private static TestProblem Scalars(string name, string suite, string formula, Func<double[], double> plain, Func<Active[], Active> recorded, double[] start,
        double startValue, double optimum, bool isConvex, double[]? minimizer = null, int[]? active = null, double accuracy = 1e-12, double? local = null) =>
        new(name, suite, formula, Objective.OfScalars(recorded), plain, start)
        {
            StartValue = startValue,
            Optimum = optimum,
            LocalOptimum = local,
            IsConvex = isConvex,
            Minimizer = minimizer,
            MinimizerAccuracy = accuracy,
            ActivePieces = active,
        };

    private static TestProblem Tensors(string name, string formula, Func<Var<double>, Var<double>> program, double[] start, double startValue, double? optimum,
        bool isConvex, double[]? minimizer)
    {
        Objective objective = Objective.OfTensor(program);
        return new TestProblem(name, "large", formula, objective, x => objective.Value(x), start)
        {
            StartValue = startValue,
            Optimum = optimum,
            IsConvex = isConvex,
            Minimizer = minimizer,
        };
    }

    private static double[] Constant(int n, double value)
    {
        double[] result = new double[n];
        Array.Fill(result, value);
        return result;
    }

    private static double[] ShellStart()
    {
        double[] start = Constant(15, 1e-4);
        start[11] = 60;
        return start;
    }
}
