using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Functions Σ wᵢσᵢ of the singular values of matrices, for stacks of them, with their kinks where singular values meet or are 0. Weights of single values come
/// from cotangents of all of them; the sum of the largest has one cotangent for a matrix.
/// </summary>
internal static class SingularSpectra
{
    // Derivatives that differ by less, relative to the tangent, may be equal.
    private const double Undecided = 1e-10;

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

    /// <summary>Adds Σ wᵢ·uᵢvᵢᵀ to the input's cotangent, with the vectors as computed or as the tangents turn them.</summary>
    public static void Pullback<T>(in PullbackContext<T> context, in NDArray<T> kept, int? largest, TieSelection ties, bool isLocked)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!context.Needs(0))
            return;
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + k)) + SingularSpectrum.TurnMemory(m, n) + (2 * k) + n);
        Span<double> all = memory.Take(stack * length), cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
        Span<double> weights = memory.Take(k), derivatives = memory.Take(k), row = memory.Take(n), work = memory.Take(SingularSpectrum.TurnMemory(m, n));
        Span<double> tangent = isLocked ? memory.Take(context.Tangent(0)) : [];
        HostArrays.Restore(kept, all);
        da.Clear();
        for (int i = 0; i < stack; i++)
        {
            SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
            if (!Weigh(cotangent, i, largest, weights))
                continue;
            if (isLocked)
                spectrum.Turn(tangent.Slice(i * size, size), derivatives, work);
            else
                Select(spectrum, weights, ties);
            spectrum.AddWeighted(weights, da.Slice(i * size, size), row);
        }

        HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
    }

    /// <summary>Adds the change of the cotangent along the tangents.</summary>
    public static void PullbackTangent<T>(in SecondOrderContext<T> context, in NDArray<T> kept, int? largest, TieSelection ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!context.Needs(0))
            return;
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + k)) + SingularSpectrum.MovedMemory(m, n) + k);
        Span<double> all = memory.Take(stack * length), cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
        Span<double> weights = memory.Take(k), work = memory.Take(SingularSpectrum.MovedMemory(m, n)), tangent = memory.Take(context.Tangent(0));
        HostArrays.Restore(kept, all);
        da.Clear();
        for (int i = 0; i < stack; i++)
        {
            SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
            ReadOnlySpan<double> moved = tangent.Slice(i * size, size);
            if (!Weigh(cotangent, i, largest, weights) || !moved.ContainsAnyExcept(0.0))
                continue;
            Select(spectrum, weights, ties);
            spectrum.AddWeightedMoved(weights, moved, da.Slice(i * size, size), work);
        }

        HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
    }

    /// <summary>The one-sided derivatives of the singular values, or of the sum of the largest.</summary>
    public static void Tangent<T>(in TangentContext<T> context, in NDArray<T> kept, int? largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new(shape.Count + ((long)stack * (length + k + 1)) + SingularSpectrum.TurnMemory(m, n));
        Span<double> all = memory.Take(stack * length), tangent = memory.Take(context.Tangent(0)), derivatives = memory.Take(stack * k);
        Span<double> output = memory.Take(stack), work = memory.Take(SingularSpectrum.TurnMemory(m, n));
        HostArrays.Restore(kept, all);
        derivatives.Clear();
        for (int i = 0; i < stack; i++)
        {
            ReadOnlySpan<double> moved = tangent.Slice(i * size, size);
            Span<double> part = derivatives.Slice(i * k, k);
            if (moved.ContainsAnyExcept(0.0))
                new SingularSpectrum(all.Slice(i * length, length), m, n).Turn(moved, part, work);
            output[i] = largest is { } number ? TensorPrimitives.Sum<double>(part[..number]) : 0;
        }

        HostArrays.Write(largest is null ? derivatives : output, context.OutputTangent);
    }

    /// <summary>Marks singular values, or sums of the largest, at a kink, or where it is unknown whether there is one.</summary>
    public static NDArray<T> Mark<T>(in KinkContext<T> context, in NDArray<T> kept, int? largest, bool marksObstacles)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n);
        using HostMemory memory = new(((long)stack * length) + marks.Count);
        Span<double> all = memory.Take(stack * length), found = memory.Take(marks.Count);
        HostArrays.Restore(kept, all);
        found.Clear();
        double mark = marksObstacles ? (double)ObstacleKind.MayMeet : 1;
        for (int i = 0; i < stack; i++)
        {
            SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
            for (int one = 0; one < k; one++)
            {
                bool isZero = marksObstacles ? spectrum.MayBeZero(one) : spectrum.IsZero(one);
                if (isZero && (largest is null || one < largest))
                    found[largest is null ? (i * k) + one : i] = mark;
                int last = marksObstacles ? k : Math.Min(k, one + 2);
                for (int other = one + 1; other < last; other++)
                {
                    if (!(marksObstacles ? spectrum.MayMeet(one, other) : spectrum.AreClose(one, other)))
                        continue;
                    if (largest is null)
                        found[(i * k) + one] = found[(i * k) + other] = mark;
                    else if (one < largest && other >= largest)
                        found[i] = mark;
                }
            }
        }

        HostArrays.Write(found, marks);
        return marks;
    }

    /// <summary>Reports whether the tangents lead every block that matters to one piece; the pieces are curved.</summary>
    public static void AddForms<T>(in SwitchingContext<T> context, in NDArray<T> kept, int? largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new(shape.Count + ((long)stack * length) + SingularSpectrum.TurnMemory(m, n) + k);
        Span<double> all = memory.Take(stack * length), tangent = memory.Take(context.Tangent(0)), derivatives = memory.Take(k);
        Span<double> work = memory.Take(SingularSpectrum.TurnMemory(m, n));
        HostArrays.Restore(kept, all);
        bool isMet = false, isDecided = true;
        for (int i = 0; i < stack; i++)
        {
            SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
            ReadOnlySpan<double> moved = tangent.Slice(i * size, size);
            spectrum.Turn(moved, derivatives, work);
            double norm = TensorPrimitives.Norm(moved);
            for (int one = 0; one < k; one++)
            {
                bool matters = largest is not { } number || one == number - 1, isZero = spectrum.IsZero(one);
                if (isZero && (largest is null || one < largest))
                {
                    isMet = true;
                    isDecided &= derivatives[one] > Undecided * norm;
                }

                if (!matters || one + 1 >= k || !spectrum.AreClose(one, one + 1))
                    continue;
                isMet = true;
                isDecided &= derivatives[one] - derivatives[one + 1] > Undecided * norm;
            }
        }

        if (isMet)
            context.AddCurved(isDecided);
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

    // The weights of the singular values; false if all are 0.
    private static bool Weigh(ReadOnlySpan<double> cotangent, int index, int? largest, Span<double> weights)
    {
        if (largest is not { } count)
        {
            cotangent.Slice(index * weights.Length, weights.Length).CopyTo(weights);
            return weights.ContainsAnyExcept(0.0);
        }

        weights.Clear();
        weights[..count].Fill(cotangent[index]);
        return cotangent[index] != 0;
    }

    // The mean over all bases of the vectors of a value above 0 gives each the mean weight; the mean over all of those of 0 is 0.
    private static void Select(in SingularSpectrum spectrum, Span<double> weights, TieSelection ties)
    {
        int zero = spectrum.Zero;
        for (int begin = 0, end; begin < zero; begin = end)
        {
            end = spectrum.BlockEnd(begin);
            if (end - begin > 1)
                Spectra.Select(weights[begin..end], ties);
        }

        Span<double> rest = weights[zero..];
        if (ties.IsLast)
            rest.Reverse();
        for (int i = 0; i < rest.Length && ties.EvenWeight != 0; i++)
            rest[i] *= 1 - ties.EvenWeight;
    }
}
