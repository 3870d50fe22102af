using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>Changes parameters in place, step by step, from their gradients.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IOptimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many steps were made.</summary>
    long StepCount { get; }

    /// <summary>What the optimiser keeps between steps, by name, besides the counts. The arrays themselves, not copies.</summary>
    IEnumerable<(string Name, NDArray<T> Value)> State { get; }

    /// <summary>Makes one step.</summary>
    /// <param name="gradients">The gradients of a reverse pass in which the parameters took part.</param>
    /// <returns>Whether the step was made; false where it was skipped because a gradient is not finite.</returns>
    bool Step(Gradients<T> gradients);
}
