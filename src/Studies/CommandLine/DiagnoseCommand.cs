using System.CommandLine;
using System.Globalization;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Diagnosis;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>diagnose</c>: instruments held to a run of gradient descent, with pictures.</summary>
internal static class DiagnoseCommand
{
    private const int MostWidth = 4096;
    private const int MostImages = 1000;
    private const int MostSteps = 10_000_000;
    private const int MostVariables = 100_000;

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = new("NAME") { Description = "A small program, perceptron for a training run, or a test problem of solve; see --list.", Arity = ArgumentArity.ZeroOrOne };
        name.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !DiagnosedPrograms.Names.Contains(result.Tokens[0].Value))
                result.AddError($"There is no program '{result.Tokens[0].Value}'; there are {string.Join(", ", DiagnosedPrograms.Names)}.");
        });
        Option<bool> list = OptionKinds.Flag("--list", "Print the programs, and diagnose nothing.");
        string[] pictures = [.. Enum.GetNames<DiagnosisPicture>().Select(picture => picture.ToLowerInvariant())];
        Option<string[]?> draw = OptionKinds.Words("--draw", "The pictures: kl, rate, path, saddle, flow, kernel; all that apply if not given.", pictures);
        Option<int?> steps = OptionKinds.OptionalNumber("--steps", "How many steps; the program's own number if not given.", 1, MostSteps);
        Option<double?> size = OptionKinds.OptionalNumber("--step-size", "The first step size; if not given 0.99/L, with the smoothness constant L of the run.", 1e-12, 1e6);
        Option<string> schedule = OptionKinds.Word("--schedule", "How steps change: automatic is constant for smooth programs and training runs with full gradients, robbins-monro for the others.", "automatic", "automatic", "constant", "robbins-monro");
        Option<double> power = OptionKinds.Number("--power", "The power of the steps a/(1 + k/10)^power of robbins-monro.", 0.75, 0.01, 2);
        Option<double> noise = OptionKinds.Number("--noise", "The standard deviation of normal noise added to gradients.", 0.0, 0.0, 1e6);
        Option<double[]?> start = OptionKinds.Numbers("--start", "The start; the program's own if not given.", -1e12, 1e12, distinct: false);
        Option<double> spread = OptionKinds.Number("--random-start", "Draw the start from a normal distribution of this standard deviation around the given one; 0 for the given one itself.", 0.0, 0.0, 1e6);
        Option<double?> limit = OptionKinds.OptionalNumber("--limit", "F at the limit, from which gaps are counted; if not given, the known optimum or what nonsmooth BFGS finds from the end of the run.", -1e300, 1e300);
        Option<double?> below = OptionKinds.OptionalNumber("--below", "The KL inequality is read from where F − F* stays at most this on; along the whole run if not given.", 1e-300, 1e300);
        Option<double> window = OptionKinds.Number("--window", "The time over which the run is compared with the flow.", 1.0, 1e-9, 1e9);
        Option<string> gradient = OptionKinds.Word("--gradient", "Which element of the subdifferential is followed.", "conservative", "conservative", "clarke", "minimal-norm");
        Option<int> dimension = OptionKinds.Number("--n", "How many variables the large-scale test problems have.", 50, 2, MostVariables);
        Option<int[]?> widths = OptionKinds.Numbers("--width", "Hidden units of perceptron; several are drawn beside each other. 256 if not given.", 1, MostWidth);
        Option<string> activation = OptionKinds.Word("--activation", "The activation of perceptron.", "tanh", "tanh", "relu");
        Option<int> images = OptionKinds.Number("--images", "Images that perceptron learns.", 20, 2, MostImages);
        Option<int?> batch = OptionKinds.OptionalNumber("--batch", "Images in a mini-batch of perceptron; full gradients if not given.", 1, MostImages);
        Option<string?> data = OptionKinds.Text("--data", "The folder with the subfolder mnist; CONSERVATIVEAD_DATA if not given, else stand-in digits.", "DIR");
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of everything random.", 1ul, 0ul, ulong.MaxValue);
        Option<string> folder = new("--out") { Description = "The folder for pictures.", DefaultValueFactory = _ => Path.Combine("results", "diagnose"), HelpName = "DIR" };
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        Command command = new("diagnose", """
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
            name, list, draw, steps, size, schedule, power, noise, start, spread, limit, below, window, gradient, dimension, widths, activation, images, batch, data, seed, folder, json,
        };
        command.Validators.Add(result =>
        {
            string? program = result.GetValue(name);
            if (program is null && !result.GetValue(list))
                result.AddError("A program has to be named; diagnose --list shows them.");
            foreach (Option only in (Option[])[widths, activation, images, batch, data])
            {
                if (program is not null && program != PerceptronProgram.Name && result.GetResult(only) is { Implicit: false })
                    result.AddError($"{only.Name} is for {PerceptronProgram.Name}; the program is '{program}'.");
            }
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(list))
            {
                PrintList(terminal.Console(false));
                return ExitCode.Success;
            }

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
                Seed = parsed.GetValue(seed),
            };
            string output = parsed.GetValue(folder)!;
            ResultsFolder.Create(output);
            bool isJson = parsed.GetValue(json);
            IAnsiConsole console = terminal.Console(isJson);
            List<DiagnosedProgram> programs = [];
            if (parsed.GetValue(name) == PerceptronProgram.Name)
            {
                (ImageSet train, _) = ImageSource.Load(parsed.GetValue(data), parsed.GetValue(images));
                if (train.IsStandIn)
                    console.MarkupLineInterpolated($"[yellow]{DataNotice.StandIn}[/]");
                programs.AddRange(OptionKinds.Given(parsed.GetValue(widths), [256]).Select(width => PerceptronProgram.Create(train, width, parsed.GetValue(activation) == "tanh", parsed.GetValue(batch), settings.Seed)));
            }
            else
            {
                programs.Add(DiagnosedPrograms.Named(parsed.GetValue(name)!, parsed.GetValue(dimension)));
            }

            List<RunDiagnosis> diagnoses = [.. programs.Select(program => RunDiagnosis.Of(program, settings, terminal.Cancellation))];
            IReadOnlyList<string> files = DiagnosisDrawing.Save(diagnoses, settings.Pictures, output);
            DiagnosisResults results = new([.. diagnoses.Select(diagnosis => DiagnosedRun.Of(diagnosis, files))]);
            if (isJson)
            {
                terminal.Output.WriteLine(ResultsJson.Write(results));
                return ExitCode.Success;
            }

            foreach (DiagnosedRun run in results.Results)
                Print(console, run);
            foreach (string file in files)
                console.WriteLine(file);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, DiagnosedRun run)
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Program}: {run.Formula}"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Steps} steps of {(run.Schedule == "constant" ? "" : "at first ")}{run.StepSize:0.####E+0}, {run.Readings[0].Gradient} gradient: F from {run.StartValue:0.######} to {run.EndValue:0.######E+0}{(run.Limit is { } limit ? $", at the limit {limit.ToString("0.#########", CultureInfo.InvariantCulture)}" : "")}"));
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("instrument").NoWrap()).AddColumn(new TableColumn("gradient").NoWrap()).AddColumn(new TableColumn("holds").NoWrap()).AddColumn("reading");
        foreach (Reading reading in run.Readings)
        {
            string[] cells = [reading.Instrument, reading.Gradient, reading.Holds is { } holds ? holds ? "yes" : "no" : "", reading.Text];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(table);
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
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("program").NoWrap()).AddColumn("formula");
        foreach (DiagnosedProgram program in DiagnosedPrograms.Small)
            table.AddRow(Markup.Escape(program.Name), Markup.Escape(program.Formula));
        table.AddRow(PerceptronProgram.Name, "a perceptron that learns to tell even digits from odd ones");
        foreach (TestProblem problem in TestProblems.Suite("all"))
            table.AddRow(Markup.Escape(problem.Name), Markup.Escape(problem.Formula));
        console.Write(table);
    }
}
