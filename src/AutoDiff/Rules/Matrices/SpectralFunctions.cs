using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Functions Σ wᵢσᵢ of the eigenvalues or singular values of matrices, for stacks of them, with their kinks where values meet or are 0. Weights of single
/// values come from cotangents of all of them; the sum of the largest has one cotangent for a matrix.
/// </summary>
/// <typeparam name="TSpectrum">The kind of spectrum.</typeparam>
internal static class SpectralFunctions<TSpectrum>
    where TSpectrum : struct, ISpectrum<TSpectrum>, allows ref struct
{
    // Derivatives that differ by less, relative to the tangent, may be equal.
    private const double Undecided = 1e-10;

    /// <summary>Adds the derivative of the weighted sum to the input's cotangent, with the vectors as computed or as the tangents turn them.</summary>
    public static void Pullback<T>(in PullbackContext<T> context, in NDArray<T> kept, int? largest, TieSelection ties, bool isLocked)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!context.Needs(0))
            return;
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = TSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + k)) + TSpectrum.TurnMemory(m, n) + (2 * k) + n);
        Span<double> all = memory.Take(stack * length), cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
        Span<double> weights = memory.Take(k), derivatives = memory.Take(k), row = memory.Take(n), work = memory.Take(TSpectrum.TurnMemory(m, n));
        Span<double> tangent = isLocked ? memory.Take(context.Tangent(0)) : [];
        HostArrays.Restore(kept, all);
        da.Clear();
        for (int i = 0; i < stack; i++)
        {
            TSpectrum spectrum = TSpectrum.Of(all.Slice(i * length, length), m, n);
            if (!Weigh(cotangent, i, largest, weights))
                continue;
            if (isLocked)
                spectrum.Turn(tangent.Slice(i * size, size), derivatives, work, largest);
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
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = TSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + k)) + TSpectrum.MovedMemory(m, n) + k);
        Span<double> all = memory.Take(stack * length), cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
        Span<double> weights = memory.Take(k), work = memory.Take(TSpectrum.MovedMemory(m, n)), tangent = memory.Take(context.Tangent(0));
        HostArrays.Restore(kept, all);
        da.Clear();
        for (int i = 0; i < stack; i++)
        {
            TSpectrum spectrum = TSpectrum.Of(all.Slice(i * length, length), m, n);
            Span<double> moved = tangent.Slice(i * size, size);
            if (!Weigh(cotangent, i, largest, weights) || !moved.ContainsAnyExcept(0.0))
                continue;
            Select(spectrum, weights, ties);
            spectrum.AddWeightedMoved(weights, moved, da.Slice(i * size, size), work);
        }

        HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
    }

    /// <summary>The one-sided derivatives of the values, or of the sum of the largest.</summary>
    public static void Tangent<T>(in TangentContext<T> context, in NDArray<T> kept, int? largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = TSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new(shape.Count + ((long)stack * (length + k + 1)) + TSpectrum.TurnMemory(m, n));
        Span<double> all = memory.Take(stack * length), tangent = memory.Take(context.Tangent(0)), derivatives = memory.Take(stack * k);
        Span<double> output = memory.Take(stack), work = memory.Take(TSpectrum.TurnMemory(m, n));
        HostArrays.Restore(kept, all);
        derivatives.Clear();
        for (int i = 0; i < stack; i++)
        {
            Span<double> moved = tangent.Slice(i * size, size), part = derivatives.Slice(i * k, k);
            if (moved.ContainsAnyExcept(0.0))
                TSpectrum.Of(all.Slice(i * length, length), m, n).Turn(moved, part, work, largest);
            output[i] = largest is { } number ? TensorPrimitives.Sum<double>(Largest(part, number)) : 0;
        }

        HostArrays.Write(largest is null ? derivatives : output, context.OutputTangent);
    }

    /// <summary>Marks values, or sums of the largest, at a kink, or where it is unknown whether there is one.</summary>
    public static NDArray<T> Mark<T>(in KinkContext<T> context, in NDArray<T> kept, int? largest, bool marksObstacles)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        Shape shape = context.Input(0).Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = TSpectrum.Length(m, n);
        using HostMemory memory = new(((long)stack * length) + marks.Count);
        Span<double> all = memory.Take(stack * length), found = memory.Take(marks.Count);
        HostArrays.Restore(kept, all);
        found.Clear();
        double mark = marksObstacles ? (double)ObstacleKind.MayMeet : 1;
        for (int i = 0; i < stack; i++)
        {
            TSpectrum spectrum = TSpectrum.Of(all.Slice(i * length, length), m, n);
            for (int one = 0; one < k; one++)
            {
                bool isZero = marksObstacles ? spectrum.MayBeZero(one) : spectrum.IsZero(one);
                if (isZero && IsTaken(one, k, largest))
                    found[largest is null ? (i * k) + one : i] = mark;
                int last = marksObstacles ? k : Math.Min(k, one + 2);
                for (int other = one + 1; other < last; other++)
                {
                    if (!(marksObstacles ? spectrum.MayMeet(one, other) : spectrum.AreClose(one, other)))
                        continue;
                    if (largest is null)
                        found[(i * k) + one] = found[(i * k) + other] = mark;
                    else if (IsTaken(one, k, largest) != IsTaken(other, k, largest))
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
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = TSpectrum.Length(m, n), size = m * n;
        using HostMemory memory = new(shape.Count + ((long)stack * length) + TSpectrum.TurnMemory(m, n) + k);
        Span<double> all = memory.Take(stack * length), tangent = memory.Take(context.Tangent(0)), derivatives = memory.Take(k);
        Span<double> work = memory.Take(TSpectrum.TurnMemory(m, n));
        HostArrays.Restore(kept, all);
        bool isMet = false, isDecided = true;
        for (int i = 0; i < stack; i++)
        {
            TSpectrum spectrum = TSpectrum.Of(all.Slice(i * length, length), m, n);
            Span<double> moved = tangent.Slice(i * size, size);
            spectrum.Turn(moved, derivatives, work, null);
            double least = Undecided * TensorPrimitives.Norm<double>(moved);
            for (int one = 0; one < k; one++)
            {
                if (spectrum.IsZero(one) && IsTaken(one, k, largest))
                {
                    isMet = true;
                    isDecided &= derivatives[one] > least;
                }

                bool matters = one + 1 < k && (largest is null || IsTaken(one, k, largest) != IsTaken(one + 1, k, largest));
                if (!matters || !spectrum.AreClose(one, one + 1))
                    continue;
                isMet = true;
                isDecided &= (derivatives[one + 1] - derivatives[one]) * (TSpectrum.Ascends ? 1 : -1) > least;
            }
        }

        if (isMet)
            context.AddCurved(isDecided);
    }

    // Whether a value is one of the largest.
    private static bool IsTaken(int index, int count, int? largest) =>
        largest is not { } number || (TSpectrum.Ascends ? index >= count - number : index < number);

    private static Span<double> Largest(Span<double> values, int number) => TSpectrum.Ascends ? values[(values.Length - number)..] : values[..number];

    // The weights of the values; false if all are 0.
    private static bool Weigh(ReadOnlySpan<double> cotangent, int index, int? largest, Span<double> weights)
    {
        if (largest is not { } number)
        {
            cotangent.Slice(index * weights.Length, weights.Length).CopyTo(weights);
            return weights.ContainsAnyExcept(0.0);
        }

        weights.Clear();
        Largest(weights, number).Fill(cotangent[index]);
        return number > 0 && cotangent[index] != 0;
    }

    // Within a block the vectors as computed keep their order or take the opposite one, and the mean over all bases gives each the mean weight. The mean over
    // all bases of the vectors of 0 is 0.
    private static void Select(TSpectrum spectrum, Span<double> weights, TieSelection ties)
    {
        int blocks = spectrum.InBlocks;
        for (int begin = 0, end; begin < blocks; begin = end)
        {
            end = spectrum.BlockEnd(begin);
            if (end - begin > 1)
                Select(weights[begin..end], ties);
        }

        Span<double> rest = weights[blocks..];
        if (ties.IsLast)
            rest.Reverse();
        for (int i = 0; i < rest.Length && ties.EvenWeight != 0; i++)
            rest[i] *= 1 - ties.EvenWeight;
    }

    private static void Select(Span<double> block, TieSelection ties)
    {
        if (ties.IsLast)
            block.Reverse();
        double mean = TensorPrimitives.Sum<double>(block) / block.Length;
        for (int i = 0; i < block.Length && ties.EvenWeight != 0; i++)
            block[i] = ((1 - ties.EvenWeight) * block[i]) + (ties.EvenWeight * mean);
    }
}
