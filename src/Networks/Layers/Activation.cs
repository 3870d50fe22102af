using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Any function without parameters as a layer: <c>new Activation&lt;float&gt;(x =&gt; x.Gelu())</c>.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="function">The function.</param>
public sealed class Activation<T>(Func<Var<T>, Var<T>> function) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<Var<T>, Var<T>> function = function ?? throw new ArgumentNullException(nameof(function));

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => function(x);
}
