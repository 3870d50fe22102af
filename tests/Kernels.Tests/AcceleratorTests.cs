using ConservativeAD.Kernels.Elementwise;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ConservativeAD.Kernels.Tests;

/// <summary>A formula over lanes is one formula for every machine: here it is compiled by ILGPU, as it is for a GPU, and run on its CPU accelerator.</summary>
public class AcceleratorTests
{
    private const int Count = 257;

    [Fact]
    public void AFormulaOverLanesRunsOnAnAcceleratorAsItDoesOnTheCpu()
    {
        using Context context = Context.Create(builder => builder.CPU());
        using Accelerator accelerator = context.CreateCPUAccelerator(0);
        float[] x = new float[Count];
        new Philox(1, 1).Uniform<float>(x, -3, 3);
        using MemoryBuffer1D<float, Stride1D.Dense> input = accelerator.Allocate1D(x), output = accelerator.Allocate1D<float>(Count);
        Action<Index1D, ArrayView<float>, ArrayView<float>, SoftThreshold> kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, SoftThreshold>(Run);
        kernel(Count, input.View, output.View, new SoftThreshold(0.5));
        accelerator.Synchronize();
        NDArray<float> expected = Device.Default.Allocate<float>([Count]);
        Device.Default.Map(new SoftThreshold(0.5), Device.Default.Array<float>([Count], x), expected);
        Assert.Equal(expected.ToArray(), output.GetAsArray1D());
    }

    private static void Run<TMap>(Index1D index, ArrayView<float> x, ArrayView<float> y, TMap map)
        where TMap : struct, IUnaryMap => y[index] = map.Invoke(new AcceleratorLane(x[index])).Value;

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1034", Justification = "ILGPU compiles into an assembly of its own and must see it.")]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1815", Justification = "A map is not compared.")]
    public readonly struct SoftThreshold(double threshold) : IUnaryMap
    {
        private readonly double threshold = threshold;

        public L Invoke<L>(L x)
            where L : struct, ILane<L>
        {
            L above = L.Max(L.Abs(x) - L.Constant(threshold), L.Constant(0));
            return L.IfGreater(x, L.Constant(0), above, -above);
        }
    }
}
