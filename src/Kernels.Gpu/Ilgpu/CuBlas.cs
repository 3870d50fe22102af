using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Matrix products by NVIDIA's cuBLAS, if it is installed. Its entry points with suffix v2 are the same from version 10 on, so they are called by name for any
/// version; a small product is checked before the library is used. (ILGPU's own binding supports versions 10 to 12 by their file names, no stacks of matrices,
/// and Half only with sums in Half.)
/// </summary>
internal sealed unsafe class CuBlas : IDisposable
{
    private const int NewestVersion = 16;
    private const int OldestVersion = 10;

    // Constants of cublas_api.h and library_types.h.
    private const int Success = 0;
    private const int NotTransposed = 0;
    private const int Transposed = 1;
    private const int Real32 = 0;
    private const int Real64 = 1;
    private const int Real16 = 2;
    private const int Compute32 = 68;
    private const int Compute64 = 70;
    private const int ComputeTensorFloat = 77;
    private const int DefaultAlgorithm = -1;

    private readonly nint library;
    private readonly nint handle;
    private readonly delegate* unmanaged<nint, int> destroy;
    private readonly delegate* unmanaged<nint, int, int, int, int, int, void*, nint, int, int, long, nint, int, int, long, void*, nint, int, int, long, int,
        int, int, int> product;

    private CuBlas(nint library, nint handle, delegate* unmanaged<nint, int> destroy, delegate* unmanaged<nint, int, int, int, int, int, void*, nint, int, int,
        long, nint, int, int, long, void*, nint, int, int, long, int, int, int, int> product)
    {
        this.library = library;
        this.handle = handle;
        this.destroy = destroy;
        this.product = product;
    }

    /// <summary>The library for an accelerator and its stream, or null if none works.</summary>
    /// <param name="accelerator">The accelerator.</param><param name="stream">Its stream.</param>
    public static CuBlas? Find(Accelerator accelerator, AcceleratorStream stream)
    {
        if (accelerator is not CudaAccelerator || stream is not CudaStream cuda || Environment.GetEnvironmentVariable("CONSERVATIVEAD_CUBLAS") == "0")
            return null;
        foreach (string name in Names())
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            if (Open(accelerator, library, cuda.StreamPtr) is not { } found)
                NativeLibrary.Free(library);
            else if (found.IsRight(accelerator, stream))
                return found;
            else
                found.Dispose();
        }

        return null;
    }

    /// <summary>destination = left·right, or += with <paramref name="accumulate"/>, if the library supports the arrays' strides.</summary>
    /// <param name="left">[m, k], or [batch, m, k].</param>
    /// <param name="right">[k, n], or [batch, k, n].</param>
    /// <param name="destination">[m, n], or [batch, m, n].</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    /// <param name="allowsTensorFloat">Whether floats may be rounded to 10 bits before they are multiplied.</param>
    /// <returns>Whether the product was started.</returns>
    public bool TryProduct<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate, bool allowsTensorFloat)
        where T : unmanaged
    {
        int m = destination.Shape[-2], n = destination.Shape[-1], k = left.Shape[-1], batch = destination.Shape.Rank == 3 ? destination.Shape[0] : 1;
        if (k == 0 || !TryLines(left, out int strideLeft, out int turnLeft) || !TryLines(right, out int strideRight, out int turnRight)
            || !TryLines(destination, out int stride, out int turn) || turn != NotTransposed)
            return false;
        int type = typeof(T) == typeof(double) ? Real64 : typeof(T) == typeof(float) ? Real32 : Real16;
        int compute = type == Real64 ? Compute64 : type == Real32 && allowsTensorFloat ? ComputeTensorFloat : Compute32;
        double alpha64 = 1, beta64 = accumulate ? 1 : 0;
        float alpha32 = 1, beta32 = accumulate ? 1 : 0;
        void* alpha = type == Real64 ? &alpha64 : &alpha32, beta = type == Real64 ? &beta64 : &beta32;

        // The library's matrices are column-major, so the transposed product with exchanged factors is computed.
        int status = product(handle, turnRight, turnLeft, n, m, k, alpha, Address(right), type, strideRight, Step(right), Address(left), type, strideLeft,
            Step(left), beta, Address(destination), type, stride, Step(destination), batch, compute, DefaultAlgorithm);
        return status == Success;
    }

    public void Dispose()
    {
        destroy(handle);
        NativeLibrary.Free(library);
    }

    private static IEnumerable<string> Names()
    {
        for (int version = NewestVersion; version >= OldestVersion; version--)
            yield return OperatingSystem.IsWindows() ? $"cublas64_{version}.dll" : $"libcublas.so.{version}";
        yield return OperatingSystem.IsWindows() ? "cublas64.dll" : "libcublas.so";
    }

    private static CuBlas? Open(Accelerator accelerator, nint library, nint stream)
    {
        if (!NativeLibrary.TryGetExport(library, "cublasCreate_v2", out nint create)
            || !NativeLibrary.TryGetExport(library, "cublasDestroy_v2", out nint destroy)
            || !NativeLibrary.TryGetExport(library, "cublasSetStream_v2", out nint setStream)
            || !NativeLibrary.TryGetExport(library, "cublasGemmStridedBatchedEx", out nint product))
            return null;
        nint handle;
        accelerator.Bind();
        if (((delegate* unmanaged<nint*, int>)create)(&handle) != Success)
            return null;
        if (((delegate* unmanaged<nint, nint, int>)setStream)(handle, stream) == Success)
            return new CuBlas(library, handle, (delegate* unmanaged<nint, int>)destroy,
                (delegate* unmanaged<nint, int, int, int, int, int, void*, nint, int, int, long, nint, int, int, long, void*, nint, int, int, long, int, int,
                    int, int>)product);
        ((delegate* unmanaged<nint, int>)destroy)(handle);
        return null;
    }

    private static bool TryLines<T>(in NDArray<T> matrix, out int stride, out int turn)
        where T : unmanaged
    {
        int rows = matrix.Shape[-2], columns = matrix.Shape[-1];
        turn = NotTransposed;
        stride = rows > 1 ? matrix.Stride(-2) : columns;
        if ((columns <= 1 || matrix.Stride(-1) == 1) && stride >= Math.Max(1, columns))
            return true;
        turn = Transposed;
        stride = columns > 1 ? matrix.Stride(-1) : rows;
        return (rows <= 1 || matrix.Stride(-2) == 1) && stride >= Math.Max(1, rows);
    }

    private static nint Address<T>(in NDArray<T> array)
        where T : unmanaged => ((GpuStorage<T>)array.Storage).Address + ((nint)array.Offset * sizeof(T));

    private static long Step<T>(in NDArray<T> array)
        where T : unmanaged => array.Shape.Rank == 3 ? array.Stride(0) : 0;

    // (1 2; 3 4)·(5 6; 7 8) = (19 22; 43 50).
    private bool IsRight(Accelerator accelerator, AcceleratorStream stream)
    {
        using var memory = accelerator.Allocate1D([1f, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
        float one = 1, zero = 0;
        nint left = memory.NativePtr, right = left + (4 * sizeof(float)), result = right + (4 * sizeof(float));
        if (product(handle, NotTransposed, NotTransposed, 2, 2, 2, &one, right, Real32, 2, 0, left, Real32, 2, 0, &zero, result, Real32, 2, 0, 1, Compute32,
            DefaultAlgorithm) != Success)
            return false;
        stream.Synchronize();
        return memory.GetAsArray1D() is [_, _, _, _, _, _, _, _, 19, 22, 43, 50];
    }
}
