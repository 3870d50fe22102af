using System.Numerics;

namespace ConservativeAD.Optimizers;

/// <summary>The iterations of <see cref="LBfgs{T}"/>, for any type of vectors.</summary>
internal interface ILBfgsIterations<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of iterations so far.</summary>
    long Iterations { get; }

    /// <summary>The number of evaluations of loss and gradients so far.</summary>
    long Evaluations { get; }

    /// <summary>Takes one step of several iterations.</summary>
    double Step(Func<(double Loss, Gradients<T> Gradients)> evaluate);
}
