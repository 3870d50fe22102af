using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Benchmarks.Kinks;

/// <summary>A program whose gradient is computed by plain backpropagation, with a census of its kinks, and as a Clarke gradient.</summary>
internal sealed class KinkProgram : IDisposable
{
    private readonly Device device;
    private readonly Tape<float> tape;
    private readonly Func<Tape<float>, Var<float>> record;

    private KinkProgram(string name, int threads, Func<Device, Func<Tape<float>, Var<float>>> make)
    {
        Name = name;
        device = Device.Cpu(threads);
        tape = new Tape<float>(device);
        record = make(device);
    }

    public string Name { get; }

    public static IEnumerable<KinkProgram> All(int threads)
    {
        yield return new KinkProgram("MLP 784-256-128-10, batch 128", threads,
            device => Network(device, initializer => Models.Mlp<float>([784, 256, 128, 10], initializer), Shape.Of(128, 784), 0));
        yield return new KinkProgram("the same, a tenth of the units at 0", threads,
            device => Network(device, initializer => Models.Mlp<float>([784, 256, 128, 10], initializer), Shape.Of(128, 784), 0.1));
        yield return new KinkProgram("LeNet-5 with tanh, batch 64", threads,
            device => Network(device, initializer => Models.LeNet5<float>(initializer, () => new Activation<float>(x => x.Tanh())), Shape.Of(64, 1, 28, 28),
                0));
        yield return new KinkProgram("LeNet-5 with relu, batch 64", threads,
            device => Network(device, initializer => Models.LeNet5<float>(initializer), Shape.Of(64, 1, 28, 28), 0));
        yield return new KinkProgram("sort of 100 × 1000, weighted sum", threads, device => Sorted(device, 0));
        yield return new KinkProgram("the same, 100 distinct keys", threads, device => Sorted(device, 100));
    }

    /// <summary>|x| + relu(x·a) over n inputs, one of them at 0.</summary>
    public static KinkProgram Inputs(int count, int threads) => new($"{count} inputs, one at 0", threads, device =>
    {
        float[] values = Uniform(count, 3), factors = Uniform(count, 4);
        values[count / 2] = 0;
        NDArray<float> x = device.Array<float>(Shape.Of(count), values), a = device.Array<float>(Shape.Of(count), factors);
        return tape =>
        {
            Var<float> v = tape.Variable(x);
            return (v.Abs() + (v * tape.Constant(a)).Relu()).Sum();
        };
    });

    public void Plain()
    {
        tape.Reset();
        tape.Backward(record(tape));
    }

    public void WithCensus()
    {
        tape.Reset();
        Var<float> output = record(tape);
        tape.CountKinks();
        tape.Backward(output);
    }

    public void Clarke()
    {
        tape.Reset();
        tape.ClarkeGradient(record(tape));
    }

    public long CountKinks()
    {
        tape.Reset();
        record(tape);
        return tape.CountKinks();
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
    }

    private static Func<Tape<float>, Var<float>> Network(Device device, Func<Initializer, Sequential<float>> make, Shape inputShape, double dead)
    {
        Sequential<float> network = make(new Initializer(device, 1));
        NDArray<float> input = device.Array<float>(inputShape, Uniform(inputShape.Count, 1));
        int[] labels = [.. Enumerable.Range(0, inputShape[0]).Select(i => i % 10)];
        if (dead > 0)
        {
            // Rows of weights and offsets that are 0 put whole units at their kink.
            foreach (Parameter<float> parameter in network.Parameters.Take(2))
            {
                float[] values = parameter.Value.ToArray();
                int units = parameter.Shape[0], width = values.Length / units;
                Array.Clear(values, 0, (int)(dead * units) * width);
                parameter.Value.CopyFrom(values);
            }
        }

        return tape => network.Forward(tape.Constant(input)).CrossEntropy(labels);
    }

    private static Func<Tape<float>, Var<float>> Sorted(Device device, int distinct)
    {
        float[] keys = Uniform(100 * 1000, 1);
        if (distinct > 0)
            keys = Array.ConvertAll(keys, key => MathF.Floor(key * distinct));
        NDArray<float> x = device.Array<float>(Shape.Of(100, 1000), keys), weights = device.Array<float>(Shape.Of(100, 1000), Uniform(100 * 1000, 2));
        return tape => (tape.Variable(x).Sort() * tape.Constant(weights)).Sum();
    }

    private static float[] Uniform(int count, ulong stream)
    {
        float[] values = new float[count];
        new Philox(1, stream).Uniform<float>(values, 0, 1);
        return values;
    }
}
