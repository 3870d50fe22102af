using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>An array that survives resets of the tape: a weight that an optimiser changes in place.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates a parameter on a device.</summary>
    /// <param name="name">The name used in files and messages.</param>
    /// <param name="device">The device.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The initial elements in row-major order; zeros if empty.</param>
    public Parameter(string name, Device device, in Shape shape, ReadOnlySpan<T> elements = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(device);
        Name = name;
        Value = device.Allocate<T>(shape);
        if (elements.IsEmpty)
            device.Fill(Value, T.Zero);
        else
            Value.CopyFrom(elements);
    }

    /// <summary>The name used in files and messages.</summary>
    public string Name { get; }

    /// <summary>The elements, stored contiguously.</summary>
    public NDArray<T> Value { get; }

    /// <summary>The shape.</summary>
    public Shape Shape => Value.Shape;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";
}
