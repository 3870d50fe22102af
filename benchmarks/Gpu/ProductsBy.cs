namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>The implementation of matrix products.</summary>
internal enum ProductsBy
{
    /// <summary>cuBLAS if it is installed, otherwise the kernels of this library.</summary>
    Any,

    /// <summary>The kernels of this library.</summary>
    OwnKernels,

    /// <summary>cuBLAS; without one, the workload is left out.</summary>
    CuBlas,

    /// <summary>cuBLAS with factors rounded to TF32; without one, the workload is left out.</summary>
    CuBlasWithTensorFloat,

    /// <summary>The same as <see cref="Any"/>, with factors rounded to TF32 where that has an effect.</summary>
    AnyWithTensorFloat,
}
