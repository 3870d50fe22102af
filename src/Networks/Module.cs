using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A part of a network: a function on the tape with parameters of its own.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Records the module's function.</summary>
    /// <param name="x">The input, on the tape to record on.</param>
    /// <param name="mode">What the network is run for.</param>
    public abstract Var<T> Forward(Var<T> x, Mode mode = Mode.Training);

    /// <summary>The parameters, in the order of the layers; their names are paths such as <c>0.weight</c>.</summary>
    public virtual IEnumerable<Parameter<T>> Parameters => [];

    /// <summary>Arrays that are kept but not trained, such as running statistics, by name.</summary>
    public virtual IEnumerable<(string Name, NDArray<T> Value)> Buffers => [];
}
