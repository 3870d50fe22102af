using System.Numerics;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>A tensor program in both engines: forward, or forward and backward from a random cotangent (1 for a scalar).</summary>
/// <typeparam name="T">The element type of both.</typeparam>
internal sealed class ProgramWorkload<T> : IWorkload
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Device device;
    private readonly Tape<T> tape;
    private readonly Argument[] arguments;
    private readonly NDArray<T>[] values;
    private readonly Var<T>[] variables;
    private readonly Func<Var<T>[], Var<T>> program;
    private readonly bool backward;
    private readonly torch.Tensor[] peerValues = [];
    private readonly torch.Tensor[] peerLeaves = [];
    private readonly Func<torch.Tensor[], torch.Tensor> peerProgram;
    private torch.Tensor? peerCotangent;
    private NDArray<T> cotangent;
    private Var<T> result;
    private Gradients<T> gradients;

    public ProgramWorkload(Argument[] arguments, Func<Var<T>[], Var<T>> program, Func<torch.Tensor[], torch.Tensor> peerProgram, bool backward, int threads,
        bool withPeer)
    {
        this.arguments = arguments;
        this.program = program;
        this.peerProgram = peerProgram;
        this.backward = backward;
        device = Device.Cpu(threads);
        tape = new Tape<T>(device);
        float[][] drawn = [.. arguments.Select((argument, i) => argument.Draw((ulong)i + 1))];
        values = [.. arguments.Zip(drawn, (argument, elements) => device.Array<T>(Shape.Of(argument.Shape), Array.ConvertAll(elements, T.CreateTruncating)))];
        variables = new Var<T>[arguments.Length];
        if (!withPeer)
            return;
        torch.ScalarType type = typeof(T) == typeof(double)
            ? torch.ScalarType.Float64
            : typeof(T) == typeof(Half) ? torch.ScalarType.Float16
            : torch.ScalarType.Float32;
        peerValues = [.. arguments.Zip(drawn, (argument, elements) => torch.tensor(elements, [.. argument.Shape.Select(extent => (long)extent)]).to(type)
            .requires_grad_(backward && argument.NeedsGradient))];
        peerLeaves = [.. peerValues.Where(value => value.requires_grad)];
    }

    public void Ours()
    {
        tape.Reset();
        for (int i = 0; i < values.Length; i++)
            variables[i] = backward && arguments[i].NeedsGradient ? tape.Variable(values[i]) : tape.Constant(values[i]);
        result = program(variables);
        if (!backward)
            return;
        if (result.Shape.Count == 1)
        {
            gradients = tape.Backward(result);
            return;
        }

        if (cotangent.IsNone)
            cotangent = device.Array<T>(result.Shape, Array.ConvertAll(DrawCotangent(result.Shape.Count), T.CreateTruncating));
        gradients = tape.Backward(result, cotangent);
    }

    public void Peers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        RunPeer();
    }

    public double LargestDifference()
    {
        Ours();
        using DisposeScope scope = torch.NewDisposeScope();
        (torch.Tensor theirs, IList<torch.Tensor> slopes) = RunPeer();
        double largest = Differences.Largest(Floats(result.Value), Floats(theirs));
        if (!backward)
            return largest;
        int leaf = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].NeedsGradient)
                largest = Math.Max(largest, Differences.Largest(Floats(gradients[variables[i]]), Floats(slopes[leaf++])));
        }

        return largest;
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
        peerCotangent?.Dispose();
        foreach (torch.Tensor value in peerValues)
            value.Dispose();
    }

    private (torch.Tensor Output, IList<torch.Tensor> Slopes) RunPeer()
    {
        if (!backward)
        {
            using IDisposable guard = torch.no_grad();
            return (peerProgram(peerValues), []);
        }

        torch.Tensor output = peerProgram(peerValues);
        if (output.numel() == 1)
            return (output, torch.autograd.grad([output], peerLeaves));
        peerCotangent ??= torch.tensor(DrawCotangent((int)output.numel()), output.shape).to(output.dtype).DetachFromDisposeScope();
        return (output, torch.autograd.grad([output], peerLeaves, [peerCotangent]));
    }

    private static float[] DrawCotangent(int count) => new Argument([count]).Draw(1000);

    private static float[] Floats(NDArray<T> array) => Array.ConvertAll(array.ToArray(), float.CreateTruncating);

    private static float[] Floats(torch.Tensor tensor) => tensor.detach().to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();
}
