using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// Is given the gradients of parameters while a reverse pass goes on, each as soon as nothing is added to it any more; the last layers' come first. So they can
/// be sent to other processes while earlier layers are still pulled back.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IGradientReceiver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes a gradient that is complete. It must not record on the tape or begin another pass on it.</summary>
    /// <param name="parameter">The parameter, which the output depends on.</param>
    /// <param name="gradient">Its gradient, in its shape. It stays until the tape's next pass or reset, and is not to be changed.</param>
    void Receive(Parameter<T> parameter, in NDArray<T> gradient);
}
