using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>
/// Recurrent layers, forward and backward from a random cotangent to the input and to every parameter, with the same parameters in both engines.
/// </summary>
internal sealed class RecurrentWorkload : IWorkload
{
    private readonly Device device;
    private readonly Tape<float> tape;
    private readonly Recurrent<float> network;
    private readonly Parameter<float>[] parameters;
    private readonly NDArray<float> input;
    private readonly NDArray<float> cotangent;
    private readonly torch.nn.Module? peer;
    private readonly Func<torch.Tensor, torch.Tensor>? peerForward;
    private readonly torch.Tensor[] peerLeaves = [];
    private readonly torch.Tensor? peerInput;
    private readonly torch.Tensor? peerCotangent;
    private Var<float> variable;
    private Var<float> output;
    private Gradients<float> gradients;

    public RecurrentWorkload(bool isGru, int layers, int steps, int batch, int inputs, int width, int threads, bool withPeer)
    {
        device = Device.Cpu(threads);
        tape = new Tape<float>(device);
        Initializer initializer = new(device, 1);
        network = isGru ? new Gru<float>("gru", inputs, width, initializer, layers) : new Lstm<float>("lstm", inputs, width, initializer, layers);
        parameters = [.. network.Parameters];
        float[] x = new Argument([steps, batch, inputs]).Draw(1), v = new Argument([steps, batch, width]).Draw(2);
        input = device.Array<float>(Shape.Of(steps, batch, inputs), x);
        cotangent = device.Array<float>(Shape.Of(steps, batch, width), v);
        if (!withPeer)
            return;
        if (isGru)
        {
            TorchSharp.Modules.GRU gru = torch.nn.GRU(inputs, width, layers);
            (peer, peerForward) = (gru, x => gru.forward(x).Item1);
        }
        else
        {
            TorchSharp.Modules.LSTM lstm = torch.nn.LSTM(inputs, width, layers);
            (peer, peerForward) = (lstm, x => lstm.forward(x).Item1);
        }

        TorchSharp.Modules.Parameter[] theirs = [.. peer.parameters()];
        using IDisposable guard = torch.no_grad();
        for (int i = 0; i < theirs.Length; i++)
        {
            using torch.Tensor values = torch.tensor(parameters[i].Value.ToArray(), theirs[i].shape);
            theirs[i].copy_(values);
        }

        peerInput = torch.tensor(x, steps, batch, inputs).requires_grad_(true);
        peerCotangent = torch.tensor(v, steps, batch, width);
        peerLeaves = [peerInput, .. theirs];
    }

    public void Ours()
    {
        tape.Reset();
        variable = tape.Variable(input);
        output = network.Forward(variable);
        gradients = tape.Backward(output, cotangent);
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
        double largest = Differences.Largest(output.ToArray(), Floats(theirs));
        largest = Math.Max(largest, Differences.Largest(gradients[variable].ToArray(), Floats(slopes[0])));
        for (int i = 0; i < parameters.Length; i++)
            largest = Math.Max(largest, Differences.Largest(gradients.Of(parameters[i]).ToArray(), Floats(slopes[i + 1])));
        return largest;
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
        peer?.Dispose();
        peerInput?.Dispose();
        peerCotangent?.Dispose();
    }

    private (torch.Tensor Output, IList<torch.Tensor> Slopes) RunPeer()
    {
        torch.Tensor result = peerForward!(peerInput!);
        return (result, torch.autograd.grad([result], peerLeaves, [peerCotangent!]));
    }

    private static float[] Floats(torch.Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
