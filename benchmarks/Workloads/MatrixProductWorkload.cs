using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>C = A·B for square float32 matrices, into memory that is there already.</summary>
internal sealed class MatrixProductWorkload : IWorkload
{
    private readonly Device device;
    private readonly NDArray<float> a;
    private readonly NDArray<float> b;
    private readonly NDArray<float> c;
    private readonly torch.Tensor? peerA;
    private readonly torch.Tensor? peerB;
    private readonly torch.Tensor? peerC;

    public MatrixProductWorkload(int n, int threads, bool withPeer)
    {
        device = Device.Cpu(threads);
        float[] left = Draw(n * n, 1), right = Draw(n * n, 2);
        a = device.Array<float>([n, n], left);
        b = device.Array<float>([n, n], right);
        c = device.Allocate<float>([n, n]);
        if (!withPeer)
            return;
        peerA = torch.tensor(left, [n, n]);
        peerB = torch.tensor(right, [n, n]);
        peerC = torch.zeros([n, n]);
    }

    public void Ours() => device.MatrixProduct(a, b, c);

    public void Peers() => peerC!.addmm_(peerA!, peerB!, beta: 0, alpha: 1);

    public double LargestDifference()
    {
        Ours();
        Peers();
        return Differences.Largest(c.ToArray(), peerC!.data<float>().ToArray());
    }

    public void Dispose()
    {
        device.Dispose();
        peerA?.Dispose();
        peerB?.Dispose();
        peerC?.Dispose();
    }

    private static float[] Draw(int count, ulong stream)
    {
        float[] values = new float[count];
        new Philox(1, stream).Uniform<float>(values, -1, 1);
        return values;
    }
}
