using System.CommandLine;
using System.Globalization;
using ConservativeAD.Benchmarks.Kinks;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Benchmarks.Memory;

/// <summary>The command that measures the peak memory and the time of a reverse pass that keeps values, releases them, or recomputes segments.</summary>
internal static class MemoryCommand
{
    private const int Blocks = 12;
    private const int Batch = 8;
    private const int Tokens = 64;
    private const int Width = 128;

    public static Command Create()
    {
        Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 15 };
        Command command = new("memory",
            $"Peak memory and time of a gradient of {Blocks} transformer blocks (batch {Batch}, {Tokens} tokens, width {Width}), one thread.") { pairs };
        command.SetAction(parsed =>
        {
            using Device device = Device.Cpu(1);
            using Tape<float> tape = new(device);
            Initializer initializer = new(device, 1);
            TransformerBlock<float>[] blocks = [.. Enumerable.Range(0, Blocks)
                .Select(i => new TransformerBlock<float>($"block{i}", Width, 4, 4 * Width, initializer))];
            float[] numbers = new float[Batch * Tokens * Width];
            new Philox(1, 7).Normal<float>(numbers, 0, 1);
            NDArray<float> input = device.Array<float>([Batch, Tokens, Width], numbers);
            void Gradient(bool checkpoints, bool releases)
            {
                tape.Reset();
                Var<float> x = tape.Constant(input);
                foreach (TransformerBlock<float> block in blocks)
                    x = checkpoints ? tape.Checkpoint(x, inside => block.Forward(inside)) : block.Forward(x);
                Var<float> loss = (x * x).Mean();
                _ = releases ? tape.BackwardAndRelease(loss) : tape.Backward(loss);
            }

            Console.WriteLine("| reverse pass | peak, MB | time over that of the first row |");
            Console.WriteLine("| --- | --- | --- |");
            Row("keeps values", () => Gradient(false, false));
            Row("gives values up as it consumes them", () => Gradient(false, true));
            Row("computes each block again", () => Gradient(true, true));
            return 0;

            void Row(string name, Action gradient)
            {
                tape.Reset();
                long before = device.BytesInUse;
                device.BeginPeak();
                gradient();
                double peak = (device.PeakBytesInUse - before) / 1e6;
                using KinkCost cost = new(() => Gradient(false, false), gradient);
                Measurement measured = Interleaved.Run(name, cost, 1, parsed.GetValue(pairs), true);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {peak:0.0} | {measured.Ratio:0.00} ({measured.Low:0.00} – {measured.High:0.00}) |"));
            }
        });
        return command;
    }
}
