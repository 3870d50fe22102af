using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Distributed.Ranks;

/// <summary>
/// Trains a perceptron on drawn examples and prints the SHA-256 of its parameters, with settings given as <c>name=value</c>: <c>type</c> (float, double, half),
/// <c>sharded</c>, <c>optimizer</c>, <c>steps</c>, <c>micro</c>, <c>bucket</c>, and, for runs that are killed, <c>file</c>, <c>every</c> and <c>kill</c>.
/// </summary>
internal sealed class TrainingScenario(string[] arguments)
{
    private const int Inputs = 11, Classes = 3, Examples = 500, Batch = 96;

    /// <summary>Every type, plain and sharded, and other optimisers with one of them.</summary>
    public static int RunAll(Communicator communicator, string[] arguments)
    {
        string[][] settings =
        [
            .. ((string[])["float", "double", "half"]).SelectMany(type => ((string[])["no", "yes"]).Select(sharded => (string[])
                [$"type={type}", $"sharded={sharded}"])),
            .. ((string[])["clipped", "sgd", "muon"]).SelectMany(optimizer => ((string[])["no", "yes"]).Select(sharded => (string[])
                [$"optimizer={optimizer}", $"sharded={sharded}", "micro=7", "steps=10"])),
            ["type=double", "norm=yes", "micro=5", "steps=10"],
            ["type=half", "optimizer=mixed", "micro=3", "steps=10"],
            ["optimizer=free", "micro=13", "bucket=1000000", "steps=10"],
        ];
        foreach (string[] own in settings)
        {
            if (communicator.IsFirst)
                Console.Write($"{string.Join(' ', own)}: ");
            new TrainingScenario([.. arguments, .. own]).Run(communicator);
        }

        return 0;
    }

    public int Run(Communicator communicator) => Text("type", "float") switch
    {
        "float" => Train<float>(communicator),
        "double" => Train<double>(communicator),
        "half" => Train<Half>(communicator),
        string other => throw new ArgumentException($"type={other}"),
    };

    public static int OtherParameters(Communicator communicator)
    {
        Parameter<float> parameter = new("w", Device.Default, [communicator.IsFirst ? 2 : 3]);
        using DataParallelOptimizer<float> optimizer = new(communicator, new Sgd<float>([parameter], new ConstantStepSize(1)),
            new DataParallelOptions { MicroBatches = 4 });
        return 0;
    }

    /// <summary>Whether a step, its messages included, allocates on the managed heap.</summary>
    public static int AllocateNothing(Communicator communicator)
    {
        Parameter<float> w = new("w", Device.Default, [64, 64]), b = new("b", Device.Default, [64]);
        using Tape<float> tape = new();
        long[] least = [long.MaxValue, long.MaxValue];
        foreach (bool shards in (bool[])[false, true])
        {
            using DataParallelOptimizer<float> optimizer = new(communicator, new Adam<float>([w, b], new ConstantStepSize(0.01)),
                new DataParallelOptions { MicroBatches = 6, ShardsStates = shards, BucketElements = 1000 });
            for (int step = 0; step < 300; step++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int micro = 0; micro < optimizer.MicroBatchCount; micro++)
                {
                    tape.Reset();
                    optimizer.Backward(tape, tape.Parameter(w).Square().Sum() + tape.Parameter(b).Square().Sum());
                }

                optimizer.Step();
                least[shards ? 1 : 0] = Math.Min(least[shards ? 1 : 0], GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }

        long[] all = new long[2 * communicator.Size];
        communicator.AllGather<long>(least, all);
        if (communicator.IsFirst)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all.Max()} bytes"));
        return 0;
    }

    private int Train<T>(Communicator communicator)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Every rank draws its own parameters; those of rank 0 count.
        Sequential<T> network = Models.Mlp<T>([Inputs, 37, 20, Classes], new Initializer(Device.Default, 5 + (ulong)communicator.Rank),
            batchNorm: Text("norm", "no") == "yes");
        IOptimizer<T> inner = OptimizerOf<T>([.. network.Parameters]);
        int micro = Number("micro", 8), steps = Number("steps", 100);
        using DataParallelOptimizer<T> optimizer = new(communicator, inner, new DataParallelOptions
        {
            MicroBatches = micro,
            ShardsStates = Text("sharded", "no") == "yes",
            BucketElements = Number("bucket", 300),
        }, network.Buffers);
        MicroBatchOrder order = new(Examples, Batch, micro, 7);
        string file = Text("file", "");
        long first = 0;
        if (file.Length > 0 && optimizer.Load(file) is { } notes)
            first = long.Parse(notes["step"], CultureInfo.InvariantCulture);
        using Tape<T> tape = new();
        double loss = 0;
        for (long step = first; step < steps; step++)
        {
            loss = Step(optimizer, network, tape, order, step);
            if (file.Length > 0 && (step + 1) % Number("every", 10) == 0)
                optimizer.Save(file, new Dictionary<string, string> { ["step"] = (step + 1).ToString(CultureInfo.InvariantCulture) });

            // A rank that is killed in the middle of a step, as by a machine that fails.
            if (step == Number("kill", -1) && communicator.Rank == communicator.Size - 1)
                Process.GetCurrentProcess().Kill();
        }

        string hash = HashOf([.. network.Parameters.Select(parameter => parameter.Value), .. network.Buffers.Select(buffer => buffer.Value)]);
        byte[] together = [.. communicator.AllGatherBytes(Convert.FromHexString(hash)).SelectMany(one => one)];
        string all = Convert.ToHexStringLower(SHA256.HashData(together));
        string same = Convert.ToHexStringLower(SHA256.HashData([.. Enumerable.Range(0, communicator.Size).SelectMany(_ => Convert.FromHexString(hash))]));
        if (communicator.IsFirst)
            Console.WriteLine($"{hash} {(all == same ? "on all ranks" : "on rank 0 only")}, loss {loss:R}, from step {first}");
        return 0;
    }

    private static double Step<T>(DataParallelOptimizer<T> optimizer, Sequential<T> network, Tape<T> tape, MicroBatchOrder order, long step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> losses = stackalloc double[optimizer.MicroBatchCount];
        for (int i = 0; i < losses.Length; i++)
        {
            int micro = optimizer.FirstMicroBatch + i;
            ReadOnlySpan<int> chosen = order.Of(step, micro);
            if (chosen.IsEmpty)
            {
                optimizer.AddNothing();
                continue;
            }

            T[] inputs = new T[chosen.Length * Inputs];
            int[] labels = new int[chosen.Length];
            for (int k = 0; k < chosen.Length; k++)
                labels[k] = Example(chosen[k], inputs.AsSpan(k * Inputs, Inputs));
            tape.Reset();
            Var<T> loss = network.Forward(tape.Constant([chosen.Length, Inputs], inputs)).CrossEntropy(labels);
            double weight = order.WeightOf(step, micro);
            optimizer.Backward(tape, loss, weight);
            losses[i] = weight * double.CreateChecked(loss.Value.GetScalar());
        }

        optimizer.Step();
        return optimizer.SumOverMicroBatches(losses);
    }

    private IOptimizer<T> OptimizerOf<T>(IReadOnlyList<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IStepSizeSchedule size = new CosineDecay(0.01, 200);
        return Text("optimizer", "adam") switch
        {
            "adam" => new Adam<T>(parameters, size) { Epsilon = 1e-4 },
            "clipped" => new AdamW<T>(parameters, size) { Epsilon = 1e-4, WeightDecay = 0.01, Clipping = GradientClipping.ByGlobalNorm(0.05) },
            "sgd" => new Sgd<T>(parameters, size, 0.9),
            "muon" => new GroupedOptimizer<T>(
                new Muon<T>(parameters.Where(parameter => parameter.Shape.Rank == 2), size),
                new Adam<T>(parameters.Where(parameter => parameter.Shape.Rank != 2), size) { Epsilon = 1e-4 })
            { MaximumNorm = 0.05 },
            "free" => new ScheduleFreeAdamW<T>(parameters, new ConstantStepSize(0.01)) { Epsilon = 1e-4 },
            "mixed" when parameters is IReadOnlyList<Parameter<Half>> halves =>
                (IOptimizer<T>)(object)new MixedPrecision(halves, masters => new Adam<float>(masters, size)),
            string other => throw new ArgumentException($"optimizer={other}"),
        };
    }

    // The class of an example depends on its inputs, which are drawn from its number.
    private static int Example<T>(int number, Span<T> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> drawn = stackalloc double[inputs.Length];
        Philox.For(3, 0, (ulong)number).Normal<double>(drawn, 0, 1);
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = T.CreateChecked(drawn[i]);
        return drawn[0] + drawn[1] > 0.5 ? 0 : drawn[2] > 0 ? 1 : 2;
    }

    private static string HashOf<T>(IEnumerable<NDArray<T>> arrays)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (NDArray<T> array in arrays)
            hash.AppendData(MemoryMarshal.AsBytes(array.ToArray().AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string Text(string name, string otherwise) =>
        Array.Find(arguments, argument => argument.StartsWith(name + "=", StringComparison.Ordinal)) is { } given ? given[(name.Length + 1)..] : otherwise;

    private int Number(string name, int otherwise) => int.Parse(Text(name, $"{otherwise}"), CultureInfo.InvariantCulture);
}
