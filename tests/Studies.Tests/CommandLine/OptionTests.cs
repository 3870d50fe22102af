using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>
/// Every option of every command, found by reflection: if it is accepted, it changes what the command does, and if it would change nothing, it is rejected. Two
/// values of an option must both be rejected or make two different plans.
/// </summary>
public class OptionTests
{
    // Two values of each option. The tests fail until a new option is added here.
    private static readonly Dictionary<string, string[]> Values = new()
    {
        ["--depths"] = ["2", "3,4"],
        ["--widths"] = ["8", "16"],
        ["--batch"] = ["4", "8"],
        ["--precisions"] = ["16", "32,64"],
        ["--networks"] = ["3", "4"],
        ["--samples"] = ["5", "6"],
        ["--seed"] = ["7", "8"],
        ["--threads"] = ["1", "2"],
        ["--device"] = ["cpu", "simulated"],
        ["--data"] = ["a", "b"],
        ["--data-set"] = ["mnist", "fashion-mnist"],
        ["--out"] = ["c", "d"],
        ["--resume"] = [],
        ["--relu-at-zero"] = ["0.5", "1"],
        ["--rule"] = ["chain", "published"],
        ["--optimizer"] = ["adam", "sgd"],
        ["--learning-rate"] = ["0.1", "0.2"],
        ["--momentum"] = ["0.5", "0.6"],
        ["--weight-decay"] = ["0.1", "0.2"],
        ["--schedule"] = ["constant", "robbins-monro"],
        ["--epochs"] = ["2", "3"],
        ["--precision"] = ["16", "64"],
        ["--hidden"] = ["3", "4,4"],
        ["--batch-norm"] = [],
        ["--tensorboard"] = [],
        ["--s"] = ["0.25", "0.75"],
        ["--picture"] = ["crescent", "bent-valley"],
        ["--paths"] = ["3", "4"],
        ["--radius"] = ["0.5", "0.25"],
        ["--method"] = ["bfgs", "bundle"],
        ["--suite"] = ["uns", "large"],
        ["--n"] = ["10", "20"],
        ["--evaluations"] = ["100", "200"],
        ["--time-limit"] = ["10", "20"],
        ["--tolerance"] = ["1e-3", "1e-4"],
        ["--gradient"] = ["clarke", "minimal-norm"],
        ["--list"] = [],
        ["--draw"] = ["kl,flow", "flow"],
        ["--steps"] = ["5", "6"],
        ["--step-size"] = ["0.1", "0.2"],
        ["--power"] = ["0.8", "0.9"],
        ["--noise"] = ["0.1", "0.2"],
        ["--start"] = ["1,2", "2,1"],
        ["--random-start"] = ["0.1", "0.2"],
        ["--limit"] = ["0", "1"],
        ["--below"] = ["0.1", "1"],
        ["--window"] = ["0.5", "0.25"],
        ["--width"] = ["4", "8"],
        ["--activation"] = ["tanh", "relu"],
        ["--weights"] = ["file", "drawn"],
        ["--model"] = ["m.onnx", "n.onnx"],
        ["--loss"] = ["cross-entropy", "squares"],
        ["--clarke"] = ["1", "3"],
        ["--directions"] = ["1", "2"],
        ["--images"] = ["4", "5"],
        ["--network"] = ["lenet5", "vgg11"],
        ["--betas"] = ["1", "2,3"],
        ["--kink"] = ["abs", "sort"],
        ["--pages"] = ["rates", "morse-sard"],
        ["--after"] = ["1", "2,4"],
        ["--runs"] = ["2", "3"],
        ["--rules"] = ["chain", "published"],
        ["--hits"] = ["1", "2"],
        ["--shard"] = ["1/2", "2/2"],
        ["--mpi"] = [],
        ["--micro-batches"] = ["4", "16"],
    };

    // The contexts in which each option is tested: the words before it on the command line.
    private static readonly Dictionary<string, string[]> Contexts = new()
    {
        ["volume"] = ["", "--device simulated", "--json", "--resume", "--network vgg11", "--data-set stand-in", "--model m.onnx",
            "--model m.onnx --weights drawn"],
        ["train"] = ["mlp", "lenet5", "vgg11", "resnet18", "mlp --optimizer sgd", "mlp --optimizer rmsprop", "mlp --optimizer lion", "mlp --device simulated",
            "mlp --batch-norm", "lenet5 --schedule constant", "mlp --data-set stand-in", "mlp --mpi"],
        ["maxpool"] = ["", "--network vgg11", "--epochs 2", "--data-set stand-in"],
        ["census"] = ["model.onnx", "model.onnx --weights drawn", "model.onnx --json", "model.onnx --data-set stand-in",
            "model.onnx --clarke 0"],
        ["relu-training"] = ["", "--networks lenet5", "--networks mlp:8-8", "--data-set stand-in"],
        ["inspect"] = ["", "relu", "crescent", "--picture crescent", "--json", "relu --json"],
        ["check"] = ["", "relu", "--json"],
        ["solve"] = ["", "cb2", "brown2", "hs71", "--suite vu", "--suite large", "--suite all", "--suite constrained", "--list", "--list --suite large",
            "--list cb2", "--list --suite constrained", "--method all"],
        ["diagnose"] = ["quartic", "perceptron", "brown2", "mifflin2", "--list", "quartic --schedule constant", "quartic --schedule robbins-monro",
            "quartic --draw kl", "quartic --draw flow", "perceptron --draw kernel",
            "perceptron --data-set stand-in"],
        ["lecture"] = ["", "--list", "--pages rates"],
        ["gradbench"] = [""],
        ["merge"] = ["one two"],
    };

    public static TheoryData<string> Commands => [.. Root().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void EveryOptionStatesWhereItSaysSomething(string name)
    {
        StudyCommand command = Assert.IsType<StudyCommand>(Root().Subcommands.Single(one => one.Name == name));
        Assert.Equal(command.Options.Where(option => option is not HelpOption).Order(ByName), command.Uses.Select(use => use.Option).Order(ByName));
        foreach (OptionUse use in command.Uses)
        {
            Assert.False(string.IsNullOrWhiteSpace(use.Option.Description), use.Option.Name);
            Assert.True(Values.ContainsKey(use.Option.Name) || use.Option.Name == "--json", $"{use.Option.Name} has no values here.");
            Assert.Equal(use.Holds is null, use.Condition is null);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void AnOptionChangesThePlanOrIsRefused(string name)
    {
        RootCommand root = Root();
        StudyCommand command = (StudyCommand)root.Subcommands.Single(one => one.Name == name);
        HashSet<Option> accepted = [], refused = [];
        foreach (string context in Contexts[name])
        {
            string[] before = [name, .. context.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            accepted.UnionWith(command.Options.Where(option => before.Contains(option.Name)));
            string plain = PlanOf(root, command, before) ?? throw new InvalidOperationException($"'{string.Join(' ', before)}' makes no sense by itself.");
            foreach (Option option in command.Uses.Select(use => use.Option).Where(option => !before.Contains(option.Name)))
            {
                string[]?[] given = [.. ValuesOf(name, option.Name).Select(value => value is null ? (string[])[option.Name] : [option.Name, value])];
                string?[] plans = [.. given.Select(words => PlanOf(root, command, [.. before, .. words!]))];
                string where = $"{string.Join(' ', before)} {option.Name}";
                Assert.True(plans.Distinct().Count() == plans.Length
                    || plans.All(plan => plan is null), $"{where}: two values make one plan, or one of them only is refused");
                if (plans[0] is null)
                {
                    refused.Add(option);
                    // The refusal names the option, and no work is done.
                    Ran ran = Ran.Program([.. before, .. given[0]!]);
                    Assert.Equal(ExitCode.Usage, ran.ExitCode);
                    Assert.Contains(option.Name, ran.Error, StringComparison.Ordinal);
                    Assert.Contains("eave", ran.Error, StringComparison.Ordinal);
                    Assert.Empty(ran.Output);
                }
                else
                {
                    accepted.Add(option);
                    Assert.True(plans.Length > 1 || plans[0] != plain, $"{where} changes nothing");
                }
            }
        }

        Assert.Equal(command.Uses.Select(use => use.Option).Where(option => !accepted.Contains(option)), []);
        // A condition that never rejects anything is meaningless.
        Assert.Equal(command.Uses.Where(use => use.Holds is not null).Select(use => use.Option).Where(option => !refused.Contains(option)), []);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void NumbersOutOfRangeAreRefusedByNameWithTheRange(string name)
    {
        StudyCommand command = (StudyCommand)Root().Subcommands.Single(one => one.Name == name);
        string[] before = [name, .. Contexts[name][0].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        int looked = 0;
        foreach (Option option in command.Uses.Select(use => use.Option).Where(option => IsNumber(option.ValueType)))
        {
            foreach (string value in (string[])["NaN", "Infinity", "-Infinity", "∞", "1e999", "-1e999", "99999999999999999999999999",
                "-99999999999999999999999999", "", " ", "x", "0x10", "1,,2", "1;2", new string('9', 5000)])
            {
                // The limits of values reach far.
                if (option.Name is "--limit" or "--below" && value.Contains("99999", StringComparison.Ordinal))
                    continue;
                Ran ran = Ran.Program([.. before, option.Name, value]);
                Assert.True(ran.ExitCode == ExitCode.Usage, $"{option.Name} '{value}'");
                Assert.Contains(option.Name, ran.Error, StringComparison.Ordinal);
                Assert.Empty(ran.Output);
                Assert.InRange(ran.Error.Length, 1, 3000);
                looked++;
            }
        }

        Assert.True(looked > 0 || !command.Uses.Any(use => IsNumber(use.Option.ValueType)), name);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void AnOptionGivenTwiceIsRefused(string name)
    {
        StudyCommand command = (StudyCommand)Root().Subcommands.Single(one => one.Name == name);
        string[] before = [name, .. Contexts[name][0].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        foreach (Option option in command.Uses.Select(use => use.Option).Where(option => option.ValueType != typeof(bool)))
        {
            string?[] values = ValuesOf(name, option.Name);
            Ran ran = Ran.Program([.. before, option.Name, values[0]!, option.Name, values[1]!]);
            Assert.True(ran.ExitCode == ExitCode.Usage, option.Name);
            Assert.Contains(option.Name, ran.Error, StringComparison.Ordinal);
        }
    }

    private static IComparer<Option> ByName { get; } = Comparer<Option>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));

    private static RootCommand Root() => Application.Commands(new Terminal(TextWriter.Null, TextWriter.Null, CancellationToken.None));

    private static string?[] ValuesOf(string command, string option)
    {
        if (option == "--json")
            return command == "solve" ? ["a.json", "b.json"] : [null];
        if ((command, option) == ("relu-training", "--networks"))
            return ["lenet5", "mlp,lenet5"];
        string?[] values = Values[option];
        return values.Length > 0 ? values : [null];
    }

    private static bool IsNumber(Type type)
    {
        Type element = type.IsArray ? type.GetElementType()! : Nullable.GetUnderlyingType(type) ?? type;
        return element == typeof(int) || element == typeof(ulong) || element == typeof(double);
    }

    // The plan as text; null if the command line is rejected.
    private static string? PlanOf(RootCommand root, StudyCommand command, string[] arguments)
    {
        ParseResult parsed = Application.Parse(root, arguments);
        return parsed.Errors.Count > 0 ? null : ResultsJson.WriteLine(command.Plan(parsed));
    }
}
