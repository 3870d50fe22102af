namespace ConservativeAD.Studies.GradBench;

/// <summary>Matrices as the protocol has them, lists of rows, and as programs do, row after row.</summary>
internal static class Rows
{
    /// <summary>Checks a matrix and writes its rows one after another.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many rows there must be.</param>
    /// <param name="length">How long each must be.</param>
    /// <param name="name">The matrix's name in the input.</param>
    /// <exception cref="InvalidDataException">The matrix has another shape.</exception>
    public static T[] Flat<T>(T[]?[] rows, int count, int length, string name)
    {
        if (rows.Length != count)
            throw new InvalidDataException($"'{name}' has {rows.Length} rows; {count} are needed.");
        T[] flat = new T[checked(count * length)];
        for (int row = 0; row < count; row++)
        {
            if (rows[row] is not { } elements || elements.Length != length)
                throw new InvalidDataException($"Row {row} of '{name}' has {rows[row]?.Length ?? 0} elements; {length} are needed.");
            elements.CopyTo(flat, row * length);
        }

        return flat;
    }

    /// <summary>Splits elements into rows.</summary>
    /// <param name="flat">The elements, row after row.</param>
    /// <param name="count">The number of rows.</param>
    public static double[][] Of(double[] flat, int count)
    {
        int length = count == 0 ? 0 : flat.Length / count;
        return [.. Enumerable.Range(0, count).Select(row => flat[(row * length)..((row + 1) * length)])];
    }

    /// <summary>The elements of a matrix, column after column.</summary>
    /// <param name="flat">The elements, row after row.</param>
    /// <param name="count">The number of rows.</param>
    public static double[] Transposed(double[] flat, int count) =>
        [.. Enumerable.Range(0, flat.Length).Select(i => flat[(i % count * (flat.Length / count)) + (i / count)])];

    /// <summary>The length of the first row; 0 if there is none.</summary>
    /// <param name="rows">The rows.</param>
    public static int Length(double[]?[] rows) => rows.Length == 0 ? 0 : rows[0]?.Length ?? 0;

    /// <summary>Throws unless a list has the needed length.</summary>
    /// <param name="elements">The list.</param>
    /// <param name="length">The length.</param>
    /// <param name="name">The list's name in the input.</param>
    /// <exception cref="InvalidDataException">It has another length.</exception>
    public static void NeedLength<T>(T[] elements, int length, string name)
    {
        if (elements.Length != length)
            throw new InvalidDataException($"'{name}' has {elements.Length} elements; {length} are needed.");
    }

    /// <summary>Throws unless a number is at least a bound.</summary>
    /// <param name="number">The number.</param>
    /// <param name="least">The bound.</param>
    /// <param name="name">The number's name in the input.</param>
    /// <exception cref="InvalidDataException">It is smaller.</exception>
    public static void NeedAtLeast(int number, int least, string name)
    {
        if (number < least)
            throw new InvalidDataException($"'{name}' is {number}; at least {least} is needed.");
    }
}
