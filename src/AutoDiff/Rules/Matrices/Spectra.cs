using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The spectra of stacks of symmetric matrices.</summary>
internal static class Spectra
{
    /// <summary>Computes and keeps the spectra of a rule's only input.</summary>
    public static NDArray<T> Keep<T>(in Recording<T> recording, string operation, Span<double> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = recording.Input(0).Shape;
        int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n);
        using HostMemory memory = new(shape.Count + ((long)stack * length) + SymmetricEigen.Memory(n));
        Span<double> a = memory.Take(recording.Input(0)), kept = memory.Take(stack * length), work = memory.Take(SymmetricEigen.Memory(n));
        for (int i = 0; i < stack; i++)
        {
            Span<double> matrix = a.Slice(i * n * n, n * n);
            Spectrum spectrum = new(kept.Slice(i * length, length), n);
            if (HostArrays.AreFinite(matrix))
            {
                SymmetricMatrices.Check<T>(matrix, n, operation, i, shape);
                SymmetricEigen.Compute(matrix, spectrum, work);
            }
            else
            {
                spectrum.Spoil();
            }

            spectrum.Values.CopyTo(values[(i * n)..]);
        }

        return HostArrays.Keep(recording, kept);
    }
}
