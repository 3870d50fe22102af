using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Applies modules one after another.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="modules">The modules.</param>
public sealed class Sequential<T>(params Module<T>[] modules) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Module<T>[] modules = [.. modules];

    /// <summary>The modules, in order.</summary>
    public IReadOnlyList<Module<T>> Modules => modules;

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => modules.SelectMany(module => module.Parameters);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, NDArray<T> Value)> Buffers => modules.SelectMany(module => module.Buffers);

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        foreach (Module<T> module in modules)
            x = module.Forward(x, mode);
        return x;
    }

    /// <summary>The modules, in order; only the first ones if there are many.</summary>
    public override string ToString() => $"Sequential{VectorText.List(modules, module => module.ToString())}";
}
