using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Fuzz;

/// <summary>Command lines, with words separated by zeros. They are rejected with messages of bounded length, or make a plan. No work is done.</summary>
internal sealed class CommandLineTarget : FuzzTarget
{
    private readonly RootCommand root = Application.Commands(new Terminal(TextWriter.Null, TextWriter.Null, CancellationToken.None));

    public CommandLineTarget()
    {
        List<string> words = [];
        foreach (Command command in root.Subcommands)
        {
            words.Add($"{command.Name}\0");
            words.AddRange(command.Options.Select(option => $"\0{option.Name}\0"));
        }

        Words = [.. words, "\0\0", "mlp", "lenet5", "resnet18", "cb2", "brown2", "quartic", "perceptron", "crescent", "--", "-h", "--help", "--version",
            "@file", "[suggest]", "gpu", "simulated", "1,2,3", "all", "="];
        Seeds =
        [
            .. ((string[])
            [
                "volume", "volume --networks 1000 --depths 1,2,3,5,6 --precisions 16,32 --data d --out results/table",
                    "volume --networks 8 --depths 3 --batch 16,64 --samples 96 --seed 3 --threads 2 --device gpu --resume --json",
                "train mlp --hidden 12,12 --samples 128 --batch 16 --epochs 3 --json", "train lenet5 --relu-at-zero 1 --precision 16 --out o --rule published",
                    "train resnet18 --batch-norm --optimizer sgd --momentum 0.5 --weight-decay 5e-4 --schedule step --learning-rate 0.1",
                "inspect", "inspect relu --s 0,0.5,1 --seed 4 --json", "inspect --picture crescent --out o", "check relu --s 1000 --paths 5 --radius 1.5",
                    "check --json --seed 18446744073709551615",
                "solve --list", "solve cb2 --method all --json r.json --evaluations 100 --tolerance 1e-3",
                    "solve --suite large --n 10 --gradient clarke --radius 1e-3",
                "diagnose quartic", "diagnose double-well --random-start 0.1 --draw saddle",
                    "diagnose perceptron --width 16,64 --images 5 --batch 2 --activation relu",
                        "diagnose mifflin2 --schedule robbins-monro --power 0.9 --noise 0.1 --start 1,2 --limit 0 --below 1 --window 2 --step-size 0.1 "
                            + "--steps 5",
            ]).Select(line => Encoding.UTF8.GetBytes(line.Replace(' ', '\0'))),
        ];
    }

    public override string Name => "command-line";

    public override IReadOnlyList<string> Words { get; }

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override long FixedMemory => 1 << 20;

    public override long MemoryFactor => 400;

    public override long Read(byte[] input)
    {
        ParseResult parsed = Application.Parse(root, Encoding.UTF8.GetString(input).Split('\0'));
        if (parsed.Errors.Count > 0)
            throw new ArgumentException($"{InputName}: {string.Join(' ', parsed.Errors.Select(problem => Excerpt.Of(problem.Message, 200)).Take(5))}");
        if (parsed.CommandResult.Command is StudyCommand command && parsed.Action is not HelpAction)
            command.Plan(parsed);
        return input.Length;
    }

    // The only expected exception is the one made above from the parser's errors. Anything else is a fault.
    public override bool IsDocumented(Exception problem) =>
        problem is ArgumentException { InnerException: null } && problem.Message.StartsWith(InputName, StringComparison.Ordinal);

    // An option, or a value of another one, between two words.
    public override byte[] Mend(byte[] input, Random random)
    {
        List<string> words = [.. Encoding.UTF8.GetString(Seeds[random.Next(Seeds.Count)]).Split('\0')];
        string[] others = Encoding.UTF8.GetString(input).Split('\0');
        for (int steps = random.Next(4); steps > 0; steps--)
            words.Insert(random.Next(1, words.Count + 1), random.Next(2) == 0
                ? Words[random.Next(Words.Count)].Trim('\0')
                : others[random.Next(others.Length)]);
        return Encoding.UTF8.GetBytes(string.Join('\0', words));
    }
}
