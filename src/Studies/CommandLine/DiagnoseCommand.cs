using System.CommandLine;
using System.Globalization;
using ConservativeAD.Diagnostics;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Diagnosis;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>diagnose</c>: measures a run of gradient descent, and draws pictures.</summary>
internal static class DiagnoseCommand
{
    private const int MaximumWidth = 4096;
    private const int MaximumImages = 1000;
    private const int MaximumSteps = 10_000_000;
    private const int MaximumVariables = 100_000;

    private static readonly IReadOnlyList<string> LargeNames = [.. TestProblems.Suite("large", 2).Select(problem => problem.Name)];

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = new("NAME")
        {
            Description = "A small program, perceptron for a training run, or a test problem of solve; see --list.",
            Arity = ArgumentArity.ZeroOrOne
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !DiagnosedPrograms.Names.Contains(result.Tokens[0].Value))
                result.AddError($"There is no program '{Excerpt.Of(result.Tokens[0].Value)}'; there are {string.Join(", ", DiagnosedPrograms.Names)}.");
        });
        Option<bool> list = OptionKinds.Flag("--list", "Print the programs, and diagnose nothing.");
        string[] pictures = [.. Enum.GetNames<DiagnosisPicture>().Select(picture => picture.ToLowerInvariant())];
        Option<string[]?> draw = OptionKinds.Words("--draw", "The pictures: kl, rate, path, saddle, flow, kernel; all that apply if not given.", pictures);
        Option<int?> steps = OptionKinds.OptionalNumber("--steps", "How many steps; the program's own number if not given.", 1, MaximumSteps);
        Option<double?> size = OptionKinds.OptionalNumber("--step-size", "The first step size; if not given 0.99/L, with the smoothness constant L of the run.",
            1e-12, 1e6);
        Option<string> schedule = OptionKinds.Word("--schedule",
            "How steps change: automatic is constant for smooth programs and training runs with full gradients, robbins-monro for the others.", "automatic",
                "automatic", "constant", "robbins-monro");
        Option<double> power = OptionKinds.Number("--power", "The power of the steps a/(1 + k/10)^power of robbins-monro.", 0.75, 0.01, 2);
        Option<double> noise = OptionKinds.Number("--noise", "The standard deviation of normal noise added to gradients.", 0.0, 0.0, 1e6);
        Option<double[]?> start = OptionKinds.Numbers("--start", "The start; the program's own if not given.", -1e12, 1e12, distinct: false);
        Option<double> spread = OptionKinds.Number("--random-start",
            "Draw the start from a normal distribution of this standard deviation around the given one; 0 for the given one itself.", 0.0, 0.0, 1e6);
        Option<double?> limit = OptionKinds.OptionalNumber("--limit",
            "F at the limit, from which gaps are counted; if not given, the known optimum or what nonsmooth BFGS finds from the end of the run.", -1e300,
                1e300);
        Option<double?> below = OptionKinds.OptionalNumber("--below",
            "The KL inequality is read from where F − F* stays at most this on; along the whole run if not given.", 1e-300, 1e300);
        Option<double> window = OptionKinds.Number("--window", "The time over which the run is compared with the flow.", 1.0, 1e-9, 1e9);
        Option<string> gradient = OptionKinds.Word("--gradient", "Which element of the subdifferential is followed.", "conservative", "conservative", "clarke",
            "minimal-norm");
        Option<int> dimension = OptionKinds.Number("--n", "How many variables the large-scale test problems have.", 50, 2, MaximumVariables);
        Option<int[]?> widths = OptionKinds.Numbers("--width", "Hidden units of perceptron; several are drawn beside each other. 256 if not given.", 1,
            MaximumWidth);
        Option<string> activation = OptionKinds.Word("--activation", "The activation of perceptron.", "tanh", "tanh", "relu");
        Option<int> images = OptionKinds.Number("--images", "Images that perceptron learns.", 20, 2, MaximumImages);
        Option<int?> batch = OptionKinds.OptionalNumber("--batch", "Images in a mini-batch of perceptron; full gradients if not given.", 1, MaximumImages);
        CommonOptions common = new(Path.Combine("results", "diagnose"));
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        StudyCommand command = new("diagnose", """
            Descends, and reads off the run what theory speaks of: smoothness constant, descent lemma, exponent and constant of the KL inequality,
            rates, length of the path, the kind of point it ends at, escape from saddles, tangent kernel and its drift, distance from the
            (sub)gradient flow; then which theorems of convergence apply. Each reading says which gradient it was taken with.

            Examples:
              conservative-ad diagnose quartic
              conservative-ad diagnose double-well --random-start 0.1 --draw saddle
              conservative-ad diagnose kinked --noise 0.5 --gradient clarke
              conservative-ad diagnose perceptron --width 16,64,256,1024 --data ~/data
              conservative-ad diagnose mifflin2 --gradient minimal-norm --json
              conservative-ad diagnose --list
            """)
        {
            Plan = parsed =>
            {
                string? program = parsed.GetValue(name);
                double[] from = OptionKinds.Given(parsed.GetValue(start), []);
                DiagnosisSettings settings = new()
                {
                    Start = from.Length > 0 ? from : null,
                    StartSpread = parsed.GetValue(spread),
                    Steps = parsed.GetValue(steps),
                    StepSize = parsed.GetValue(size),
                    Schedule = OptionKinds.Member<DiagnosisSchedule>(parsed.GetValue(schedule)!),
                    Power = parsed.GetValue(power),
                    Noise = parsed.GetValue(noise),
                    Gradient = OptionKinds.Member<SubgradientChoice>(parsed.GetValue(gradient)!),
                    Limit = parsed.GetValue(limit),
                    GreatestGap = parsed.GetValue(below),
                    Window = parsed.GetValue(window),
                    Pictures = [.. (parsed.GetValue(draw) ?? []).Select(OptionKinds.Member<DiagnosisPicture>)],
                    Seed = parsed.GetValue(common.Seed),
                };
                PerceptronPlan? perceptron = program != PerceptronProgram.Name ? null : new PerceptronPlan(
                    OptionKinds.Given(parsed.GetValue(widths), [256]), parsed.GetValue(activation) == "tanh", parsed.GetValue(images), parsed.GetValue(batch),
                        common.DataSetOf(parsed), parsed.GetValue(common.Data));
                return new DiagnosePlan(
                    program, parsed.GetValue(dimension), settings, perceptron, parsed.GetResult(power) is { Implicit: false }, parsed.GetValue(list),
                        parsed.GetValue(common.Out)!, parsed.GetValue(json));
            },
        };
        command.Arguments.Add(name);
        command.Takes(draw, steps, size, schedule);
        command.TakesWhere("steps of robbins-monro", result => StudyCommand.Written(result, schedule) is not "constant", power);
        command.Takes(noise, start, spread, limit, below);
        command.TakesWhere("the picture flow", result => StudyCommand.Written(result, draw) is not { } wanted || wanted.Split(',').Contains("flow"), window);
        command.Takes(gradient);
        command.TakesWhere("problems of the suite large", result => StudyCommand.Written(result, name) is not { } program
            || LargeNames.Contains(program), dimension);
        command.TakesWhere(PerceptronProgram.Name, result => StudyCommand.Written(result, name) is null or PerceptronProgram.Name, widths, activation, images,
            batch);
        common.AddImages(command, PerceptronProgram.Name, result => StudyCommand.Written(result, name) is null or PerceptronProgram.Name);
        command.Takes(common.Seed, common.Out, json);
        command.TakesAlone(list);
        command.Validators.Add(result =>
        {
            if (StudyCommand.Written(result, name) is null && !StudyCommand.IsWritten(result, list))
                result.AddError("A program has to be named; diagnose --list shows them.");
        });
        command.SetAction(parsed =>
        {
            DiagnosePlan plan = (DiagnosePlan)command.Plan(parsed);
            if (plan.List)
            {
                PrintList(terminal.Console(false));
                return ExitCode.Success;
            }

            using ResultsFolder held = ResultsFolder.Open(plan.Out, command.Name);
            IAnsiConsole console = terminal.Console(plan.Json);
            using StageNotes notes = new(terminal);
            notes.Begin("reading the program");
            List<DiagnosedProgram> programs = Programs(plan, console, terminal.Cancellation);
            foreach (DiagnosedProgram program in programs)
                Demand(plan, program);
            List<RunDiagnosis> diagnoses = [];
            foreach (DiagnosedProgram program in programs)
            {
                string which = program.Width is { } width ? string.Create(CultureInfo.InvariantCulture, $"{program.Name}, width {width}") : program.Name;
                RunDiagnosis diagnosis = RunDiagnosis.Of(program, plan.Settings, terminal.Cancellation, stage => notes.Begin($"{which}: {stage}"));
                if (diagnosis.Run.Count > 0)
                    diagnoses.Add(diagnosis);
                if (diagnosis.WasStopped)
                    break;
            }

            bool isComplete = !terminal.Cancellation.IsCancellationRequested;
            notes.Begin("drawing");
            DiagnosisResults results = isComplete && diagnoses.Count > 0
                ? DiagnosisFolder.Write(diagnoses, plan.Settings, held.Path)
                : new DiagnosisResults([.. diagnoses.Select(diagnosis => DiagnosedRun.Of(diagnosis, []))]);
            notes.Dispose();
            if (plan.Json)
                terminal.Output.WriteLine(ResultsJson.Write(results));
            else
                Print(console, results, isComplete ? held.Path : null);
            return isComplete ? ExitCode.Success : throw new OperationCanceledException();
        });
        return command;
    }

    private static List<DiagnosedProgram> Programs(DiagnosePlan plan, IAnsiConsole console, CancellationToken cancellation)
    {
        if (plan.Perceptron is not { } perceptron)
            return [DiagnosedPrograms.Named(plan.Name!, plan.Dimension)];
        ImageSet train = ImageSource.Load(perceptron.Data, perceptron.Images, cancellation: cancellation, dataSet: perceptron.DataSet).Train;
        if (train.IsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(train.Name)}[/]");
        return [.. perceptron.Widths.Select(width => PerceptronProgram.Create(train, width, perceptron.IsSmooth, perceptron.Batch, plan.Settings.Seed))];
    }

    // The checks of a command line that need the program.
    private static void Demand(DiagnosePlan plan, DiagnosedProgram program)
    {
        if (plan.Settings.Start is { } given && given.Length != program.Start.Length)
            throw new UsageException($"--start gives {given.Length} variables; {program.Name} has {program.Start.Length}. Give as many, separated by commas.");
        if (plan.IsPowerGiven && RunDiagnosis.HasConstantSteps(program, plan.Settings))
            throw new UsageException(
                $"--power goes with steps of robbins-monro, and those of {program.Name} are constant; leave it out, or add --schedule robbins-monro.");
    }

    /// <summary>Prints the readings, also of runs that were stopped.</summary>
    /// <param name="console">Where.</param>
    /// <param name="results">The readings.</param>
    /// <param name="folder">The folder with the report; null if there is none.</param>
    internal static void Print(IAnsiConsole console, DiagnosisResults results, string? folder)
    {
        foreach (DiagnosedRun run in results.Results)
            Print(console, run);
        foreach (string file in results.Results.SelectMany(run => run.Pictures).Distinct())
            console.WriteLine(file);
        if (folder is not null)
            console.WriteLine($"Results are in {folder}.");
    }

    private static void Print(IAnsiConsole console, DiagnosedRun run)
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Program}: {run.Formula}"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{run.Steps} steps of {(run.Schedule == "constant" ? "" : "at first ")}{run.StepSize:0.####E+0}, "
                + $"{RunDiagnosis.NameOf(run.Gradient)} gradient: F from {run.StartValue:0.######} to "
                + $"{run.EndValue:0.######E+0}"
                + $"{(run.Limit is { } limit ? $", at the limit {limit.ToString("0.#########", CultureInfo.InvariantCulture)}" : "")}"));
        FigureTable table = new(3, new FigureColumn("instrument"), new FigureColumn("gradient"), new FigureColumn("holds"),
            new FigureColumn("reading", Wraps: true));
        foreach (Reading reading in run.Readings)
            table.Add(reading.Instrument, reading.Gradient, reading.Holds is { } holds ? holds ? "yes" : "no" : "", reading.Text);
        table.Write(console);
        if (run.Theorems.Count == 0)
        {
            console.WriteLine("Stopped before every instrument was read.");
            return;
        }

        Tree theorems = new("theorems of convergence");
        foreach (ConvergenceTheorem theorem in run.Theorems)
        {
            string verdict = theorem.Applies switch { Finding.Holds => "applies", Finding.Fails => "does not apply", _ => "may apply" };
            TreeNode node = theorems.AddNode(Markup.Escape($"{theorem.Name} ({theorem.Source}): {verdict}"));
            foreach (Hypothesis hypothesis in theorem.Hypotheses)
            {
                string finding = hypothesis.Finding switch { Finding.Holds => "yes", Finding.Fails => "no", _ => "unknown" };
                node.AddNode(Markup.Escape($"{hypothesis.Statement}: {finding}, {hypothesis.Reason}"));
            }
        }

        console.Write(theorems);
        console.WriteLine();
    }

    private static void PrintList(IAnsiConsole console)
    {
        FigureTable table = new(1, new FigureColumn("program"), new FigureColumn("formula", Wraps: true));
        foreach (DiagnosedProgram program in DiagnosedPrograms.Small)
            table.Add(program.Name, program.Formula);
        table.Add(PerceptronProgram.Name, "a perceptron that learns to tell even digits from odd ones");
        foreach (TestProblem problem in TestProblems.Suite("all"))
            table.Add(problem.Name, problem.Formula);
        table.Write(console);
    }
}

/// <summary>The request of a <c>diagnose</c> command.</summary>
/// <param name="Name">The program; null for a list.</param>
/// <param name="Dimension">The number of variables of a large-scale problem.</param>
/// <param name="Settings">The settings of the measurements.</param>
/// <param name="Perceptron">The settings of the perceptron; null for other programs.</param>
/// <param name="IsPowerGiven">Whether a power of vanishing steps was given.</param>
/// <param name="List">Whether to list the programs instead of diagnosing one.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
internal sealed record DiagnosePlan(string? Name, int Dimension, DiagnosisSettings Settings, PerceptronPlan? Perceptron, bool IsPowerGiven, bool List,
    string Out, bool Json);

/// <summary>The settings of the perceptron of <c>diagnose</c>.</summary>
/// <param name="Widths">Numbers of hidden units, with one run each.</param>
/// <param name="IsSmooth">Whether its activation is tanh rather than relu.</param>
/// <param name="Images">The number of images to learn.</param>
/// <param name="Batch">Images in a mini-batch; null for full gradients.</param>
/// <param name="DataSet">The data set; MNIST or the stand-in if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
internal sealed record PerceptronPlan(int[] Widths, bool IsSmooth, int Images, int? Batch, DataSetName? DataSet, string? Data);
