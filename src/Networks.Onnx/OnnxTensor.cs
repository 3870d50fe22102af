using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Its name; may be empty.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">Its elements, little-endian, in row-major order.</param>
public sealed record OnnxTensor(string Name, OnnxType Type, Shape Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The elements of a tensor of floating point, rounded or widened to a type.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <exception cref="InvalidOperationException">They are integers.</exception>
    public T[] Reals<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Type switch
        {
            OnnxType.Float => Converted<float, T>(),
            OnnxType.Double => Converted<double, T>(),
            OnnxType.Half => Converted<Half, T>(),
            OnnxType.BFloat16 => Array.ConvertAll(BFloat16Bits.Read(Bytes.Span), T.CreateTruncating),
            _ => throw new InvalidOperationException($"Tensor {Excerpt.Of(Name)} holds {Type}; floating-point numbers were asked for."),
        };

    /// <summary>The elements of a tensor of integers or booleans. Unsigned 64-bit integers keep their bits.</summary>
    /// <exception cref="InvalidOperationException">They are floating-point numbers.</exception>
    public long[] Integers() => Type switch
    {
        OnnxType.UInt8 or OnnxType.Bool => Widened<byte>(),
        OnnxType.Int8 => Widened<sbyte>(),
        OnnxType.UInt16 => Widened<ushort>(),
        OnnxType.Int16 => Widened<short>(),
        OnnxType.Int32 => Widened<int>(),
        OnnxType.UInt32 => Widened<uint>(),
        OnnxType.Int64 or OnnxType.UInt64 => MemoryMarshal.Cast<byte, long>(Bytes.Span).ToArray(),
        _ => throw new InvalidOperationException($"Tensor {Excerpt.Of(Name)} holds {Type}; integers were asked for."),
    };

    /// <summary>Reads a file that holds one tensor, as ONNX's own tests keep their inputs and outputs.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="OnnxException">The file is not one.</exception>
    public static OnnxTensor Read(string path) => TensorReader.ReadFile(path);

    private T[] Converted<TFrom, T>()
        where TFrom : unmanaged, INumberBase<TFrom>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<TFrom> from = MemoryMarshal.Cast<byte, TFrom>(Bytes.Span);
        if (typeof(TFrom) == typeof(T))
            return MemoryMarshal.Cast<TFrom, T>(from).ToArray();
        T[] to = new T[from.Length];
        for (int i = 0; i < to.Length; i++)
            to[i] = T.CreateTruncating(from[i]);
        return to;
    }

    private long[] Widened<TFrom>()
        where TFrom : unmanaged, IBinaryInteger<TFrom> => Array.ConvertAll(MemoryMarshal.Cast<byte, TFrom>(Bytes.Span).ToArray(), long.CreateTruncating);

    /// <inheritdoc/>
    public override string ToString() => $"{Excerpt.Of(Name)}: {Type} {Shape}";
}
