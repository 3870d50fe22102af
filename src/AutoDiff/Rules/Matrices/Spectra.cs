using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Functions Σ wᵢλᵢ of the eigenvalues of symmetric matrices, for stacks of them, with their kinks where eigenvalues meet. Weights of single eigenvalues come
/// from cotangents of all of them; the sum of the largest has one cotangent for a matrix.
/// </summary>
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

    /// <summary>Adds Σ wᵢ·vᵢvᵢᵀ to the input's cotangent, with the vectors as computed or as the tangents turn them.</summary>
    public static void Pullback<T>(in PullbackContext<T> context, in NDArray<T> kept, int? largest, TieSelection ties, bool isLocked)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!context.Needs(0))
            return;
        Shape shape = context.Input(0).Shape;
        int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
        using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + n)) + Spectrum.TurnMemory(n) + (3 * n));
        Span<double> all = memory.Take(stack * length), cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
        Span<double> weights = memory.Take(n), derivatives = memory.Take(n), row = memory.Take(n), work = memory.Take(Spectrum.TurnMemory(n));
        Span<double> tangent = isLocked ? memory.Take(context.Tangent(0)) : [];
        HostArrays.Restore(kept, all);
        da.Clear();
        for (int i = 0; i < stack; i++)
        {
            Spectrum spectrum = new(all.Slice(i * length, length), n);
            if (!Weigh(spectrum, cotangent, i, largest, weights))
                continue;
            if (isLocked)
                spectrum.Turn(tangent.Slice(i * size, size), derivatives, work, largest is { } k ? n - k : 0);
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
        int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
        using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + n)) + size + n);
        Span<double> all = memory.Take(stack * length), cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
        Span<double> weights = memory.Take(n), work = memory.Take(size), tangent = memory.Take(context.Tangent(0));
        HostArrays.Restore(kept, all);
        da.Clear();
        for (int i = 0; i < stack; i++)
        {
            Spectrum spectrum = new(all.Slice(i * length, length), n);
            Span<double> moved = tangent.Slice(i * size, size);
            if (!Weigh(spectrum, cotangent, i, largest, weights) || !moved.ContainsAnyExcept(0.0))
                continue;
            Select(spectrum, weights, ties);
            spectrum.AddWeightedMoved(weights, moved, da.Slice(i * size, size), work);
        }

        HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
    }

    /// <summary>The one-sided derivatives of the eigenvalues, or of the sum of the largest.</summary>
    public static void Tangent<T>(in TangentContext<T> context, in NDArray<T> kept, int? largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Input(0).Shape;
        int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n, count = context.OutputTangent.Count;
        using HostMemory memory = new(shape.Count + ((long)stack * (length + n)) + Spectrum.TurnMemory(n) + count);
        Span<double> all = memory.Take(stack * length), tangent = memory.Take(context.Tangent(0)), derivatives = memory.Take(stack * n);
        Span<double> output = memory.Take(count), work = memory.Take(Spectrum.TurnMemory(n));
        HostArrays.Restore(kept, all);
        derivatives.Clear();
        for (int i = 0; i < stack; i++)
        {
            Span<double> moved = tangent.Slice(i * size, size), part = derivatives.Slice(i * n, n);
            if (moved.ContainsAnyExcept(0.0))
                new Spectrum(all.Slice(i * length, length), n).Turn(moved, part, work, largest is { } k ? n - k : 0);
            if (largest is { } number)
                output[i] = TensorPrimitives.Sum<double>(part[(n - number)..]);
        }

        HostArrays.Write(largest is null ? derivatives : output, context.OutputTangent);
    }

    /// <summary>Marks eigenvalues, or sums of the largest, at a kink, or where it is unknown whether there is one.</summary>
    public static NDArray<T> Mark<T>(in KinkContext<T> context, in NDArray<T> kept, int? largest, bool marksObstacles)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        Shape shape = context.Input(0).Shape;
        int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n);
        using HostMemory memory = new(((long)stack * length) + marks.Count);
        Span<double> all = memory.Take(stack * length), found = memory.Take(marks.Count);
        HostArrays.Restore(kept, all);
        found.Clear();
        double mark = marksObstacles ? (double)ObstacleKind.MayMeet : 1;
        for (int i = 0; i < stack; i++)
        {
            Spectrum spectrum = new(all.Slice(i * length, length), n);
            for (int one = 0; one < n; one++)
            {
                int last = marksObstacles ? n : Math.Min(n, one + 2);
                for (int other = one + 1; other < last; other++)
                {
                    bool meets = marksObstacles ? spectrum.MayMeet(one, other) : spectrum.AreClose(one, other);
                    if (!meets)
                        continue;
                    if (largest is null)
                        found[(i * n) + one] = found[(i * n) + other] = mark;
                    else if (one < n - largest && other >= n - largest)
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
        int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
        using HostMemory memory = new(shape.Count + ((long)stack * length) + Spectrum.TurnMemory(n) + n);
        Span<double> all = memory.Take(stack * length), tangent = memory.Take(context.Tangent(0)), derivatives = memory.Take(n);
        Span<double> work = memory.Take(Spectrum.TurnMemory(n));
        HostArrays.Restore(kept, all);
        bool isMet = false, isDecided = true;
        for (int i = 0; i < stack; i++)
        {
            Spectrum spectrum = new(all.Slice(i * length, length), n);
            Span<double> moved = tangent.Slice(i * size, size);
            spectrum.Turn(moved, derivatives, work);
            double norm = TensorPrimitives.Norm<double>(moved);
            int first = largest is { } k ? Math.Max(0, n - k - 1) : 0, last = largest is { } number ? Math.Min(n - 1, n - number) : n - 1;
            for (int one = first; one < last; one++)
            {
                if (!spectrum.AreClose(one, one + 1))
                    continue;
                isMet = true;
                isDecided &= Spectrum.IsDecided(derivatives, one, one + 1, norm);
            }
        }

        if (isMet)
            context.AddCurved(isDecided);
    }

    // The weights of the eigenvalues; false if all are 0.
    private static bool Weigh(in Spectrum spectrum, ReadOnlySpan<double> cotangent, int index, int? largest, Span<double> weights)
    {
        int n = spectrum.Count;
        if (largest is not { } k)
        {
            cotangent.Slice(index * n, n).CopyTo(weights);
            return weights.ContainsAnyExcept(0.0);
        }

        weights.Clear();
        weights[(n - k)..].Fill(cotangent[index]);
        return k > 0 && cotangent[index] != 0;
    }

    // Within a block the vectors as computed keep their order or take the opposite one, and the even split gives each the mean.
    private static void Select(in Spectrum spectrum, Span<double> weights, TieSelection ties)
    {
        for (int begin = 0, end; begin < weights.Length; begin = end)
        {
            end = spectrum.BlockEnd(begin);
            if (end - begin > 1)
                Select(weights[begin..end], ties);
        }
    }

    /// <summary>Redistributes the weights of a block.</summary>
    public static void Select(Span<double> block, TieSelection ties)
    {
        if (ties.IsLast)
            block.Reverse();
        double mean = TensorPrimitives.Sum<double>(block) / block.Length;
        for (int i = 0; i < block.Length && ties.EvenWeight != 0; i++)
            block[i] = ((1 - ties.EvenWeight) * block[i]) + (ties.EvenWeight * mean);
    }
}
