using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Joining arrays along a new axis.</content>
public static partial class Operations
{
    /// <summary>Joins arrays of equal shapes along a new axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The new axis of the result; negative counts from the result's end.</param>
    /// <param name="parts">The arrays, at least one; all of the same shape.</param>
    /// <exception cref="ArgumentException">There are no parts, or their shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The axis is outside the result.</exception>
    public static Var<T> Stack<T>(int axis, params ReadOnlySpan<Var<T>> parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (parts.IsEmpty)
            throw new ArgumentException("stack: no parts were given; at least one is needed.", nameof(parts));
        Shape shape = parts[0].Shape;
        Var<T>[] widened = new Var<T>[parts.Length];
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part].Shape != shape)
                throw new ArgumentException($"stack: part {part} has shape {parts[part].Shape}, which differs from part 0's {shape}.", nameof(parts));
            widened[part] = parts[part].Unsqueeze(axis);
        }

        return Concatenate(axis, widened);
    }
}
