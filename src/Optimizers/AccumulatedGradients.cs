using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// A weighted sum of the gradients of several reverse passes, for one step: with k mini-batches at weight 1/k each, it is the gradient of one mini-batch that
/// is k times as large. Pass it to <see cref="Optimizer{T}.StepFrom{TGradients}"/>, then <see cref="Reset"/>. Sums of gradients of Half are floats, rounded
/// when they are read: 3000 ones sum to 3000, whereas a sum in Half stops at 2048.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class AccumulatedGradients<T> : IGradientSource<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<Parameter<T>, OptimizerState<T>> sums = [];
    private readonly Dictionary<Parameter<T>, NDArray<T>> rounded = [];
    private readonly HashSet<Parameter<T>> present = [];

    /// <summary>Allocates the sums for some parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    public AccumulatedGradients(IEnumerable<Parameter<T>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (Parameter<T> parameter in parameters)
            sums[parameter] = new OptimizerState<T>(parameter);
    }

    /// <summary>The number of reverse passes added since the last reset.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the gradients of a reverse pass.</summary>
    /// <typeparam name="TGradients">The source of the gradients.</typeparam>
    /// <param name="gradients">The gradients; parameters without one are skipped.</param>
    /// <param name="weight">The factor of the gradients.</param>
    public void Add<TGradients>(TGradients gradients, double weight = 1)
        where TGradients : IGradientSource<T>
    {
        foreach ((Parameter<T> parameter, OptimizerState<T> sum) in sums)
        {
            if (!gradients.Has(parameter))
                continue;
            if (present.Add(parameter))
                sum.Fill(0);
            parameter.Value.Device.Update(new FlatVectors<T, T>.Multiple(weight), sum, gradients.Of(parameter));
        }

        Count++;
    }

    /// <summary>
    /// The sums so far, by the parameters' names. These are the arrays themselves, not copies; with <see cref="Count"/> they are all that a resumed run needs.
    /// For parameters of Half, use <see cref="WideState"/>, because the sums are floats.
    /// </summary>
    /// <exception cref="InvalidOperationException">The parameters are of Half.</exception>
    public IEnumerable<(string Name, NDArray<T> Value)> State => OptimizerState<T>.IsWide
        ? throw new InvalidOperationException(
            $"The sums of parameters of type {typeof(T).Name} are floats; read {nameof(WideState)} and put it back with {nameof(RestoreWide)}.")
        : Present.Select(sum => (sum.Key.Name, sum.Value.Own));

    /// <summary>
    /// The sums so far of parameters of Half, by the parameters' names: floats. These are the arrays themselves, not copies. Empty for other types
    /// (<see cref="State"/>).
    /// </summary>
    public IEnumerable<(string Name, NDArray<float> Value)> WideState => OptimizerState<T>.IsWide ? Present.Select(sum => (sum.Key.Name, sum.Value.Wide)) : [];

    private IEnumerable<KeyValuePair<Parameter<T>, OptimizerState<T>>> Present => sums.Where(sum => present.Contains(sum.Key));

    /// <summary>Restores sums that were read from <see cref="State"/> and <see cref="Count"/>.</summary>
    /// <param name="count">The number of reverse passes added.</param>
    /// <param name="states">For each parameter's name the elements of its sum, in row-major order; parameters without one had no gradient so far.</param>
    /// <exception cref="ArgumentException">A sum belongs to no parameter, or has the wrong number of elements. Nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The parameters are of Half.</exception>
    public void Restore(int count, IReadOnlyDictionary<string, T[]> states)
    {
        if (OptimizerState<T>.IsWide)
            throw new InvalidOperationException($"The sums of parameters of type {typeof(T).Name} are floats; put them back with {nameof(RestoreWide)}.");
        Restore(count, states, sum => sum.Own);
    }

    /// <summary>Restores sums of parameters of Half that were read from <see cref="WideState"/> and <see cref="Count"/>.</summary>
    /// <param name="count">The number of reverse passes added.</param>
    /// <param name="states">For each parameter's name the elements of its sum, in row-major order; parameters without one had no gradient so far.</param>
    /// <exception cref="ArgumentException">A sum belongs to no parameter, or has the wrong number of elements. Nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The parameters are not of Half.</exception>
    public void RestoreWide(int count, IReadOnlyDictionary<string, float[]> states)
    {
        if (!OptimizerState<T>.IsWide)
            throw new InvalidOperationException($"The sums of parameters of type {typeof(T).Name} are of that type; put them back with {nameof(Restore)}.");
        Restore(count, states, sum => sum.Wide);
    }

    private void Restore<W>(int count, IReadOnlyDictionary<string, W[]> states, Func<OptimizerState<T>, NDArray<W>> arrayOf)
        where W : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(states);
        foreach ((string name, W[] elements) in states)
        {
            if (!sums.Keys.Any(parameter => parameter.Name == name && parameter.Shape.Count == elements.Length))
                throw new ArgumentException($"A sum '{name}' of {elements.Length} elements was given; there is no such parameter here.", nameof(states));
        }

        Reset();
        foreach ((Parameter<T> parameter, OptimizerState<T> sum) in sums)
        {
            if (!states.TryGetValue(parameter.Name, out W[]? elements))
                continue;
            arrayOf(sum).CopyFrom(elements);
            present.Add(parameter);
        }

        Count = count;
    }

    /// <summary>Starts a new sum.</summary>
    public void Reset()
    {
        present.Clear();
        Count = 0;
    }

    /// <inheritdoc/>
    public bool Has(Parameter<T> parameter) => present.Contains(parameter);

    /// <inheritdoc/>
    public NDArray<T> Of(Parameter<T> parameter)
    {
        if (!present.Contains(parameter))
            throw new InvalidOperationException($"No gradient of {parameter} was added to the {Count} reverse passes so far.");
        if (!OptimizerState<T>.IsWide)
            return sums[parameter].Own;
        if (!rounded.TryGetValue(parameter, out NDArray<T> sum))
            rounded[parameter] = sum = parameter.Value.Device.Allocate<T>(parameter.Shape);
        parameter.Value.Device.Convert(sums[parameter].Wide, sum);
        return sum;
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        foreach ((Parameter<T> parameter, OptimizerState<T> sum) in sums)
        {
            if (OptimizerState<T>.IsWide)
                parameter.Value.Device.Return(sum.Wide);
            else
                parameter.Value.Device.Return(sum.Own);
        }

        foreach ((Parameter<T> parameter, NDArray<T> sum) in rounded)
            parameter.Value.Device.Return(sum);
        sums.Clear();
        rounded.Clear();
        Reset();
    }
}
