using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// A weighted sum of the gradients of several reverse passes, for one step: with k mini-batches at weight 1/k each, the gradient of one that is k times as large. Give it to
/// <see cref="Optimizer{T}.StepFrom{TGradients}"/>, then <see cref="Reset"/>.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class AccumulatedGradients<T> : IGradientSource<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<Parameter<T>, NDArray<T>> sums = [];
    private readonly HashSet<Parameter<T>> present = [];

    /// <summary>Makes room for the gradients of some parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    public AccumulatedGradients(IEnumerable<Parameter<T>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (Parameter<T> parameter in parameters)
            sums[parameter] = parameter.Value.Device.Allocate<T>(parameter.Shape);
    }

    /// <summary>How many reverse passes were added since the last reset.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the gradients of a reverse pass.</summary>
    /// <typeparam name="TGradients">Where they come from.</typeparam>
    /// <param name="gradients">The gradients; parameters without one are passed over.</param>
    /// <param name="weight">What they are multiplied by.</param>
    public void Add<TGradients>(TGradients gradients, double weight = 1)
        where TGradients : IGradientSource<T>
    {
        foreach ((Parameter<T> parameter, NDArray<T> sum) in sums)
        {
            if (!gradients.Has(parameter))
                continue;
            if (present.Add(parameter))
                parameter.Value.Device.Fill(sum, T.Zero);
            parameter.Value.Device.Update(new FlatVectors<T>.Multiple(weight), sum, gradients.Of(parameter));
        }

        Count++;
    }

    /// <summary>Begins a new sum.</summary>
    public void Reset()
    {
        present.Clear();
        Count = 0;
    }

    /// <inheritdoc/>
    public bool Has(Parameter<T> parameter) => present.Contains(parameter);

    /// <inheritdoc/>
    public NDArray<T> Of(Parameter<T> parameter) => present.Contains(parameter)
        ? sums[parameter]
        : throw new InvalidOperationException($"No gradient of {parameter} was added to the {Count} reverse passes so far.");

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach ((Parameter<T> parameter, NDArray<T> sum) in sums)
            parameter.Value.Device.Return(sum.Storage);
        sums.Clear();
        Reset();
    }
}
