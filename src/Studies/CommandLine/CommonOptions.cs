using System.CommandLine;
using System.CommandLine.Parsing;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The options that the long studies share.</summary>
internal sealed class CommonOptions
{
    private const int MaximumThreads = 1024;
    private const string Slurm = "slurm";

    /// <summary>Makes the options.</summary>
    /// <param name="defaultFolder">The folder for results if --out is not given.</param>
    /// <param name="defaultThreads">The threads if --threads is not given; those of the machine if null.</param>
    public CommonOptions(string defaultFolder, int? defaultThreads = null)
    {
        Threads = OptionKinds.Number("--threads", "How many threads compute; results do not depend on it.", defaultThreads ?? Environment.ProcessorCount, 1,
            MaximumThreads);
        Out = new Option<string>("--out") { Description = "The folder for results.", DefaultValueFactory = _ => defaultFolder, HelpName = "DIR" };
    }

    public Option<ulong> Seed { get; } = OptionKinds.Number("--seed", "The seed of everything random.", 1ul, 0ul, ulong.MaxValue);

    public Option<int> Threads { get; }

    public Option<bool> Mpi { get; } = OptionKinds.Flag(RankJob.OptionName,
        "Compute on all ranks of the MPI job that mpirun or srun started; rank 0 prints and writes. Without --threads, ranks share the processors of a "
            + "machine.");

    public Option<string> Device { get; } =
        new("--device")
        {
            Description = "Where to compute: cpu, gpu (the first one), a part of a GPU's name or its number, or simulated (GPU kernels on the CPU, very "
                + "slowly).",
            DefaultValueFactory = _ => ComputeDevice.Cpu,
            HelpName = "NAME"
        };

    public Option<string?> DataSet { get; } = OptionKinds.OptionalWord("--data-set",
        "The images: mnist, fashion-mnist or cifar-10 from the subfolder of that name, or stand-in, drawn by the program. If not given: for vgg11 and resnet18 "
            + "cifar-10 where the folder has it, else drawn coloured shapes; for the others mnist where a folder is named, else drawn digits.",
        [.. Enum.GetValues<DataSetName>().Select(ImageSource.WordOf)]);

    public Option<string?> Data { get; } = OptionKinds.Text("--data",
        "The folder with the subfolder mnist, fashion-mnist or cifar-10; CONSERVATIVEAD_DATA if not given, else the stand-in.", "DIR");

    public Option<string> Out { get; }

    public Option<bool> Resume { get; } = OptionKinds.Flag("--resume", "Continue what an earlier run with the same settings left in the folder for results.");

    public Option<bool> Json { get; } = OptionKinds.Flag("--json", "Print the content of results.json on standard output, and nothing else there.");

    public Option<string?> Shard { get; } = new("--shard")
    {
        Description = "Do a part of the units only: 2/4 is the second of four; slurm takes the part from the task of a job array. conservative-ad merge joins "
            + "the folders of all parts.",
        HelpName = "I/N|slurm",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text == Slurm)
            {
                if (SlurmShard.Of(Environment.GetEnvironmentVariable).Problem is { } problem)
                    result.AddError($"--shard {problem}.");
            }
            else if (Reports.Shard.Of(text) is null)
            {
                result.AddError($"--shard takes which part of how many, such as 2/4, or slurm; '{Excerpt.Of(text)}' is neither: parts count from 1, and there "
                    + $"are at most {Reports.Shard.Most}.");
            }

            return text;
        },
    };

    /// <summary>The shard of a command line.</summary>
    /// <param name="parsed">The command line, without errors.</param>
    public Shard ShardOf(ParseResult parsed) => parsed.GetValue(Shard) switch
    {
        null => Reports.Shard.Whole,
        Slurm => SlurmShard.Of(Environment.GetEnvironmentVariable).Shard!,
        { } text => Reports.Shard.Of(text)!,
    };

    /// <summary>Refuses a shard of a job of ranks, which hand out the units among themselves.</summary>
    /// <param name="command">The command.</param>
    public void RefuseShardsOfRanks(StudyCommand command) => command.Validators.Add(result =>
    {
        if (StudyCommand.IsWritten(result, Mpi) && StudyCommand.IsWritten(result, Shard))
            result.AddError($"{Shard.Name} does not go with {Mpi.Name}, whose ranks hand out all units among themselves; leave one of them out.");
    });

    public DataSetName? DataSetOf(ParseResult parsed) => parsed.GetValue(DataSet) is { } word ? OptionKinds.Member<DataSetName>(word) : null;

    /// <summary>Adds the options that choose the images.</summary>
    /// <param name="command">The command.</param>
    /// <param name="condition">Where it reads images at all, as words that follow "goes with"; null for always.</param>
    /// <param name="holds">Whether that is so for a command line.</param>
    public void AddImages(StudyCommand command, string? condition = null, Func<CommandResult, bool>? holds = null)
    {
        if (condition is null)
            command.Takes(DataSet);
        else
            command.TakesWhere(condition, holds!, DataSet);
        command.TakesWhere($"{(condition is null ? "" : condition + " and ")}another --data-set than stand-in",
            result => StudyCommand.Written(result, DataSet) is not "stand-in" && holds?.Invoke(result) is not false, Data);
    }

    public ComputeDevice DeviceOf(ParseResult parsed) => new(parsed.GetValue(Device)!, parsed.GetValue(Threads));
}
