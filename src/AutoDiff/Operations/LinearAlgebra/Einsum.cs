using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Einstein summation, traces.</content>
public static partial class Operations
{
    /// <summary>
    /// Sums of products after a formula such as "ij,jk->ik": each operand names its axes with letters, a letter in several operands runs through them together,
    /// one that is repeated in an operand takes its diagonal, and those that the result does not name are summed over. Without "->", the result has the letters
    /// that occur once, in alphabetical order. Operands are taken together from the left, with matrix products. An ellipsis stands for all further axes of an
    /// operand, which broadcast: "...ij,...jk->...ik"; without "->" they come first, and a result without an ellipsis sums over them.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="formula">The formula; spaces do not count.</param>
    /// <param name="operands">As many operands as the formula has.</param>
    /// <exception cref="ArgumentException">
    /// The formula is not one, or does not fit the operands; the message names the position in the formula and the shapes.
    /// </exception>
    public static Var<T> Einsum<T>(string formula, params ReadOnlySpan<Var<T>> operands)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(formula);
        EinsumFormula parsed = new(formula, [.. operands.ToArray().Select(operand => operand.Shape)]);
        string kept = parsed.Result, letters = parsed.Operands[0];
        Var<T> product = Unique(Without(operands[0], parsed.Dropped[0]), ref letters);
        for (int i = 1; i < operands.Length; i++)
        {
            string next = parsed.Operands[i], wanted = kept + string.Concat(parsed.Operands[(i + 1)..]);
            Var<T> other = Unique(Without(operands[i], parsed.Dropped[i]), ref next);
            string ofNext = next + wanted;
            product = SumOver(product, ref letters, letter => ofNext.Contains(letter, StringComparison.Ordinal));
            string ofBefore = letters + wanted;
            other = SumOver(other, ref next, letter => ofBefore.Contains(letter, StringComparison.Ordinal));
            product = Together(product, ref letters, other, next, wanted);
        }

        product = SumOver(product, ref letters, letter => kept.Contains(letter, StringComparison.Ordinal));
        return Ordered(product, letters, kept);
    }

    /// <summary>The sum of the diagonal of square matrices.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., n, n].</param>
    /// <returns>[...].</returns>
    /// <exception cref="ArgumentException">The matrices are not square.</exception>
    public static Var<T> Trace<T>(this Var<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrices.CheckSquare(a.Shape, "trace");
        return a.Diagonal().Sum(-1);
    }

    // Without axes of extent 1.
    private static Var<T> Without<T>(Var<T> x, int[] axes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => axes.Length == 0 ? x : x.Apply(new Reshape<T>(SeveralAxes.Without(x.Shape, axes, false)));

    // Takes diagonals until no letter is repeated.
    private static Var<T> Unique<T>(Var<T> x, ref string letters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int first = 0; first < letters.Length; first++)
        {
            char letter = letters[first];
            int second = letters.IndexOf(letter, first + 1);
            if (second < 0)
                continue;
            string others = letters.Remove(second, 1).Remove(first, 1);
            int[] order = [.. Enumerable.Range(0, letters.Length).Where(axis => axis != first && axis != second), first, second];
            x = x.Permute(order).Diagonal();
            letters = others + letter;
            first = -1;
        }

        return x;
    }

    private static Var<T> SumOver<T>(Var<T> x, ref string letters, Func<char, bool> isKept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int axis = letters.Length - 1; axis >= 0; axis--)
        {
            if (isKept(letters[axis]))
                continue;
            x = x.Sum(axis);
            letters = letters.Remove(axis, 1);
        }

        return x;
    }

    // Shared letters that are wanted are a stack, other shared ones are summed over in a matrix product.
    private static Var<T> Together<T>(Var<T> x, ref string left, Var<T> y, string right, string wanted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string of = left;
        string stack = Those(left, letter => right.Contains(letter, StringComparison.Ordinal) && wanted.Contains(letter, StringComparison.Ordinal));
        string summed = Those(left, letter => right.Contains(letter, StringComparison.Ordinal) && !wanted.Contains(letter, StringComparison.Ordinal));
        string rows = Those(left, letter => !right.Contains(letter, StringComparison.Ordinal));
        string columns = Those(right, letter => !of.Contains(letter, StringComparison.Ordinal));
        x = Ordered(x, left, stack + rows + summed);
        y = Ordered(y, right, stack + summed + columns);
        left = stack + rows + columns;
        int[] stacks = Extents(x.Shape, 0, stack.Length), rowExtents = Extents(x.Shape, stack.Length, rows.Length);
        int[] inner = Extents(x.Shape, stack.Length + rows.Length, summed.Length);
        int[] columnExtents = Extents(y.Shape, stack.Length + summed.Length, columns.Length);
        if (summed.Length == 0)
        {
            Var<T> spread = x.Reshape([.. stacks, .. rowExtents, .. columnExtents.Select(_ => 1)]);
            return spread * y.Reshape([.. stacks, .. rowExtents.Select(_ => 1), .. columnExtents]);
        }

        Var<T> product = x.Reshape([.. stacks, Count(rowExtents), Count(inner)]).MatMul(y.Reshape([.. stacks, Count(inner), Count(columnExtents)]));
        return product.Reshape([.. stacks, .. rowExtents, .. columnExtents]);
    }

    private static Var<T> Ordered<T>(Var<T> x, string letters, string order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        letters == order ? x : x.Permute([.. order.Select(letter => letters.IndexOf(letter, StringComparison.Ordinal))]);

    private static string Those(string letters, Func<char, bool> isWanted) => string.Concat(letters.Where(isWanted));

    private static int[] Extents(in Shape shape, int start, int count) => shape.ToArray()[start..(start + count)];

    private static int Count(int[] extents) => extents.Aggregate(1, (product, extent) => checked(product * extent));
}
