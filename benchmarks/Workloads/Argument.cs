using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>An array argument of a program.</summary>
/// <param name="Shape">Its extents.</param>
/// <param name="Low">The lower end of the uniform distribution of its elements.</param>
/// <param name="High">The upper end.</param>
/// <param name="NeedsGradient">Whether the reverse pass computes the gradient with respect to it.</param>
internal sealed record Argument(int[] Shape, double Low = -1, double High = 1, bool NeedsGradient = true)
{
    public float[] Draw(ulong stream)
    {
        float[] values = new float[Shape.Aggregate(1, (a, b) => a * b)];
        new Philox(1, stream).Uniform<float>(values, (float)Low, (float)High);
        return values;
    }
}
