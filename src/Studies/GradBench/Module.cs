using System.Text.Json;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench;

/// <summary>A module of GradBench: the functions of one eval.</summary>
/// <param name="name">Its name in the protocol.</param>
internal abstract class Module(string name)
{
    /// <summary>The module's name in the protocol.</summary>
    public string Name { get; } = name;

    /// <summary>The names of its functions.</summary>
    public abstract IReadOnlyList<string> Functions { get; }

    /// <summary>Small inputs that reach every path of the functions. They warm the module up, and tests start from them.</summary>
    public abstract IReadOnlyList<JsonElement> Samples { get; }

    /// <summary>Puts an input in place for one of the functions.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="input">The input of the message.</param>
    /// <param name="device">Where arrays are computed.</param>
    /// <exception cref="JsonException">The input lacks something, or has another form.</exception>
    /// <exception cref="InvalidDataException">The input contradicts itself.</exception>
    public abstract Computation Prepare(string function, JsonElement input, Device device);
}

/// <summary>A module whose functions share one form of input.</summary>
/// <typeparam name="TInput">The input.</typeparam>
/// <param name="name">Its name in the protocol.</param>
/// <param name="samples">Small inputs that reach every path of the functions.</param>
/// <param name="functions">The functions.</param>
internal sealed class Module<TInput>(string name, TInput[] samples, params (string Name, Func<TInput, Device, Computation> Prepare)[] functions) : Module(name)
    where TInput : notnull
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Functions { get; } = [.. functions.Select(function => function.Name)];

    /// <inheritdoc/>
    public override IReadOnlyList<JsonElement> Samples => [.. samples.Select(sample => JsonSerializer.SerializeToElement(sample, ProtocolJson.Options))];

    /// <inheritdoc/>
    public override Computation Prepare(string function, JsonElement input, Device device)
    {
        Func<TInput, Device, Computation> prepare = functions.Single(one => one.Name == function).Prepare;
        return prepare(input.Deserialize<TInput>(ProtocolJson.Options) ?? throw new JsonException("The input is null."), device);
    }
}
