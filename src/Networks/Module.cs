using System.Globalization;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A part of a network: a function on the tape with its own parameters.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaximumNamed = 4;

    /// <summary>Records the module's function.</summary>
    /// <param name="x">The input, on the tape to record on.</param>
    /// <param name="mode">Training or evaluation.</param>
    public abstract Var<T> Forward(Var<T> x, Mode mode = Mode.Training);

    /// <summary>The parameters, in the order of the layers; their names are paths such as <c>0.weight</c>.</summary>
    public virtual IEnumerable<Parameter<T>> Parameters => [];

    /// <summary>Arrays that are stored but not trained, such as running statistics, by name.</summary>
    public virtual IEnumerable<(string Name, NDArray<T> Value)> Buffers => [];

    /// <summary>The kind of module and its parameters; only the first ones if there are many.</summary>
    public override string ToString()
    {
        string[] all = [.. Parameters.Select(parameter => parameter.ToString())];
        string kind = GetType().Name.Split('`')[0];
        return all.Length == 0
            ? kind
            : $"{kind}({string.Join(", ", all.Take(MaximumNamed))}"
                + $"{(all.Length > MaximumNamed ? string.Create(CultureInfo.InvariantCulture, $", … {all.Length} in all") : "")})";
    }

    /// <summary>The full name of a layer's parameter: a path, or the bare name if the layer has no name.</summary>
    /// <param name="layer">The layer's name; may be empty.</param>
    /// <param name="parameter">The parameter's name within the layer.</param>
    internal static string PathOf(string layer, string parameter)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.Length == 0 ? parameter : $"{layer}.{parameter}";
    }
}
