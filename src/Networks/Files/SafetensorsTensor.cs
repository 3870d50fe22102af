using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type as named by the format: F16, F32, F64, BF16, which is only converted, or another type that this
/// library only passes through.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">Its elements, little-endian, in row-major order.</param>
public sealed record SafetensorsTensor(string Name, string Type, Shape Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Creates a tensor from an array.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="array">The array; its elements are copied.</param>
    public static SafetensorsTensor Of<T>(string name, in NDArray<T> array)
        where T : unmanaged => new(name, TypeOf<T>(), array.Shape, MemoryMarshal.AsBytes(array.ToArray().AsSpan()).ToArray());

    /// <summary>Creates a tensor of bfloat16 (BF16) from an array, each element rounded to the nearest, ties to even.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="array">The array.</param>
    public static SafetensorsTensor InBFloat16<T>(string name, in NDArray<T> array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(name, BFloat16Bits.Name, array.Shape, BFloat16Bits.Write(Array.ConvertAll(array.ToArray(), double.CreateTruncating)));

    /// <summary>The elements, if they have the requested type.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <exception cref="InvalidDataException">They have another type.</exception>
    public T[] Elements<T>()
        where T : unmanaged => Type == TypeOf<T>()
        ? MemoryMarshal.Cast<byte, T>(Bytes.Span).ToArray()
        : throw new InvalidDataException(
            $"Tensor {Excerpt.Of(Name)} has elements of type {Excerpt.Of(Type)}; {TypeOf<T>()} was asked for. Convert it, or load it in its own precision.");

    /// <summary>The elements, rounded or widened to the requested type.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <exception cref="InvalidDataException">They are not F16, BF16, F32 or F64.</exception>
    public T[] Convert<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Type switch
        {
            "F16" => Array.ConvertAll(Elements<Half>(), T.CreateTruncating),
            BFloat16Bits.Name => Array.ConvertAll(BFloat16Bits.Read(Bytes.Span), T.CreateTruncating),
            "F32" => Array.ConvertAll(Elements<float>(), T.CreateTruncating),
            "F64" => Array.ConvertAll(Elements<double>(), T.CreateTruncating),
            _ => throw new InvalidDataException(
                $"Tensor {Excerpt.Of(Name)} has elements of type {Excerpt.Of(Type)}; only F16, BF16, F32 and F64 are numbers that "
                    + "this library computes with or converts."),
        };

    private static string TypeOf<T>() =>
        typeof(T) == typeof(Half) ? "F16"
        : typeof(T) == typeof(float) ? "F32"
        : typeof(T) == typeof(double) ? "F64"
        : throw new NotSupportedException($"Tensors hold float, double or Half; {typeof(T).Name} is not supported.");

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
