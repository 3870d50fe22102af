using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>One float32 kernel from arrays into an array, all allocated before, without a tape; libtorch's call is the one that its users write.</summary>
internal sealed class KernelWorkload : IWorkload
{
    private readonly Device device;
    private readonly NDArray<float>[] inputs;
    private readonly NDArray<float> output;
    private readonly Action<Device, NDArray<float>[], NDArray<float>> kernel;
    private readonly torch.Tensor[] peerInputs = [];
    private readonly Func<torch.Tensor[], torch.Tensor> peer;

    public KernelWorkload(Argument[] arguments, int[] output, Action<Device, NDArray<float>[], NDArray<float>> kernel, Func<torch.Tensor[], torch.Tensor> peer,
        int threads, bool withPeer)
    {
        this.kernel = kernel;
        this.peer = peer;
        device = Device.Cpu(threads);
        float[][] drawn = [.. arguments.Select((argument, i) => argument.Draw((ulong)i + 1))];
        inputs = [.. arguments.Zip(drawn, (argument, elements) => device.Array<float>(Shape.Of(argument.Shape), elements))];
        this.output = device.Allocate<float>(Shape.Of(output));
        if (withPeer)
            peerInputs = [.. arguments.Zip(drawn, (argument, elements) => torch.tensor(elements, [.. argument.Shape.Select(extent => (long)extent)]))];
    }

    public void Ours() => kernel(device, inputs, output);

    public void Peers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable guard = torch.no_grad();
        peer(peerInputs);
    }

    public double LargestDifference()
    {
        Ours();
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable guard = torch.no_grad();
        return Differences.Largest(output.ToArray(), peer(peerInputs).contiguous().data<float>().ToArray());
    }

    public void Dispose()
    {
        device.Dispose();
        foreach (torch.Tensor input in peerInputs)
            input.Dispose();
    }
}
