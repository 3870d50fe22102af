using System.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Fuzz.Torture;

/// <summary>Many steps of training in one process, whose memory must stay as it is.</summary>
internal static class LongRun
{
    private const int Inputs = 8, Units = 8, Outputs = 4, Examples = 4;

    // A leak of one byte a step would show.
    private const double MostBytesAStep = 0.5;

    // The heap is that of the process, where others may take memory meanwhile. What leaks grows in every run.
    private const int Runs = 3;

    /// <summary>What is done.</summary>
    /// <param name="steps">The number of steps.</param>
    public static string Name(int steps) => FormattableString.Invariant($"{steps} steps in one process, memory flat");

    /// <summary>Trains.</summary>
    /// <param name="steps">The number of steps.</param>
    public static TortureReport Of(int steps)
    {
        long start = Stopwatch.GetTimestamp();
        using Device device = Device.Cpu(1);
        Initializer initializer = new(device, 1);
        Module<float> network = Models.Mlp<float>([Inputs, Units, Outputs], initializer);
        Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(1e-3));
        using Tape<float> tape = new(device);
        float[] images = [.. Enumerable.Range(0, Examples * Inputs).Select(i => MathF.Sin(i))];
        int[] labels = [.. Enumerable.Range(0, Examples).Select(i => i % Outputs)];
        Train(steps / 10);
        (long Heap, long Device) settled = default, end = default;
        double grown = double.PositiveInfinity;
        for (int run = 0; run < Runs && grown > MostBytesAStep; run++)
        {
            settled = Taken(device);
            Train(steps - (steps / 10));
            end = Taken(device);
            grown = Math.Max(end.Heap - settled.Heap, end.Device - settled.Device) / (double)Math.Max(1, steps - (steps / 10));
        }

        bool isFlat = grown <= MostBytesAStep;
        return new TortureReport(Name(steps), 1, 0, isFlat ? 1 : 0, isFlat ? 0 : 1,
            isFlat ? [] : [FormattableString.Invariant($"memory grows by {grown} bytes a step: from {settled} to {end}")], null,
            Stopwatch.GetElapsedTime(start).TotalSeconds);

        void Train(int count)
        {
            for (int step = 0; step < count; step++)
            {
                tape.Reset();
                Var<float> loss = network.Forward(tape.Constant(Shape.Of(Examples, Inputs), images), Mode.Training).CrossEntropy(labels);
                optimizer.Step(tape.Backward(loss));
            }
        }
    }

    private static (long Heap, long Device) Taken(Device device) => (GC.GetTotalMemory(forceFullCollection: true), device.BytesInUse);
}
