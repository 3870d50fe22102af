using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Solving;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>solve</c>: nonsmooth test problems by nonsmooth methods.</summary>
internal static class SolveCommand
{
    private const int MostVariables = 1_000_000;
    private const int MostEvaluations = 1_000_000_000;

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = new("NAME") { Description = "The problem; those of the suite if not given.", Arity = ArgumentArity.ZeroOrOne };
        name.Validators.Add(result => Validate(result, "problem", TestProblems.Names));
        Option<string?> method = OptionKinds.Text("--method", "The method; bfgs if not given, all for every one.", string.Join('|', NonsmoothMethods.Names) + "|all");
        method.Validators.Add(result => Validate(result, "method", [.. NonsmoothMethods.Names, "all"]));
        Option<string?> suite = OptionKinds.Text("--suite", "A suite of problems; all if neither a problem nor a suite is given.", string.Join('|', TestProblems.Suites) + "|all");
        suite.Validators.Add(result => Validate(result, "suite", [.. TestProblems.Suites, "all"]));
        Option<int> dimension = OptionKinds.Number("--n", "How many variables the large-scale problems have.", 50, 2, MostVariables);
        Option<int> evaluations = OptionKinds.Number("--evaluations", "Evaluations of value and gradient at most.", new SolverOptions().EvaluationLimit, 1, MostEvaluations);
        Option<double> tolerance = OptionKinds.Number("--tolerance", "The distance of a subdifferential from 0 that counts as stationary.", new SolverOptions().Tolerance, 1e-15, 1e6);
        Option<double> radius = OptionKinds.Number("--radius", "The radius of the ball for Goldstein's subdifferential, relative to the point.", new SolverOptions().Radius, 1e-15, 1e6);
        Option<string> gradient = OptionKinds.Word("--gradient", "Which element a method is given as the gradient.", "conservative", "conservative", "clarke", "minimal-norm");
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of everything random.", 0ul, 0ul, ulong.MaxValue);
        Option<bool> list = OptionKinds.Flag("--list", "Print the problems with what is known of them, and solve nothing.");
        Option<string?> json = OptionKinds.Text("--json", "Also write the results to this file, as JSON.", "FILE");
        Command command = new("solve", """
            Minimises test problems of nonsmooth optimisation, and tells how far the value is from the known optimum and how near to stationary
            the point is: by Clarke's subdifferential at the point, or by Goldstein's over a small ball around it.

            Examples:
              conservative-ad solve maxquad
              conservative-ad solve cb2 --method bundle --gradient clarke
              conservative-ad solve --suite uns --method all --json results.json
              conservative-ad solve --list
            """)
        {
            name, method, suite, dimension, evaluations, tolerance, radius, gradient, seed, list, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is { } problem && result.GetValue(suite) is { } wanted)
                result.AddError($"A problem, '{problem}', and a suite, '{wanted}', were given; name one of them.");
        });
        command.SetAction(parsed =>
        {
            IReadOnlyList<TestProblem> problems = parsed.GetValue(name) is { } one
                ? [TestProblems.Named(one, parsed.GetValue(dimension))]
                : TestProblems.Suite(parsed.GetValue(suite) ?? "all", parsed.GetValue(dimension));
            if (parsed.GetValue(list))
            {
                PrintList(terminal.Console(false), problems);
                return ExitCode.Success;
            }

            string wanted = parsed.GetValue(method) ?? "bfgs";
            IReadOnlyList<INonsmoothSolver> methods = wanted == "all" ? NonsmoothMethods.All : [NonsmoothMethods.Named(wanted)];
            SolverOptions options = new()
            {
                EvaluationLimit = parsed.GetValue(evaluations),
                Tolerance = parsed.GetValue(tolerance),
                Radius = parsed.GetValue(radius),
                Subgradient = OptionKinds.Member<SubgradientChoice>(parsed.GetValue(gradient)!),
                Seed = parsed.GetValue(seed),
            };
            List<SolvedProblem> results = [];
            foreach (TestProblem problem in problems)
            {
                foreach (INonsmoothSolver solver in methods)
                    results.Add(Solve(problem, solver, options, terminal.Cancellation));
            }

            Print(terminal.Console(false), results);
            if (parsed.GetValue(json) is { } file)
                File.WriteAllText(file, ResultsJson.Write(new SolveResults(results)));
            return ExitCode.Success;
        });
        return command;
    }

    private static SolvedProblem Solve(TestProblem problem, INonsmoothSolver solver, SolverOptions options, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        SolverResult result = solver.Minimize(problem.Objective, [.. problem.Start], options, null, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SolvedProblem(problem.Name, solver.Name, result.Evaluations, result.Value, problem.Optimum, problem.Gap(result.Value), result.Stationarity.Value, seconds)
        {
            Dimension = problem.Dimension,
            Measure = result.Stationarity.Kind,
            Reason = result.Reason,
            IsArtificial = result.Stationarity.IsArtificial,
        };
    }

    private static void Print(IAnsiConsole console, List<SolvedProblem> results)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in (ReadOnlySpan<string>)["problem", "n", "method", "evaluations", "value", "gap", "stationarity", "measured by", "stopped", "seconds"])
            table.AddColumn(new TableColumn(column).NoWrap());
        foreach (SolvedProblem solved in results)
        {
            string[] cells =
            [
                solved.Problem,
                Text(solved.Dimension, "0"),
                solved.Method,
                Text(solved.Evaluations, "0"),
                Text(solved.Value, "0.#########"),
                solved.Gap is { } gap ? Text(gap, "0.0E+0") : solved.Optimum is null ? "?" : "-",
                Text(solved.Stationarity, "0.0E+0"),
                (solved.Measure == StationarityKind.ClarkeDistance ? "Clarke" : "Goldstein") + (solved.IsArtificial == true ? ", artificial" : ""),
                Reason(solved.Reason),
                Text(solved.Seconds, "0.00"),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(table);
        console.MarkupLine(Markup.Escape("Gap: above the optimum, relative to max(1, |optimum|); above a known local minimum where the problem is unbounded below."));
    }

    private static void PrintList(IAnsiConsole console, IReadOnlyList<TestProblem> problems)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("problem").NoWrap());
        table.AddColumns("suite", "n", "convex", "start", "optimum", "formula");
        foreach (TestProblem problem in problems)
        {
            string[] cells =
            [
                problem.Name, problem.Suite, Text(problem.Dimension, "0"), problem.IsConvex ? "yes" : "no", Text(problem.StartValue, "0.######"),
                problem.Optimum is { } optimum ? double.IsFinite(optimum) ? Text(optimum, "0.#########") : "unbounded below" : "unknown", problem.Formula,
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    private static void Validate(SymbolResult result, string kind, IReadOnlyList<string> names)
    {
        if (result.Tokens.Count > 0 && !names.Contains(result.Tokens[0].Value))
            result.AddError($"There is no {kind} '{result.Tokens[0].Value}'; there are {string.Join(", ", names)}.");
    }

    private static string Reason(StopReason reason) => reason switch
    {
        StopReason.Stationary => "stationary",
        StopReason.NoProgress => "no progress",
        StopReason.EvaluationLimit => "limit",
        _ => "unbounded",
    };

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
