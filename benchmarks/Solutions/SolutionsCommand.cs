using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Solutions;
using ConservativeAD.Solvers;

namespace ConservativeAD.Benchmarks.Solutions;

/// <summary>The command that measures derivatives of solutions against the solutions.</summary>
internal static class SolutionsCommand
{
    private const int Rows = 1000;
    private const int Planted = 50;

    public static Command Create()
    {
        Option<int> variables = new("--variables") { Description = "The number of variables of the lasso.", DefaultValueFactory = _ => 10_000 };
        Option<int> rounds = new("--rounds") { Description = "Interleaved rounds, of which medians are told.", DefaultValueFactory = _ => 5 };
        Command command = new("solutions", "The gradient of a lasso's solution against the solution, and projections onto the simplex.") { variables, rounds };
        command.SetAction(parsed =>
        {
            Lasso(parsed.GetValue(variables), parsed.GetValue(rounds));
            Console.WriteLine();
            Simplex(parsed.GetValue(rounds));
            return 0;
        });
        return command;
    }

    // min ½‖y − Xb‖² + λ‖b‖₁ with normal X, and the gradient of a sum of its solution in λ and y.
    private static void Lasso(int variables, int rounds)
    {
        double[] features = new double[Rows * variables], weights = new double[variables];
        Philox.For(1, 0).Normal<double>(features, 0, 1 / Math.Sqrt(Rows));
        Device device = Device.Default;
        NDArray<double> x = device.Array(Shape.Of(Rows, variables), features);
        double[] answers = new double[Rows], noise = new double[Rows];
        Philox.For(1, 1).Normal<double>(noise, 0, 0.1);
        for (int i = 0; i < Rows; i++)
            answers[i] = noise[i] + Enumerable.Range(0, Planted).Sum(j => features[(i * variables) + (j * (variables / Planted))] * (j % 2 == 0 ? 1 : -1));
        Array.Fill(weights, 1);
        const double penalty = 0.4;
        Objective smooth = Objective.OfTensors([Shape.Of(variables)], b => Misfit(b[0], b[0].Tape.Constant(Shape.Of(Rows), answers), x));

        // z = prox(z − a·X'(Xz − y)); its kinks are where an element is exactly at the threshold.
        double step = 0.2;
        Equation equation = Equation.OfFixedPoint(Shape.Of(variables), Shape.Of(1 + Rows), (z, p) =>
        {
            Var<double> threshold = p.Select(0, 0) * step, matrix = z.Tape.Constant(x);
            Var<double> moved = z - (matrix.Transpose().MatMul(matrix.MatMul(z.Reshape(-1, 1)) - p.Slice(0, 1, Rows).Reshape(-1, 1)).Reshape(-1) * step);
            return (moved - threshold).Relu() - (-moved - threshold).Relu();
        });
        List<double> solves = [], gradients = [];
        int support = 0, evaluations = 0;
        for (int round = 0; round < rounds + 1; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            ProximalGradientResult found = new ProximalGradient(true) { Tolerance = 1e-9 }
                .Minimize(smooth, ProximalOperators.L1Norm(penalty), new double[variables], CancellationToken.None);
            double solve = watch.Elapsed.TotalSeconds;
            watch.Restart();
            double[] gradient = equation.At([.. found.Point], [penalty, .. answers]).Reverse(weights);
            double derivative = watch.Elapsed.TotalSeconds;
            GC.KeepAlive(gradient);
            (support, evaluations) = (found.Point.Count(b => b != 0), found.Evaluations);
            if (round == 0)
                continue;
            solves.Add(solve);
            gradients.Add(derivative);
        }

        Console.WriteLine("| lasso | rows | not 0 | evaluations | solution, s | gradient, s | gradient / solution |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {variables} | {Rows} | {support} | {evaluations} | {Median(solves):0.00} | {Median(gradients):0.00} "
                + $"| {Median(gradients) / Median(solves):0.00} |"));
    }

    private static Var<double> Misfit(Var<double> b, Var<double> answers, NDArray<double> x) =>
        (b.Tape.Constant(x).MatMul(b.Reshape(-1, 1)).Reshape(-1) - answers).Square().Sum() * 0.5;

    private static void Simplex(int rounds)
    {
        Project(rounds, "normal", (random, point) => random.Normal<double>(point, 0, 1));
        Project(rounds, "many in the support", (random, point) => random.Uniform<double>(point, 0, 1e-7));
    }

    private static void Project(int rounds, string name, Action<Philox, double[]> draw)
    {
        Console.WriteLine($"| projection onto the simplex, {name} | elements | ms | ns an element |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (int count in (int[])[10_000, 100_000, 1_000_000])
        {
            double[] point = new double[count];
            draw(Philox.For(2, 0), point);
            List<double> times = [];
            for (int round = 0; round < (2 * rounds) + 1; round++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                GC.KeepAlive(ProximalOperators.Simplex().Apply(point));
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| | {count} | {Median(times):0.00} | {Median(times) / count * 1e6:0.0} |"));
        }
    }

    private static double Median(List<double> numbers) => numbers.Order().ElementAt(numbers.Count / 2);
}
