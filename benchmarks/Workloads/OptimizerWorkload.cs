using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>The optimiser's step alone, for many parameters with given gradients.</summary>
internal sealed class OptimizerWorkload : IWorkload
{
    private const double StepSize = 0.001;

    private readonly Device device;
    private readonly Tape<float> tape;
    private readonly Parameter<float> parameter;
    private readonly Optimizer<float> optimizer;
    private readonly Gradients<float> gradients;
    private readonly TorchSharp.Modules.Parameter? peerParameter;
    private readonly torch.optim.Optimizer? peerOptimizer;

    public OptimizerWorkload(int count, bool adam, int threads, bool withPeer)
    {
        device = Device.Cpu(threads);
        tape = new Tape<float>(device);
        float[] start = new Argument([count]).Draw(1), slope = new Argument([count]).Draw(2);
        parameter = new Parameter<float>("x", device, [count], start);
        optimizer = adam ? new Adam<float>([parameter], new ConstantStepSize(StepSize)) : new Sgd<float>([parameter], new ConstantStepSize(StepSize));
        gradients = tape.Backward((tape.Parameter(parameter) * tape.Constant([count], slope)).Sum());
        if (!withPeer)
            return;
        peerParameter = torch.nn.Parameter(torch.tensor(start));
        peerOptimizer = adam ? torch.optim.Adam([peerParameter], StepSize) : torch.optim.SGD([peerParameter], StepSize);
        using torch.Tensor slopes = torch.tensor(slope);
        using torch.Tensor loss = (peerParameter * slopes).sum();
        loss.backward();
    }

    public void Ours() => optimizer.Step(gradients);

    public void Peers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        peerOptimizer!.step();
    }

    public double LargestDifference()
    {
        for (int step = 0; step < 3; step++)
        {
            Ours();
            Peers();
        }

        return Differences.Largest(parameter.Value.ToArray(), peerParameter!.data<float>().ToArray());
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
        peerOptimizer?.Dispose();
        peerParameter?.Dispose();
    }
}
