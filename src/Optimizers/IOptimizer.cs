using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>An optimiser, which changes parameters in place from their gradients, step by step.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IOptimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of steps so far.</summary>
    long StepCount { get; }

    /// <summary>The parameters that it steps, in order.</summary>
    IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The arrays that the optimiser keeps between steps, by name. These are the arrays themselves, not copies.</summary>
    IEnumerable<(string Name, NDArray<T> Value)> State { get; }

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">The gradients of a reverse pass in which the parameters took part.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite.</returns>
    bool Step(Gradients<T> gradients);

    /// <summary>Takes one step, with gradients from any source.</summary>
    /// <typeparam name="TGradients">The source of the gradients.</typeparam>
    /// <param name="gradients">The gradients; parameters without one are skipped.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite.</returns>
    bool StepFrom<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>;
}
