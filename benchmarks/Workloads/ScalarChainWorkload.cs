using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Scalars;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>A chain of scalar operations, x ← sin(x) + 0.5·x and so on: the scalar tape against tensors of one element.</summary>
internal sealed class ScalarChainWorkload : IWorkload
{
    private const int Rounds = 250; // of four operations
    private const double Start = 0.7;

    private readonly ScalarTape tape = new();
    private readonly torch.Tensor? peer;
    private double value;
    private double slope;

    public ScalarChainWorkload(bool withPeer)
    {
        if (withPeer)
            peer = torch.tensor(Start, torch.ScalarType.Float64).requires_grad_(true);
    }

    public void Ours()
    {
        tape.Reset();
        Active x = tape.Variable(Start), y = x;
        for (int i = 0; i < Rounds; i++)
            y = (Active.Sin(y) * y) + (y * 0.5);
        value = y.Value;
        slope = tape.Gradient(y)[0];
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
        (double theirs, double theirSlope) = RunPeer();
        return Math.Max(Math.Abs(theirs - value) / Math.Abs(theirs), Math.Abs(theirSlope - slope) / Math.Abs(theirSlope));
    }

    public void Dispose()
    {
        tape.Dispose();
        peer?.Dispose();
    }

    private (double Value, double Slope) RunPeer()
    {
        torch.Tensor y = peer!;
        for (int i = 0; i < Rounds; i++)
            y = (torch.sin(y) * y) + (y * 0.5);
        return (y.item<double>(), torch.autograd.grad([y], [peer!])[0].item<double>());
    }
}
