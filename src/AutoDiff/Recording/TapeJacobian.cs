using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Jacobians of recorded arrays, and Hessians of recorded scalars.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The Jacobian of a value, by rows or by columns, whichever there are fewer of. At kinks it is by rows, as the tangents of columns do not follow
    /// selections.
    /// </summary>
    /// <param name="output">The value.</param>
    /// <param name="leaves">The leaves, in column order; if empty, every leaf that needs a gradient and was recorded before the value, in recording
    /// order.</param>
    /// <returns>One row per element of the value, one column per element of the leaves, in row-major order.</returns>
    /// <exception cref="InvalidOperationException">The value depends on nothing that needs a gradient, or a leaf needs none.</exception>
    public T[,] Jacobian(Var<T> output, params ReadOnlySpan<Var<T>> leaves)
    {
        using Use use = Enter();
        Var<T>[] given = LeavesOr(output, leaves);
        return output.Shape.Count <= given.Sum(leaf => leaf.Shape.Count) || CountKinks() > 0
            ? JacobianByRows(output, given)
            : JacobianByColumns(output, given);
    }

    /// <summary>The Jacobian of a value with respect to every leaf that needs a gradient and was recorded before it, in recording order.</summary>
    /// <inheritdoc cref="Jacobian(Var{T}, ReadOnlySpan{Var{T}})"/>
    public T[,] Jacobian(Var<T> output) => Jacobian(output, []);

    /// <summary>
    /// The Jacobian by rows, with one reverse pass each, or for up to 64 of them where most of its work is products with matrices of its own: an element of the
    /// conservative Jacobian that the selections choose.
    /// </summary>
    /// <inheritdoc cref="Jacobian(Var{T}, ReadOnlySpan{Var{T}})" path="/param|/returns|/exception"/>
    public T[,] JacobianByRows(Var<T> output, params ReadOnlySpan<Var<T>> leaves) => JacobianRows(output, 0, CountOf(output), leaves);

    /// <summary>Some neighbouring rows of the Jacobian; see <see cref="JacobianByRows"/>.</summary>
    /// <param name="output">The value.</param>
    /// <param name="first">The first row: the place of an element of the value, in row-major order.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="leaves">The leaves, in column order; if empty, every leaf that needs a gradient and was recorded before the value, in recording
    /// order.</param>
    /// <returns>One row per element, one column per element of the leaves.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value has fewer elements.</exception>
    /// <exception cref="InvalidOperationException">The value depends on nothing that needs a gradient, or a leaf needs none.</exception>
    public T[,] JacobianRows(Var<T> output, int first, int count, params ReadOnlySpan<Var<T>> leaves)
    {
        using Use use = Enter();
        Var<T>[] given = LeavesOr(output, leaves);
        CheckBlock(first, count, output.Shape.Count, "rows");
        T[,] jacobian = new T[count, given.Sum(leaf => leaf.Shape.Count)];
        if (PaysTogether(output, given, count) is { } vectorisation)
        {
            RowsTogether(vectorisation, output, given, first, jacobian);
            return jacobian;
        }

        NDArray<T> cotangent = Device.Allocate<T>(output.Shape), flat = cotangent.Reshape(Shape.Of(output.Shape.Count));
        Device.Fill(cotangent, T.Zero);
        for (int row = 0; row < count; row++)
        {
            NDArray<T> place = flat.Slice(0, first + row, 1);
            Device.Fill(place, T.One);
            Gradients<T> gradients = Backward(output, cotangent);
            Device.Fill(place, T.Zero);
            int column = 0;
            foreach (Var<T> leaf in given)
            {
                foreach (T element in gradients[leaf].ToArray())
                    jacobian[row, column++] = element;
            }
        }

        Device.Return(cotangent);
        return jacobian;
    }

    /// <summary>
    /// The Jacobian by columns, with one pass of tangents each, or for up to 64 of them where most of its work is products with matrices of its own. At kinks
    /// a column is the one-sided derivative along its unit vector, whatever the selections are. The tangents of the leaves are replaced.
    /// </summary>
    /// <inheritdoc cref="Jacobian(Var{T}, ReadOnlySpan{Var{T}})" path="/param|/returns|/exception"/>
    public T[,] JacobianByColumns(Var<T> output, params ReadOnlySpan<Var<T>> leaves)
    {
        using Use use = Enter();
        Var<T>[] given = LeavesOr(output, leaves);
        return JacobianColumns(output, 0, given.Sum(leaf => leaf.Shape.Count), given);
    }

    /// <summary>
    /// Some neighbouring columns of the Jacobian; see <see cref="JacobianByColumns"/>. The tangents of the leaves are replaced.
    /// </summary>
    /// <param name="output">The value.</param>
    /// <param name="first">The first column: the place of an element of the leaves, one leaf after the other.</param>
    /// <param name="count">The number of columns.</param>
    /// <param name="leaves">The leaves, in column order; if empty, every leaf that needs a gradient and was recorded before the value, in recording
    /// order.</param>
    /// <returns>One row per element of the value, one column per element of the leaves asked for.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The leaves have fewer elements.</exception>
    /// <exception cref="InvalidOperationException">The value depends on nothing that needs a gradient, or a leaf needs none.</exception>
    public T[,] JacobianColumns(Var<T> output, int first, int count, params ReadOnlySpan<Var<T>> leaves)
    {
        using Use use = Enter();
        Var<T>[] given = LeavesOr(output, leaves);
        CheckBlock(first, count, given.Sum(leaf => leaf.Shape.Count), "columns");
        T[,] jacobian = new T[output.Shape.Count, count];
        if (PaysTogether(output, given, count) is { } vectorisation)
        {
            ColumnsTogether(vectorisation, output, given, first, jacobian);
            tangents.Release();
            return jacobian;
        }

        int start = 0;
        foreach (Var<T> leaf in given)
        {
            T[] unit = new T[leaf.Shape.Count];
            for (int i = Math.Max(0, first - start); i < unit.Length && start + i < first + count; i++)
            {
                tangents.Release();
                unit[i] = T.One;
                SetTangent(leaf, unit);
                unit[i] = T.Zero;
                CarryTangents();
                T[] column = TangentOf(output).ToArray();
                for (int row = 0; row < column.Length; row++)
                    jacobian[row, start + i - first] = column[row];
            }

            start += unit.Length;
        }

        tangents.Release();
        return jacobian;
    }

    /// <summary>
    /// The Hessian of a scalar, with one product for each element of the leaves. Where an operation is not twice differentiable, which
    /// <see cref="HessianVectorProduct(Var{T})"/> reports, it is made of the selected pieces. The tangents of the leaves are replaced.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="leaves">The leaves, in the order of rows and columns; if empty, every leaf that needs a gradient and was recorded before the value, in
    /// recording order.</param>
    /// <returns>One row and one column per element of the leaves.</returns>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    /// <exception cref="NotSupportedException">An operation does not define its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public T[,] Hessian(Var<T> output, params ReadOnlySpan<Var<T>> leaves)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Hessian");
        Var<T>[] given = LeavesOr(output, leaves);
        int size = given.Sum(leaf => leaf.Shape.Count), row = 0;
        T[,] hessian = new T[size, size];
        foreach (Var<T> leaf in given)
        {
            T[] unit = new T[leaf.Shape.Count];
            for (int i = 0; i < unit.Length; i++, row++)
            {
                tangents.Release();
                unit[i] = T.One;
                SetTangent(leaf, unit);
                unit[i] = T.Zero;
                Gradients<T> product = new(this, secondOrder.Differentiate(output), true);
                int column = 0;
                foreach (Var<T> other in given)
                {
                    foreach (T element in product[other].ToArray())
                        hessian[row, column++] = element;
                }
            }
        }

        tangents.Release();
        return hessian;
    }

    /// <summary>The Hessian with respect to every leaf that needs a gradient and was recorded before the scalar, in recording order.</summary>
    /// <inheritdoc cref="Hessian(Var{T}, ReadOnlySpan{Var{T}})"/>
    public T[,] Hessian(Var<T> output) => Hessian(output, []);

    private int CountOf(Var<T> output)
    {
        using Use use = Enter();
        Check(output);
        return output.Shape.Count;
    }

    /// <summary>Finds which elements depend on which.</summary>
    internal SparsityPass<T> Sparsity => new(record);

    /// <summary>The product of the Jacobian with the elements of the leaves' tangents, one leaf after the other. The tangents are replaced.</summary>
    internal T[] Push(Var<T> output, Var<T>[] leaves, ReadOnlySpan<T> direction)
    {
        using Use use = Enter();
        SetTangents(leaves, direction);
        CarryTangents();
        T[] product = TangentOf(output).ToArray();
        tangents.Release();
        return product;
    }

    /// <summary>The product of the transposed Jacobian with a cotangent, one leaf after the other.</summary>
    internal T[] Pull(Var<T> output, Var<T>[] leaves, ReadOnlySpan<T> weights)
    {
        using Use use = Enter();
        NDArray<T> cotangent = Device.Allocate<T>(output.Shape);
        cotangent.CopyFrom(weights);
        Gradients<T> gradients = Backward(output, cotangent);
        T[] product = [.. leaves.SelectMany(leaf => gradients[leaf].ToArray())];
        Device.Return(cotangent);
        return product;
    }

    private void SetTangents(Var<T>[] leaves, ReadOnlySpan<T> direction)
    {
        tangents.Release();
        int start = 0;
        foreach (Var<T> leaf in leaves)
        {
            SetTangent(leaf, direction.Slice(start, leaf.Shape.Count));
            start += leaf.Shape.Count;
        }
    }

    internal Var<T>[] LeavesOr(Var<T> output, ReadOnlySpan<Var<T>> leaves)
    {
        replay.NeedEveryValue();
        Check(output);
        foreach (Var<T> leaf in leaves)
            CheckLeaf(leaf);
        return leaves.IsEmpty ? [.. LeavesOf(output)] : leaves.ToArray();
    }

    private void CheckLeaf(Var<T> leaf)
    {
        Check(leaf);
        if (!record.IsLeaf(leaf.Node) || !record.NeedsGradient(leaf.Node))
            throw new InvalidOperationException("Derivatives are taken with respect to leaves made with tape.Parameter or tape.Variable only.");
    }

    private static void CheckBlock(int first, int count, int available, string what)
    {
        if (first < 0 || count < 0 || first > available - count)
            throw new ArgumentOutOfRangeException(nameof(first), first,
                $"{what} {first} to {(long)first + count - 1} were asked of a Jacobian of {available} {what}.");
    }
}
