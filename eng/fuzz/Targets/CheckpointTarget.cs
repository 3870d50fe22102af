using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Fuzz;

/// <summary>Checkpoints of <c>train</c>. A rejected checkpoint must not change network and optimiser.</summary>
internal sealed class CheckpointTarget : FuzzTarget
{
    private static readonly TrainSettings Settings = new()
    {
        Network = NetworkName.Mlp,
        Hidden = [2],
        Epochs = 3,
        Samples = 8,
        Data = "stand-in digits",
        DataIsStandIn = true
    };

    private readonly Module<float> network = Models.Mlp<float>([3, 2, 2], new Initializer(Device.Default, 1));
    private readonly Optimizer<float> optimizer;

    public CheckpointTarget()
    {
        optimizer = TrainingOptimizers.Create(Settings, network.Parameters, 1);
        Seeds = [Saved(0), Saved(1), Saved(3)];
    }

    public override string Name => "checkpoint";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override IReadOnlyList<string> Words { get; } = ["\"settings\":\"", "\"epochs\":\"[]\"", "\"steps\":\"1\"", "\"sha256\":\"", "\"optimizer.",
        "[{\\u0022epoch\\u0022:1}]", "\\u0022NaN\\u0022", "null", "\"F64\""];

    public override long Read(byte[] input)
    {
        foreach (Parameter<float> parameter in network.Parameters)
            parameter.Value.CopyFrom(new float[parameter.Value.Count]);
        using MemoryStream stream = new(input);
        try
        {
            IReadOnlyList<EpochResult> epochs = Checkpoint.Load(stream, InputName, Settings, network, optimizer);
            if (epochs.Count > Settings.Epochs)
                throw new NotSupportedException("More epochs than there are.");
        }
        catch (Exception) when (network.Parameters.Any(parameter => parameter.Value.ToArray().Any(element => element != 0)))
        {
            throw new NotSupportedException("A refused checkpoint has changed the network.");
        }

        return input.Length;
    }

    public override bool IsDocumented(Exception problem) => problem is InvalidDataException or UsageException;

    public override byte[] Mend(byte[] input, Random random)
    {
        byte[] mended = SafetensorsTarget.WithHeaderLength(input, random);
        try
        {
            return random.Next(2) == 0 ? mended : Checkpoint.WithSum(SafetensorsFile.Parse(mended, InputName)).ToBytes();
        }
        catch (Exception problem) when (problem is InvalidDataException or ArgumentException)
        {
            return mended;
        }
    }

    private byte[] Saved(int epochs)
    {
        string folder = Directory.CreateTempSubdirectory("conservative-ad-").FullName;
        Checkpoint.Save(folder, Settings, [.. Enumerable.Range(1, epochs).Select(epoch => new EpochResult(epoch, 0.5, 0.5, 0.25, 0.75, 1.5, 7))], network,
            optimizer);
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, Checkpoint.FileName));
        Directory.Delete(folder, recursive: true);
        return bytes;
    }
}
