using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Distributed.Tests;

/// <summary>Data parallel training on one rank: what it computes, what it refuses, what it saves.</summary>
public sealed class DataParallelOptimizerTests : IDisposable
{
    private readonly Communicator alone = Communicator.Alone();
    private readonly string folder = Directory.CreateTempSubdirectory("conservative-ad-ranks-").FullName;

    public void Dispose()
    {
        alone.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void OneMicroBatchIsAnOrdinaryStep()
    {
        Parameter<double> own = Vector("w", 3, -4), other = Vector("w", 3, -4);
        Adam<double> plain = new([own], new ConstantStepSize(0.1));
        using DataParallelOptimizer<double> parallel = new(alone, new Adam<double>([other], new ConstantStepSize(0.1)),
            new DataParallelOptions { MicroBatches = 1 });
        using Tape<double> tape = new();
        for (int step = 0; step < 5; step++)
        {
            tape.Reset();
            plain.Step(tape.Backward(tape.Parameter(own).Square().Sum()));
            tape.Reset();
            parallel.Backward(tape, tape.Parameter(other).Square().Sum());
            Assert.True(parallel.Step());
        }

        Assert.Equal(own.Value.ToArray(), other.Value.ToArray());
    }

    [Fact]
    public void MicroBatchesAreSummedByTheTreeWithTheirWeights()
    {
        Parameter<float> w = new("w", Device.Default, [1]);
        using DataParallelOptimizer<float> parallel = new(alone, new Sgd<float>([w], new ConstantStepSize(1)), new DataParallelOptions { MicroBatches = 4 });
        float[] gradients = [1e8f, 3, -1e8f, 5];
        using Tape<float> tape = new();
        foreach (float gradient in gradients)
        {
            tape.Reset();
            parallel.Backward(tape, (tape.Parameter(w) * gradient).Sum(), 0.25);
        }

        parallel.Step();
        float sum = ((gradients[0] * 0.25f) + (gradients[1] * 0.25f)) + ((gradients[2] * 0.25f) + (gradients[3] * 0.25f));
        Assert.Equal(-sum, w.Value.GetScalar());
    }

    [Fact]
    public void SumsOfHalfAreFloats()
    {
        Parameter<Half> w = new("w", Device.Default, [1]);
        using DataParallelOptimizer<Half> parallel = new(alone, new Sgd<Half>([w], new ConstantStepSize(1.0 / 64)),
            new DataParallelOptions { MicroBatches = 4096 });
        using Tape<Half> tape = new();
        for (int micro = 0; micro < 4096; micro++)
        {
            tape.Reset();
            parallel.Backward(tape, tape.Parameter(w).Sum(), 1);
        }

        parallel.Step();
        Assert.Equal(-64, (double)w.Value.GetScalar());
    }

    [Fact]
    public void ParametersThatNoMicroBatchUsedAreSkipped()
    {
        Parameter<double> used = Vector("used", 1), sometimes = Vector("sometimes", 1), never = Vector("never", 1);
        Sgd<double> sgd = new([used, sometimes, never], new ConstantStepSize(1)) { WeightDecay = 0.5 };
        using DataParallelOptimizer<double> parallel = new(alone, sgd, new DataParallelOptions { MicroBatches = 2 });
        using Tape<double> tape = new();
        parallel.Backward(tape, tape.Parameter(used).Sum());
        tape.Reset();
        parallel.Backward(tape, (tape.Parameter(used) + tape.Parameter(sometimes)).Sum());
        parallel.Step();
        Assert.Equal((-0.5, 0.0, 1.0), (used.Value.GetScalar(), sometimes.Value.GetScalar(), never.Value.GetScalar()));
        Assert.Equal([1, 1, 0], sgd.UpdateCounts.Select(count => count.Updates));
    }

    [Fact]
    public void AddedGradientsAndNoneCountAsMicroBatches()
    {
        Parameter<double> w = Vector("w", 2);
        using DataParallelOptimizer<double> parallel = new(alone, new Sgd<double>([w], new ConstantStepSize(1)), new DataParallelOptions { MicroBatches = 2 });
        using Tape<double> tape = new();
        parallel.Add(tape.Backward(tape.Parameter(w).Square().Sum()), 0.25);
        parallel.AddNothing();
        parallel.Step();
        Assert.Equal(1, w.Value.GetScalar());
        Assert.Equal(4, parallel.SumOverMicroBatches(1, 3));
    }

    [Fact]
    public void StepsWithTooFewOrManyMicroBatchesAreRefused()
    {
        Parameter<double> w = Vector("w", 2);
        using DataParallelOptimizer<double> parallel = new(alone, new Sgd<double>([w], new ConstantStepSize(1)), new DataParallelOptions { MicroBatches = 2 });
        using Tape<double> tape = new();
        Var<double> loss = tape.Parameter(w).Sum();
        parallel.Backward(tape, loss);
        Assert.Contains("has given 1 of its 2 micro-batches", Assert.Throws<InvalidOperationException>(() => parallel.Step()).Message,
            StringComparison.Ordinal);
        parallel.Backward(tape, loss);
        Assert.Contains("was given one more before Step", Assert.Throws<InvalidOperationException>(() => parallel.Backward(tape, loss)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => parallel.SumOverMicroBatches(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataParallelOptions { MicroBatches = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataParallelOptions { MicroBatches = 1, BucketElements = 0 });
        parallel.Step();
        Assert.Throws<ArgumentOutOfRangeException>(() => parallel.Backward(tape, loss, double.NaN));
    }

    [Fact]
    public void ASkippedStepChangesNothing()
    {
        Parameter<double> w = Vector("w", 2);
        Sgd<double> sgd = new([w], new ConstantStepSize(1)) { OnNonFiniteGradient = OnNonFiniteGradient.Skip };
        using DataParallelOptimizer<double> parallel = new(alone, sgd, new DataParallelOptions { MicroBatches = 2 });
        using Tape<double> tape = new();
        Var<double> loss = (tape.Parameter(w) * double.PositiveInfinity).Sum();
        parallel.Backward(tape, loss);
        parallel.Backward(tape, loss);
        Assert.False(parallel.Step());
        Assert.Equal((2.0, 0L), (w.Value.GetScalar(), sgd.StepCount));
    }

    [Fact]
    public void RunningStatisticsAreTheMeanOfWhatMicroBatchesLeave()
    {
        Parameter<double> w = Vector("w", 2);
        NDArray<double> running = Device.Default.Allocate<double>([1]);
        running.CopyFrom([8]);
        using DataParallelOptimizer<double> parallel = new(alone, new Sgd<double>([w], new ConstantStepSize(1)), new DataParallelOptions { MicroBatches = 2 },
            [("running", running)]);
        using Tape<double> tape = new();
        foreach (double met in (double[])[10, 20])
        {
            Assert.Equal(8, running.GetScalar());
            running.CopyFrom([(0.5 * running.GetScalar()) + (0.5 * met)]);
            parallel.Backward(tape, tape.Parameter(w).Sum());
        }

        parallel.Step();
        Assert.Equal(0.5 * (9 + 14), running.GetScalar());
        string file = Path.Combine(folder, "run.safetensors");
        parallel.Save(file);
        running.CopyFrom([1]);
        parallel.Load(file);
        Assert.Equal(11.5, running.GetScalar());
        tape.Reset();
        Var<double> loss = tape.Parameter(w).Sum();
        parallel.Backward(tape, loss, 1);
        Assert.Equal(11.5, running.GetScalar());
        parallel.Backward(tape, loss, 1);
        Assert.Contains("add up to 2", Assert.Throws<InvalidOperationException>(() => parallel.Step()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(float))]
    [InlineData(typeof(double))]
    [InlineData(typeof(Half))]
    public void ACheckpointRestoresARun(Type type)
    {
        if (type == typeof(float))
            Restores<float>();
        else if (type == typeof(double))
            Restores<double>();
        else
            Restores<Half>();
    }

    [Fact]
    public void ADamagedOrForeignCheckpointIsRefused()
    {
        string file = Path.Combine(folder, "run.safetensors");
        Parameter<double> w = Vector("w", 2, 3);
        using DataParallelOptimizer<double> parallel = new(alone, new Adam<double>([w], new ConstantStepSize(1)), new DataParallelOptions { MicroBatches = 1 });
        Assert.Null(parallel.Load(file));
        parallel.Save(file, new Dictionary<string, string> { ["place"] = "here" });
        Assert.Equal("here", parallel.Load(file)!["place"]);
        using DataParallelOptimizer<double> other = new(alone, new Adam<double>([Vector("v", 2, 3)], new ConstantStepSize(1)),
            new DataParallelOptions { MicroBatches = 1 });
        Assert.Contains("it has no tensor v", Assert.Throws<InvalidDataException>(() => other.Load(file)).Message, StringComparison.Ordinal);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => parallel.Load(file)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(file, bytes[..^3]);
        Assert.Throws<InvalidDataException>(() => parallel.Load(file));
        File.WriteAllBytes(file, []);
        Assert.Throws<InvalidDataException>(() => parallel.Load(file));
        Assert.Equal([2, 3], w.Value.ToArray());
    }

    private void Restores<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        string file = Path.Combine(folder, "run.safetensors");
        (T[] whole, _) = Steps<T>(0, 6, null);
        (_, DataParallelOptimizer<T> half) = Steps<T>(0, 3, null);
        half.Save(file);
        (T[] resumed, _) = Steps<T>(3, 6, file);
        Assert.Equal(whole, resumed);
    }

    private (T[] Elements, DataParallelOptimizer<T> Optimizer) Steps<T>(int first, int end, string? file)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Parameter<T> w = new("w", Device.Default, [3], [T.CreateChecked(1), T.CreateChecked(-2), T.CreateChecked(0.5)]);
        DataParallelOptimizer<T> parallel = new(alone, new Adam<T>([w], new CosineDecay(0.1, 10)) { Epsilon = 1e-4 },
            new DataParallelOptions { MicroBatches = 3 });
        if (file is not null)
            Assert.NotNull(parallel.Load(file));
        using Tape<T> tape = new();
        for (int step = first; step < end; step++)
        {
            for (int micro = 0; micro < 3; micro++)
            {
                tape.Reset();
                parallel.Backward(tape, (tape.Parameter(w) * T.CreateChecked(micro + step)).Square().Sum());
            }

            parallel.Step();
        }

        return (w.Value.ToArray(), parallel);
    }

    private static Parameter<double> Vector(string name, params double[] elements) => new(name, Device.Default, [elements.Length], elements);
}
