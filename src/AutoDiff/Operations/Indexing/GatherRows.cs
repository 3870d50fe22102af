using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Reads rows of a table at given indices, as in an embedding.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="indices">The rows to read; of any shape.</param>
    public struct GatherRows<T>(NDArray<int> indices) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<int> indices = indices;
        private NDArray<T> table;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("gather rows", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            table = recording.ContiguousInput(0);
            if (table.Shape.Rank == 0)
                throw new ArgumentException("gather rows: a table of rank 0 was given; it needs at least one axis, of rows.");
            indices = recording.Keep(indices);
            NDArray<T> y = recording.Rent(OutputShape());
            recording.Device.GatherRows(Matrix(table), indices, Rows(y));
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.ScatterAddRows(Rows(context.Cotangent), indices, Matrix(target), accumulate);
        }

        readonly void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            int length = RowLength;
            int[] rows = indices.ToArray(), elements = new int[node.Output.Count];
            for (int i = 0; i < elements.Length; i++)
                elements[i] = (rows[i / length] * length) + (i % length);
            return Dependence.Elements(elements, table.Shape);
        }

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            int rows = indices.Shape.Rank, rank = of.Output.Rank;
            Var<T> turned = of[0].Transpose(0, 1), read = turned.Apply(new GatherRows<T>(indices));
            Span<int> order = stackalloc int[rank + 1];
            order[0] = rows;
            for (int axis = 0; axis < rank; axis++)
                order[axis + 1] = axis < rows ? axis : axis + 1;
            return read.Permute(order);
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            context.Device.GatherRows(Matrix(dx), indices, Rows(context.OutputTangent));
            context.ReturnCopy(copy);
        }

        private readonly int RowLength
        {
            get
            {
                int length = 1;
                for (int axis = 1; axis < table.Shape.Rank; axis++)
                    length *= table.Shape[axis];
                return length;
            }
        }

        private readonly Shape OutputShape()
        {
            Span<int> extents = stackalloc int[indices.Shape.Rank + table.Shape.Rank - 1];
            indices.Shape.CopyTo(extents);
            for (int axis = 1; axis < table.Shape.Rank; axis++)
                extents[indices.Shape.Rank + axis - 1] = table.Shape[axis];
            return new Shape(extents);
        }

        private readonly NDArray<T> Matrix(in NDArray<T> array) => array.Reshape(Shape.Of(array.Shape[0], RowLength));

        private readonly NDArray<T> Rows(in NDArray<T> array) => array.Reshape(Shape.Of(indices.Count, RowLength));
    }
}

namespace ConservativeAD
{
    /// <content>Reading rows.</content>
    public static partial class Operations
    {
        /// <summary>Reads rows of a table: y[j, …] = x[indices[j], …].</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The table: [rows, …].</param>
        /// <param name="indices">The rows to read, from 0; of any shape; contiguous (tape.Indices creates such an array).</param>
        /// <exception cref="ArgumentException">The table has no axes, or an index is out of range.</exception>
        public static Var<T> GatherRows<T>(this Var<T> x, in NDArray<int> indices)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new GatherRows<T>(indices));
    }
}
