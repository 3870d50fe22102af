using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Arrays with the same random numbers on every device.</summary>
internal static class GpuArrays
{
    public static NDArray<T> Uniform<T>(Device device, in Shape shape, ulong stream, float low, float high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        float[] numbers = new float[shape.Count];
        new Philox(1, stream).Uniform<float>(numbers, low, high);
        return device.Array<T>(shape, numbers as T[] ?? Array.ConvertAll(numbers, T.CreateTruncating));
    }

    public static float[] Floats<T>(in NDArray<T> array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(array.ToArray(), float.CreateTruncating);
}
