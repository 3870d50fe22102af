using System.Numerics;
using System.Text.Json.Serialization;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>The determinant by expansion along the first row, again and again: many operations on single numbers, by recursion.</summary>
internal static class Determinant
{
    private const int LargestSize = 64;

    public static Module Module { get; } = new Module<Input>("det", [new(Sample.Numbers(36, -1, 1), 6)],
        ("primal", (input, _) =>
        {
            Check(input);
            return Computation.Of(() => Of<double>(input.A, input.Ell));
        }
    ),
        ("gradient", (input, _) =>
        {
            Check(input);
            ScalarProgram program = new(a => Of<Active>(a, input.Ell), input.A);
            return Computation.Of(program.Gradient, program);
        }
    ));

    private static T Of<T>(ReadOnlySpan<T> a, int size)
        where T : struct, INumber<T> => Minor(a, size, 0, ulong.MaxValue >> (LargestSize - size));

    // The determinant of the rows from one on and of the columns in a set.
    private static T Minor<T>(ReadOnlySpan<T> a, int size, int row, ulong columns)
        where T : struct, INumber<T>
    {
        ReadOnlySpan<T> elements = a.Slice(row * size, size);
        int first = BitOperations.TrailingZeroCount(columns);
        ulong rest = columns & (columns - 1);
        if (rest == 0)
            return elements[first];
        T sum = elements[first] * Minor(a, size, row + 1, rest);
        for (bool isNegative = true; rest != 0; rest &= rest - 1, isNegative = !isNegative)
        {
            int column = BitOperations.TrailingZeroCount(rest);
            T term = elements[column] * Minor(a, size, row + 1, columns & ~(1UL << column));
            sum = isNegative ? sum - term : sum + term;
        }

        return sum;
    }

    private static void Check(Input input)
    {
        if (input.Ell is < 1 or > LargestSize)
            throw new InvalidDataException($"'ell' is {input.Ell}; 1 to {LargestSize} are possible.");
        Rows.NeedLength(input.A, input.Ell * input.Ell, "A");
    }

    /// <summary>The input.</summary>
    /// <param name="A">The matrix, row after row.</param>
    /// <param name="Ell">Its size.</param>
    internal sealed record Input([property: JsonPropertyName("A")] double[] A, int Ell);
}
