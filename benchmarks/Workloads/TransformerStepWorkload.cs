using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>
/// One training step, forward, backward and Adam, of a transformer block with mean squared error, with the same parameters and batch in both engines.
/// libtorch's own TransformerEncoderLayer, which takes [tokens, batch, width], is a little faster than the same block composed of its linear layers and its
/// scaled dot-product attention.
/// </summary>
internal sealed class TransformerStepWorkload : IWorkload
{
    private const double StepSize = 0.001;

    private readonly Device device;
    private readonly Tape<float> tape;
    private readonly TransformerBlock<float> network;
    private readonly Parameter<float>[] parameters;
    private readonly Adam<float> optimizer;
    private readonly NDArray<float> input;
    private readonly NDArray<float> targets;
    private readonly TorchSharp.Modules.TransformerEncoderLayer? peer;
    private readonly TorchSharp.Modules.Parameter[] peerParameters = [];
    private readonly torch.optim.Optimizer? peerOptimizer;
    private readonly torch.Tensor? peerInput;
    private readonly torch.Tensor? peerTargets;

    public TransformerStepWorkload(int batch, int tokens, int width, int heads, int threads, bool withPeer)
    {
        device = Device.Cpu(threads);
        tape = new Tape<float>(device);
        network = new TransformerBlock<float>("block", width, heads, 4 * width, new Initializer(device, 1), x => x.Gelu());
        parameters = [.. network.Parameters];
        optimizer = new Adam<float>(parameters, new ConstantStepSize(StepSize));
        float[] x = new Argument([batch, tokens, width]).Draw(1), y = new Argument([batch, tokens, width]).Draw(2);
        input = device.Array<float>(Shape.Of(batch, tokens, width), x);
        targets = device.Array<float>(Shape.Of(batch, tokens, width), y);
        if (!withPeer)
            return;
        peer = TransformerEncoderLayer(width, heads, 4 * width, 0, Activations.GELU);
        peerParameters = [.. parameters.Select(parameter => peer.get_parameter(parameter.Name["block.".Length..])!)];
        peerOptimizer = torch.optim.Adam(peer.parameters(), StepSize);
        using torch.Tensor batchFirst = torch.tensor(x, batch, tokens, width), targetsBatchFirst = torch.tensor(y, batch, tokens, width);
        peerInput = batchFirst.transpose(0, 1).contiguous();
        peerTargets = targetsBatchFirst.transpose(0, 1).contiguous();
        CopyParameters();
    }

    public void Ours()
    {
        tape.Reset();
        optimizer.Step(tape.Backward(network.Forward(tape.Constant(input)).MeanSquaredError(tape.Constant(targets))));
    }

    public void Peers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        peerOptimizer!.zero_grad();
        functional.mse_loss(peer!.call(peerInput!), peerTargets!).backward();
        peerOptimizer.step();
    }

    // Compares value and gradients, not steps: a bias of the keys does not change the softmax, so its gradient consists of rounding errors, which Adam turns
    // into full steps.
    public double LargestDifference()
    {
        CopyParameters();
        tape.Reset();
        Var<float> output = network.Forward(tape.Constant(input));
        Gradients<float> gradients = tape.Backward(output.MeanSquaredError(tape.Constant(targets)));
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor theirs = peer!.call(peerInput!);
        IList<torch.Tensor> slopes = torch.autograd.grad([functional.mse_loss(theirs, peerTargets!)], peerParameters);
        double largest = Differences.Largest(output.ToArray(), Floats(theirs.transpose(0, 1)));
        for (int i = 0; i < parameters.Length; i++)
            largest = Math.Max(largest, Differences.Largest(gradients.Of(parameters[i]).ToArray(), Floats(slopes[i])));
        return largest;
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
        peer?.Dispose();
        peerOptimizer?.Dispose();
        peerInput?.Dispose();
        peerTargets?.Dispose();
    }

    private void CopyParameters()
    {
        using IDisposable guard = torch.no_grad();
        for (int i = 0; i < parameters.Length; i++)
        {
            using torch.Tensor values = torch.tensor(parameters[i].Value.ToArray(), peerParameters[i].shape);
            peerParameters[i].copy_(values);
        }
    }

    private static float[] Floats(torch.Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
