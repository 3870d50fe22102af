using System.Numerics;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>C = A·B for square matrices, into allocated memory.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class MatrixProductWorkload<T> : IWorkload
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Device device;
    private readonly NDArray<T> a;
    private readonly NDArray<T> b;
    private readonly NDArray<T> c;
    private readonly torch.Tensor? peerA;
    private readonly torch.Tensor? peerB;
    private readonly torch.Tensor? peerC;

    public MatrixProductWorkload(int n, int threads, bool withPeer)
    {
        device = Device.Cpu(threads);
        Argument argument = new([n, n]);
        float[] left = argument.Draw(1), right = argument.Draw(2);
        a = device.Array<T>([n, n], Array.ConvertAll(left, T.CreateTruncating));
        b = device.Array<T>([n, n], Array.ConvertAll(right, T.CreateTruncating));
        c = device.Allocate<T>([n, n]);
        if (!withPeer)
            return;
        torch.ScalarType type = typeof(T) == typeof(double) ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
        peerA = torch.tensor(left, [n, n]).to(type);
        peerB = torch.tensor(right, [n, n]).to(type);
        peerC = torch.zeros([n, n], type);
    }

    public void Ours() => device.MatrixProduct(a, b, c);

    public void Peers() => peerC!.addmm_(peerA!, peerB!, beta: 0, alpha: 1);

    public double LargestDifference()
    {
        Ours();
        Peers();
        using torch.Tensor theirs = peerC!.to(torch.ScalarType.Float32);
        return Differences.Largest(Array.ConvertAll(c.ToArray(), float.CreateTruncating), theirs.data<float>().ToArray());
    }

    public void Dispose()
    {
        device.Dispose();
        peerA?.Dispose();
        peerB?.Dispose();
        peerC?.Dispose();
    }
}
