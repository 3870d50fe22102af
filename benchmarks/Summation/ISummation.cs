using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Summation;

/// <summary>An order of summation of x·Wᵀ + b in float.</summary>
internal interface ISummation
{
    string Name { get; }

    /// <summary>y = x·Wᵀ + b.</summary>
    /// <param name="device">Where the arrays are.</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="y">[rows, outputs].</param>
    void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y);
}
