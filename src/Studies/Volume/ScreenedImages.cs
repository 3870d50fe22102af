using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Studies.Volume;

/// <summary>The mini-batches of a data set as a screen for zeros reads them. Many threads may read them.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal abstract class ScreenedImages<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Wider networks would take too much memory twice.
    private const int Widest = 2048;

    /// <summary>Whether networks of a width are screened by products that leave zeros out: they fill a panel of weights.</summary>
    /// <param name="width">The width of the hidden layers.</param>
    public static bool LeavesZerosOut(int width) =>
        width >= (typeof(T) == typeof(double) ? SparsePanel.Columns<double>() : SparsePanel.Columns<float>()) && width <= Widest;

    /// <summary>Prepares mini-batches.</summary>
    /// <param name="device">A device of the CPU.</param>
    /// <param name="images">Images × pixels.</param>
    /// <param name="batch">Images in a mini-batch; the last one may be smaller.</param>
    /// <param name="leavesZerosOut">How the networks are screened, see <see cref="LeavesZerosOut"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ScreenedImages<T> Of(Device device, in NDArray<T> images, int batch, bool leavesZerosOut, CancellationToken cancellation = default) =>
        !leavesZerosOut ? new LiveColumns<T>(device, images, batch, cancellation)
        : typeof(T) == typeof(Half) ? new SparseImages<T, float>(images, batch, cancellation)
        : new SparseImages<T, T>(images, batch, cancellation);

    /// <summary>A screen for a network, used by one thread.</summary>
    /// <param name="device">The device.</param>
    /// <param name="network">The network.</param>
    public abstract IZeroScreen<T> Screen(Device device, RandomPerceptron<T> network);
}
