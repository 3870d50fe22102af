using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>The sum of two branches: a function and a shortcut around it (He, Zhang, Ren, Sun 2016).</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="function">The function.</param>
/// <param name="shortcut">The module on the shortcut; the identity if null.</param>
public sealed class Residual<T>(Module<T> function, Module<T>? shortcut = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Module<T> function = function ?? throw new ArgumentNullException(nameof(function));

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => function.Parameters.Concat(shortcut?.Parameters ?? []);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, NDArray<T> Value)> Buffers => function.Buffers.Concat(shortcut?.Buffers ?? []);

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => function.Forward(x, mode) + (shortcut is null ? x : shortcut.Forward(x, mode));
}
