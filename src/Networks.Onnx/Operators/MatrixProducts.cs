using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Products and functions of matrices.</summary>
internal static class MatrixProducts
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Add("MatMul", MatMul);
        rows.Real("Gemm", Gemm);
        rows.Real("Einsum", node => Operations.Einsum<T>(node.Text("equation"), [.. node.All().Select((_, place) => node.Real(place))]));
        rows.Real("Det", node => node.Real(0).Determinant());
    }

    private static OnnxValue<T> MatMul<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0], y = node[1];
        if (x.Shape.Rank == 0 || y.Shape.Rank == 0)
            throw node.Wrong("its inputs are single numbers; vectors and matrices are allowed");
        bool isRow = x.Shape.Rank == 1, isColumn = y.Shape.Rank == 1;
        OnnxValue<T> left = isRow ? x.Reshape(Shape.Of(1, x.Shape[0])) : x, right = isColumn ? y.Reshape(Shape.Of(y.Shape[0], 1)) : y;
        Arithmetic.CheckBroadcast(node, left.Shape.With(-1, 1), right.Shape.With(-2, 1));
        if (left.Shape[-1] != right.Shape[-2])
            throw node.Wrong($"matrices of {x.Shape} and {y.Shape} do not fit: the rows of the first are as long as the columns of the second");
        OnnxValue<T> product = left.Host is { } integers && right.Host is { } others
            ? NodeContext<T>.Result(Product(integers, others))
            : node.Result(left.Variable.MatMul(right.Variable));
        int[] extents = product.Shape.ToArray();
        return isRow || isColumn
            ? product.Reshape(new Shape([.. extents[..^2], .. isRow ? [] : extents[^2..^1], .. isColumn ? [] : extents[^1..]]))
            : product;
    }

    private static HostTensor Product(HostTensor x, HostTensor y)
    {
        int rows = x.Shape[-2], inner = x.Shape[-1], columns = y.Shape[-1];
        Shape batch = Shape.Broadcast(x.Shape.Without(-1).Without(-1), y.Shape.Without(-1).Without(-1), "matmul");
        int[] ofX = IndexMaps.Broadcast(x.Shape.Without(-1).Without(-1), batch), ofY = IndexMaps.Broadcast(y.Shape.Without(-1).Without(-1), batch);
        long[] product = new long[batch.Count * rows * columns];
        for (int i = 0; i < product.Length; i++)
        {
            int group = i / (rows * columns), row = i / columns % rows, column = i % columns;
            long sum = 0;
            for (int k = 0; k < inner; k++)
                sum = unchecked(sum + (x.Elements[(((ofX[group] * rows) + row) * inner) + k] * y.Elements[(((ofY[group] * inner) + k) * columns) + column]));
            product[i] = x.Type.Wrap(sum);
        }

        return new HostTensor(x.Type, new Shape([.. batch.ToArray(), rows, columns]), product);
    }

    private static Var<T> Gemm<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), y = node.Real(1);
        if (x.Shape.Rank != 2 || y.Shape.Rank != 2)
            throw node.Wrong($"its inputs have the shapes {x.Shape} and {y.Shape}; matrices are allowed");
        double alpha = node.Float("alpha", 1), beta = node.Float("beta", 1);
        bool isTransposed = node.Int("transB", 0) != 0;
        x = node.Int("transA", 0) != 0 ? x.Transpose() : x;
        Arithmetic.CheckBroadcast(node, Shape.Of(x.Shape[0], 1), Shape.Of(1, y.Shape[isTransposed ? 0 : 1]));

        // The layer of a network, with its fused bias.
        if (isTransposed && alpha == 1 && beta == 1 && node.OptionalReal(2) is { } bias && bias.Shape == Shape.Of(y.Shape[0]))
            return x.Linear(y, bias);
        Var<T> product = isTransposed ? x.Linear(y) : x.MatMul(y);
        product = alpha == 1 ? product : product.Scale(alpha);
        if (node.OptionalReal(2) is not { } added)
            return product;
        return product + (beta == 1 ? added : added.Scale(beta));
    }
}
