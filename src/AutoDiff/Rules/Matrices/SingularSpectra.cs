using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The singular spectra of stacks of matrices.</summary>
internal static class SingularSpectra
{
    /// <summary>Checks that a shape ends in the axes of a matrix.</summary>
    public static void CheckMatrix(in Shape shape, string operation)
    {
        if (shape.Rank < 2)
            throw new ArgumentException($"{operation}: a value of shape {shape} was given; it must be matrices.");
    }

    /// <summary>Computes and keeps the spectra of a rule's only input.</summary>
    public static NDArray<T> Keep<T>(in Recording<T> recording, Span<double> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = recording.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n);
        using HostMemory memory = new(shape.Count + ((long)stack * length) + SingularSpectrum.Memory(m, n));
        Span<double> a = memory.Take(recording.Input(0)), kept = memory.Take(stack * length), work = memory.Take(SingularSpectrum.Memory(m, n));
        for (int i = 0; i < stack; i++)
        {
            ReadOnlySpan<double> matrix = a.Slice(i * m * n, m * n);
            SingularSpectrum spectrum = new(kept.Slice(i * length, length), m, n);
            if (HostArrays.AreFinite(matrix))
                spectrum.Compute(matrix, work);
            else
                spectrum.Spoil();
            spectrum.Values.CopyTo(values[(i * k)..]);
        }

        return HostArrays.Keep(recording, kept);
    }

    /// <summary>To which side a weighted sum of the singular values bends where they meet or are 0.</summary>
    public static Curvature CurvatureUnder<T>(in KinkContext<T> context, in NDArray<T> kept, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n);
        using HostMemory memory = new((long)stack * length);
        Span<double> all = memory.Take(stack * length);
        HostArrays.Restore(kept, all);
        bool isConvex = true, isConcave = true;
        for (int i = 0; i < stack; i++)
        {
            SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
            for (int one = 0; one < k; one++)
            {
                int here = (i * k) + one;
                if (spectrum.MayBeZero(one))
                    return Curvature.Unknown;
                isConvex &= !spectrum.IsZero(one) || lower[here] >= 0;
                isConcave &= !spectrum.IsZero(one) || upper[here] <= 0;
                for (int other = one + 1; other < k; other++)
                {
                    if (spectrum.MayMeet(one, other))
                        return Curvature.Unknown;
                }

                if (one + 1 >= k || !spectrum.AreClose(one, one + 1))
                    continue;
                isConvex &= lower[here] >= upper[here + 1];
                isConcave &= upper[here] <= lower[here + 1];
            }
        }

        return isConvex && isConcave ? Curvature.Affine : isConvex ? Curvature.Convex : isConcave ? Curvature.Concave : Curvature.Unknown;
    }
}
