using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Solving;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>solve</c>: solves nonsmooth test problems by nonsmooth methods.</summary>
internal static class SolveCommand
{
    private const int MaximumVariables = 1_000_000;
    private const int MaximumEvaluations = 1_000_000_000;
    private const double ShortestTime = 0.001;
    private const double LongestTime = 1e8;

    private static readonly IReadOnlyList<string> LargeNames = [.. TestProblems.Suite("large", 2).Select(problem => problem.Name)];

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = new("NAME") { Description = "The problem; those of the suite if not given.", Arity = ArgumentArity.ZeroOrOne };
        name.Validators.Add(result => Validate(result, "problem", [.. TestProblems.Names, .. ConstrainedTestProblems.Names]));
        string[] methodNames = [.. NonsmoothMethods.Names, .. ConstrainedMethods.Names, "all"];
        Option<string?> method = OptionKinds.Text("--method", "The method, all for every one; if not given, bfgs, or all for problems with constraints.",
            string.Join('|', methodNames));
        method.Validators.Add(result => Validate(result, "method", methodNames));
        string[] suiteNames = [.. TestProblems.Suites, "all", ConstrainedTestProblems.Suite];
        Option<string?> suite = OptionKinds.Text("--suite",
            "A suite of problems; all, those without constraints, if neither a problem nor a suite is given.", string.Join('|', suiteNames));
        suite.Validators.Add(result => Validate(result, "suite", suiteNames));
        Option<int> dimension = OptionKinds.Number("--n", "The number of variables of the large-scale problems.", 50, 2, MaximumVariables);
        Option<int> evaluations = OptionKinds.Number("--evaluations", "Evaluations of value and gradient at most.", new SolverOptions().EvaluationLimit, 1,
            MaximumEvaluations);
        Option<double?> seconds = OptionKinds.OptionalNumber("--time-limit", "Seconds after which a method ends with its best point; no limit if not given.",
            ShortestTime, LongestTime);
        Option<double> tolerance = OptionKinds.Number("--tolerance", "The distance of a subdifferential from 0 that counts as stationary.",
            new SolverOptions().Tolerance, 1e-15, 1e6);
        Option<double> radius = OptionKinds.Number("--radius", "The radius of the ball for Goldstein's subdifferential, relative to the point.",
            new SolverOptions().Radius, 1e-15, 1e6);
        Option<string> gradient = OptionKinds.Word("--gradient", "Which element a method is given as the gradient.", "conservative", "conservative", "clarke",
            "minimal-norm");
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of everything random.", 0ul, 0ul, ulong.MaxValue);
        Option<bool> list = OptionKinds.Flag("--list", "Print the problems with what is known of them, and solve nothing.");
        Option<string?> json = OptionKinds.Text("--json", "Also write the results to this file, as JSON.", "FILE");
        Option<string?> folder = OptionKinds.Text("--out", "Also write results, tables, charts and a report to this folder.", "DIR");
        StudyCommand command = new("solve", """
            Minimises test problems of nonsmooth optimisation, and tells how far the value is from the known optimum and how near to stationary
            the point is: by Clarke's subdifferential at the point, or by Goldstein's over a small ball around it. Of problems with constraints
            it also tells the largest violation, and measures the subdifferential of the Lagrange function.

            Examples:
              conservative-ad solve maxquad
              conservative-ad solve cb2 --method bundle --gradient clarke
              conservative-ad solve --suite large --n 1000 --method lmbm --time-limit 5
              conservative-ad solve --suite uns --method all --json results.json
              conservative-ad solve --suite uns --method all --out results/solve
              conservative-ad solve --suite constrained
              conservative-ad solve --list
            """)
        {
            Plan = parsed => new SolvePlan(
                parsed.GetValue(name),
                parsed.GetValue(suite),
                parsed.GetValue(method) ?? (IsConstrained(parsed.CommandResult, name, suite) ? "all" : "bfgs"),
                parsed.GetValue(dimension),
                new SolverOptions
                {
                    EvaluationLimit = parsed.GetValue(evaluations),
                    TimeLimit = parsed.GetValue(seconds) is { } limit ? TimeSpan.FromSeconds(limit) : null,
                    Tolerance = parsed.GetValue(tolerance),
                    Radius = parsed.GetValue(radius),
                    Subgradient = OptionKinds.Member<SubgradientChoice>(parsed.GetValue(gradient)!),
                    Seed = parsed.GetValue(seed),
                },
                parsed.GetValue(list),
                parsed.GetValue(json),
                parsed.GetValue(folder)),
        };
        command.Arguments.Add(name);
        command.Takes(method, suite);
        command.TakesWhere("problems of the suite large", result => StudyCommand.Written(result, name) is { } one
            ? LargeNames.Contains(one)
            : StudyCommand.Written(result, suite) is null or "large" or "all", dimension);
        command.Takes(evaluations, seconds, tolerance, radius, seed, json, folder);
        command.TakesWhere("problems without constraints", result => !IsConstrained(result, name, suite), gradient);
        command.TakesAlone(list, name, suite, dimension);
        command.Validators.Add(result =>
        {
            if (StudyCommand.Written(result, name) is { } problem && StudyCommand.Written(result, suite) is { } wanted)
                result.AddError($"A problem, '{Excerpt.Of(problem)}', and a suite, --suite '{Excerpt.Of(wanted)}', were given; leave one of them out.");
            IReadOnlyList<string> fitting = IsConstrained(result, name, suite) ? ConstrainedMethods.Names : NonsmoothMethods.Names;
            if (StudyCommand.Written(result, method) is { } asked && asked != "all" && methodNames.Contains(asked) && !fitting.Contains(asked))
                result.AddError($"--method '{asked}' is not for these problems; leave it out, or give one of {string.Join(", ", fitting)}.");
        });
        command.SetAction(parsed =>
        {
            SolvePlan plan = (SolvePlan)command.Plan(parsed);
            if (plan.Json is { } written)
                OutputFile.Demand(written, json.Name);
            bool isConstrained = IsConstrained(parsed.CommandResult, name, suite);
            IReadOnlyList<ConstrainedTestProblem> constrained = !isConstrained ? []
                : plan.Name is { } wanted ? [ConstrainedTestProblems.Named(wanted)] : ConstrainedTestProblems.All;
            IReadOnlyList<TestProblem> problems = isConstrained ? [] : plan.Name is { } one
                ? [TestProblems.Named(one, plan.Dimension)]
                : TestProblems.Suite(plan.Suite ?? "all", plan.Dimension);
            if (plan.List)
            {
                if (problems.Count > 0)
                    PrintList(terminal.Console(false), problems);
                if (isConstrained || (plan.Name is null && plan.Suite is null))
                    PrintConstrained(terminal.Console(false), isConstrained ? constrained : ConstrainedTestProblems.All);
                return ExitCode.Success;
            }

            using ResultsFolder? held = plan.Out is { } path ? ResultsFolder.Open(path, command.Name) : null;
            IReadOnlyList<INonsmoothSolver> methods = plan.Method == "all" ? NonsmoothMethods.All : isConstrained ? [] : [NonsmoothMethods.Named(plan.Method)];
            IReadOnlyList<IConstrainedSolver> others = plan.Method == "all" ? ConstrainedMethods.All
                : isConstrained ? [ConstrainedMethods.Named(plan.Method)] : [];
            (string Problem, string Method, Func<SolvedProblem> Solve)[] runs =
            [
                .. problems.SelectMany(problem => methods.Select(solver => (problem.Name, solver.Name,
                    (Func<SolvedProblem>)(() => Solve(problem, solver, plan.Options, terminal.Cancellation))))),
                .. constrained.SelectMany(problem => others.Select(solver => (problem.Name, solver.Name,
                    (Func<SolvedProblem>)(() => Solve(problem, solver, plan.Options, terminal.Cancellation))))),
            ];
            List<SolvedProblem> results = [];
            using StageNotes notes = new(terminal);
            try
            {
                foreach ((string problem, string solver, Func<SolvedProblem> solve) in runs)
                {
                    notes.Begin($"{problem} by {solver}");
                    terminal.Cancellation.ThrowIfCancellationRequested();
                    results.Add(solve());
                }
            }
            catch (OperationCanceledException)
            {
                // Results of solved problems are printed.
            }

            notes.Dispose();
            SolveResults all = new(results) { Settings = plan.Options };
            if (plan.Json is { } file)
                AtomicFile.WriteText(file, ResultsJson.Write(all));
            if (held is not null && results.Count > 0)
                SolveFolder.Write(held.Path, all);
            Print(terminal.Console(false), results, isConstrained);
            return results.Count < runs.Length ? throw new OperationCanceledException() : ExitCode.Success;
        });
        return command;
    }

    private static SolvedProblem Solve(TestProblem problem, INonsmoothSolver solver, SolverOptions options, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        SolverResult result = solver.Minimize(problem.Objective, [.. problem.Start], options, null, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SolvedProblem(problem.Name, solver.Name, result.Evaluations, result.Value, problem.Optimum, problem.Gap(result.Value),
            result.Stationarity.Value, seconds)
        {
            Dimension = problem.Dimension,
            Measure = result.Stationarity.Kind,
            Reason = result.Reason,
            IsArtificial = result.Stationarity.IsArtificial,
        };
    }

    private static bool IsConstrained(CommandResult result, Argument<string?> name, Option<string?> suite) =>
        StudyCommand.Written(result, name) is { } problem ? ConstrainedTestProblems.Names.Contains(problem)
            : StudyCommand.Written(result, suite) == ConstrainedTestProblems.Suite;

    private static SolvedProblem Solve(ConstrainedTestProblem problem, IConstrainedSolver solver, SolverOptions options, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        ConstrainedResult result = solver.Minimize(problem.Problem, [.. problem.Start], options, cancellation: cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SolvedProblem(problem.Name, solver.Name, result.Evaluations, result.Value, problem.Optimum, problem.Gap(result.Value),
            result.Stationarity.Value, seconds)
        {
            Dimension = problem.Dimension,
            Measure = result.Stationarity.Kind,
            Violation = Math.Max(result.Values.InequalityViolation, result.Values.EqualityViolation),
            Reason = result.Reason,
        };
    }

    private static void Print(IAnsiConsole console, List<SolvedProblem> results, bool isConstrained)
    {
        FigureTable table = new(
            3,
            new FigureColumn("problem"), new FigureColumn("n", IsNumber: true), new FigureColumn("method"), new FigureColumn("evaluations", IsNumber: true),
                new FigureColumn("value", IsNumber: true),
            new FigureColumn("gap", IsNumber: true), new FigureColumn(isConstrained ? "violation" : "stationarity", IsNumber: true),
                new FigureColumn(isConstrained ? "stationarity" : "measured by"),
                new FigureColumn("stopped"), new FigureColumn("seconds", IsNumber: true));
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
                Text(solved.Violation ?? solved.Stationarity, "0.0E+0"),
                (isConstrained ? Text(solved.Stationarity, "0.0E+0") + ", " : "")
                    + (solved.Measure == StationarityKind.ClarkeDistance ? "Clarke" : "Goldstein") + (solved.IsArtificial == true ? ", artificial" : ""),
                SolvedProblem.Text(solved.Reason),
                Text(solved.Seconds, "0.00"),
            ];
            table.Add(cells);
        }

        table.Write(console);
        console.MarkupLine(
            Markup.Escape("Gap: above the optimum, relative to max(1, |optimum|); above a known local minimum where the problem is unbounded below."));
    }

    private static void PrintConstrained(IAnsiConsole console, IReadOnlyList<ConstrainedTestProblem> problems)
    {
        FigureTable table = new(1, new FigureColumn("problem"), new FigureColumn("n", IsNumber: true), new FigureColumn("optimum", IsNumber: true),
            new FigureColumn("source"), new FigureColumn("formula", Wraps: true));
        foreach (ConstrainedTestProblem problem in problems)
            table.Add([problem.Name, Text(problem.Dimension, "0"), Text(problem.Optimum, "0.#########"), problem.Source, problem.Formula]);
        table.Write(console);
    }

    private static void PrintList(IAnsiConsole console, IReadOnlyList<TestProblem> problems)
    {
        FigureTable table = new(
            1,
            new FigureColumn("problem"), new FigureColumn("suite"), new FigureColumn("n", IsNumber: true), new FigureColumn("convex"),
                new FigureColumn("start", IsNumber: true),
            new FigureColumn("optimum", IsNumber: true), new FigureColumn("formula", Wraps: true));
        foreach (TestProblem problem in problems)
        {
            string[] cells =
            [
                problem.Name, problem.Suite, Text(problem.Dimension, "0"), problem.IsConvex ? "yes" : "no", Text(problem.StartValue, "0.######"),
                problem.Optimum is { } optimum ? double.IsFinite(optimum) ? Text(optimum, "0.#########") : "unbounded below" : "unknown", problem.Formula,
            ];
            table.Add(cells);
        }

        table.Write(console);
    }

    private static void Validate(SymbolResult result, string kind, IReadOnlyList<string> names)
    {
        if (result.Tokens.Count > 0 && !names.Contains(result.Tokens[0].Value))
            result.AddError($"There is no {kind} '{Excerpt.Of(result.Tokens[0].Value)}'; there are {string.Join(", ", names)}.");
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>The request of a <c>solve</c> command.</summary>
/// <param name="Name">The problem; null for a suite.</param>
/// <param name="Suite">The suite; all if neither a problem nor a suite is named.</param>
/// <param name="Method">The method, or all.</param>
/// <param name="Dimension">The number of variables of the large-scale problems.</param>
/// <param name="Options">The options of the methods.</param>
/// <param name="List">Whether to list the problems instead of solving them.</param>
/// <param name="Json">The file for results; null for none.</param>
/// <param name="Out">The folder for results; null for none.</param>
internal sealed record SolvePlan(string? Name, string? Suite, string Method, int Dimension, SolverOptions Options, bool List, string? Json, string? Out);
