using System.Numerics;
using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Jacobians of programs on single numbers with several results, and compressed Jacobians of recorded arrays. At kinks they are elements of the conservative
/// Jacobian that the selections choose.
/// </summary>
public static class Jacobian
{
    /// <summary>The Jacobian, by rows or by columns, whichever there are fewer of.</summary>
    /// <param name="program">Computes the results from the variables.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>One row per result, one column per variable.</returns>
    public static double[,] Of(Func<Active[], Active[]> program, ReadOnlySpan<double> point, Selections? selections = null)
    {
        using RecordedMap map = new(program, point, selections);
        return map.Outputs.Length <= point.Length ? map.ByRows() : map.ByColumns();
    }

    /// <summary>The Jacobian by rows, with one reverse pass for each eight results.</summary>
    /// <param name="program">Computes the results from the variables.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>One row per result, one column per variable.</returns>
    public static double[,] ByRows(Func<Active[], Active[]> program, ReadOnlySpan<double> point, Selections? selections = null)
    {
        using RecordedMap map = new(program, point, selections);
        return map.ByRows();
    }

    /// <summary>The Jacobian by columns, with one forward pass over the record for each eight variables.</summary>
    /// <param name="program">Computes the results from the variables.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>One row per result, one column per variable.</returns>
    public static double[,] ByColumns(Func<Active[], Active[]> program, ReadOnlySpan<double> point, Selections? selections = null)
    {
        using RecordedMap map = new(program, point, selections);
        return map.ByColumns();
    }

    /// <summary>
    /// The compressed Jacobian: columns (or rows) that share no row (column) of the sparsity pattern are computed as one product, so that a banded Jacobian
    /// takes as many products as its bandwidth, up to eight of them in one pass.
    /// </summary>
    /// <remarks>
    /// A. Curtis, M. Powell and J. Reid, J. Inst. Math. Appl. 1974; greedy colouring, largest first, as in A. Gebremedhin, F. Manne and A. Pothen, SIAM Review
    /// 2005, section 3.
    /// </remarks>
    /// <param name="program">Computes the results from the variables.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public static SparseJacobian Compressed(Func<Active[], Active[]> program, ReadOnlySpan<double> point, Selections? selections = null)
    {
        using RecordedMap map = new(program, point, selections);
        return SparseJacobian.Of(map);
    }

    /// <summary>
    /// The compressed Jacobian, recorded on a tape of the caller. Where Jacobians of long programs are computed again and again, a tape that is kept saves
    /// touching new memory each time, which can cost more than the passes.
    /// </summary>
    /// <param name="program">Computes the results from the variables.</param>
    /// <param name="point">The point.</param>
    /// <param name="tape">The tape, which is reset first. Its selections apply.</param>
    public static SparseJacobian Compressed(Func<Active[], Active[]> program, ReadOnlySpan<double> point, ScalarTape tape)
    {
        using RecordedMap map = new(program, point, tape);
        return SparseJacobian.Of(map);
    }

    /// <summary>
    /// The compressed Jacobian of a recorded array: columns that share no row of the sparsity pattern take one pass of tangents together, or rows that share no
    /// column one reverse pass. The pattern is found by the rules alone, so that an entry whose value is 0 at the point is among the entries; where a rule does
    /// not tell, as of a checkpoint, every entry is. At kinks it is by rows, as the tangents of columns do not follow selections. The tangents of the leaves
    /// are replaced.
    /// </summary>
    /// <remarks>
    /// A. Curtis, M. Powell and J. Reid, J. Inst. Math. Appl. 1974; A. Gebremedhin, F. Manne and A. Pothen, SIAM Review 2005. Where one operation passes on
    /// rounding errors between elements that do not depend on each other, as a convolution by Winograd's algorithm does, so do the compressed products.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="output">The value.</param>
    /// <param name="leaves">The leaves, in column order; if empty, every leaf that needs a gradient and was recorded before the value, in recording
    /// order.</param>
    /// <returns>One row per element of the value, one column per element of the leaves, in row-major order.</returns>
    /// <exception cref="InvalidOperationException">The value depends on nothing that needs a gradient, or a leaf needs none.</exception>
    public static SparseJacobian Compressed<T>(Var<T> output, params ReadOnlySpan<Var<T>> leaves)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => SparseJacobian.Of(output, leaves);

    /// <summary>
    /// The lexicographic derivative F'(x; M), in one vector forward pass: along the first column of M the directional derivative of F, along the second the
    /// directional derivative of the first, and so on.
    /// </summary>
    /// <remarks>
    /// Nesterov, Math. Program. 2005; the rules of K. Khan and P. Barton, Optim. Methods Softw. 2015. If M is the identity matrix, the result is an element of
    /// the Bouligand Jacobian, and of Clarke's, for every program without Euclidean norms of several variables. With one column it is the directional
    /// derivative. The cost grows with the number of columns.
    /// </remarks>
    /// <param name="program">Computes the results from the variables.</param>
    /// <param name="point">x.</param>
    /// <param name="directions">The columns of M; the unit vectors if there are none.</param>
    /// <returns>One row per result, one column per direction.</returns>
    public static double[,] Lexicographic(Func<Active[], Active[]> program, ReadOnlySpan<double> point, params double[][] directions)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(directions);
        foreach (double[] direction in directions)
        {
            if (direction.Length != point.Length)
                throw new ArgumentException($"A direction of {direction.Length} elements was given for a point of {point.Length}.", nameof(directions));
        }

        int columns = directions.Length == 0 ? point.Length : directions.Length;
        using ScalarTape tape = new(null, columns);
        Active[] variables = new Active[point.Length];
        double[] tangent = new double[columns];
        for (int i = 0; i < variables.Length; i++)
        {
            for (int k = 0; k < columns; k++)
                tangent[k] = directions.Length > 0 ? directions[k][i] : i == k ? 1 : 0;
            variables[i] = tape.Variable(point[i], tangent);
        }

        Active[] outputs = program(variables);
        double[,] result = new double[outputs.Length, columns];
        for (int row = 0; row < outputs.Length; row++)
        {
            ReadOnlySpan<double> tangents = tape.TangentOf(outputs[row]);
            for (int k = 0; k < columns; k++)
                result[row, k] = tangents[k];
        }

        return result;
    }
}
