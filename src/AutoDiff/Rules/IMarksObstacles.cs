using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// A rule on whole arrays that can mark where nothing can be certified: jumps, infinite slopes, and the end of its domain. Elementwise rules define this by a
/// formula.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IMarksObstacles<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Marks each element of the output with the number of its <see cref="ObstacleKind"/>, or 0 if there is none.</summary>
    /// <param name="context">Inputs, output and temporary memory for the marks.</param>
    /// <returns>The marks, from <see cref="KinkContext{T}.Rent(in Shape)"/>, in the shape of the output or of rank 0 for the operation as a whole.</returns>
    NDArray<T> Obstacles(in KinkContext<T> context);
}
