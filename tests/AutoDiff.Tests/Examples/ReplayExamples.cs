using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Examples;

/// <summary>The examples of docs/replay.md.</summary>
public class ReplayExamples
{
    [Fact]
    public void APendulumSwungForLongIsReversedInLittleMemory()
    {
        const int Steps = 2000;
        CheckpointedLoop loop = new(
            (step, state, parameters) => [state[0] + (0.01 * state[1]), state[1] - (0.01 * parameters[0] * Active.Sin(state[0]))],
            (state, parameters) => state[0] * state[0],
            snapshots: 20);
        LoopGradient found = loop.Gradient(start: [1.0, 0.0], parameters: [9.81], steps: Steps);

        Assert.InRange(found.LargestTape, 1, 20);
        Assert.InRange(found.StepEvaluations, Steps, 5 * Steps);
        const double Step = 1e-6;
        double above = loop.Gradient([1.0, 0.0], [9.81 + Step], Steps).Value, below = loop.Gradient([1.0, 0.0], [9.81 - Step], Steps).Value;
        Assert.Equal((above - below) / (2 * Step), found.ParameterGradient[0], 1e-5 * (1 + Math.Abs(found.ParameterGradient[0])));
    }

    [Fact]
    public void AStepIsMeasuredAndReplayed()
    {
        using Device device = Device.Cpu(1);
        using Tape<float> tape = new(device);
        Parameter<float> weight = new("weight", device, [3, 4], [.. Enumerable.Range(0, 12).Select(i => 0.1f * i)]);
        NDArray<float> images = device.Allocate<float>([2, 4]);
        NDArray<int> labels = device.Allocate<int>([2]);
        Replay<float> step = new(tape, recording => recording.Constant(images).Linear(recording.Parameter(weight)).Tanh().Scale(2).CrossEntropy(labels));
        for (int batch = 0; batch < 3; batch++)
        {
            images.CopyFrom([.. Enumerable.Range(0, 8).Select(i => (i + batch) % 3 - 1f)]);
            labels.CopyFrom([batch % 3, (batch + 1) % 3]);
            device.BeginPeak();
            float[] gradient = step.Backward().Of(weight).ToArray();
            Assert.Contains(gradient, slope => slope != 0);
            Assert.True(device.PeakBytesInUse >= device.BytesInUse);
        }

        Assert.Equal((1L, 2L, 1), (step.Recordings, step.Replays, step.FusedOperations));
    }
}
