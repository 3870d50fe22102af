using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The product of matrices, or of stacks of them whose leading axes broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public struct MatMul<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private Shape stack;
        private NDArray<T> left;
        private NDArray<T> right;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("matrix product", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Product
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape x = recording.Input(0).Shape, y = recording.Input(1).Shape;
            if (x.Rank < 2 || y.Rank < 2 || x[-1] != y[-2])
                throw new ArgumentException(
                    $"matrix product: shapes {x} and {y} do not fit; the last axis of the first must be as long as the last but one of the second.");
            stack = Shape.Broadcast(Leading(x), Leading(y), Facts.Name);
            left = Stacked(recording, 0);
            right = Stacked(recording, 1);
            NDArray<T> z = recording.Rent(With(x[-2], y[-1]));
            recording.Device.MatrixProduct(left, right, Matrices(z));
            return z;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            NDArray<T> dz = Matrices(context.Cotangent);
            if (context.Needs(0))
                Pull(context, 0, dz, right.Transpose(-2, -1), CarriedOperand.First);
            if (context.Needs(1))
                Pull(context, 1, left.Transpose(-2, -1), dz, CarriedOperand.Second);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            NDArray<T> dz = Matrices(context.Cotangent);
            if (context.Needs(0) && context.Moves(1))
            {
                NDArray<T> dy = StackedTangent(context.Device, context.Tangent(1));
                Pull(context.Pullback, 0, dz, dy.Transpose(-2, -1), CarriedOperand.Both);
                context.Return(dy);
            }

            if (context.Needs(1) && context.Moves(0))
            {
                NDArray<T> dx = StackedTangent(context.Device, context.Tangent(0));
                Pull(context.Pullback, 1, dx.Transpose(-2, -1), dz, CarriedOperand.Both);
                context.Return(dx);
            }
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            Shape shape = node.Input(input).Shape, lanes = shape.With(input == 0 ? -1 : -2, 1);
            return Dependence.Grouped(shape, lanes, lanes, node.Output.Shape);
        }

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            Shape x = of.ShapeOf(0), y = of.ShapeOf(1);

            // One matrix for all examples is multiplied once with all rows, or with all columns.
            if (!of.Varies(1) && y.Rank == 2)
            {
                Var<T> lanes = Examples<T>.Reshaped(of[0], Shape.Of(of.Count * Rules.Matrices.StackOf(x, 1), x[-1]));
                return of.Shaped(of.Tape.Record(default(MatMul<T>), lanes, of[1]));
            }

            if (!of.Varies(0) && x.Rank == 2)
            {
                Var<T> turned = of[1].Transpose();
                Var<T> lanes = Examples<T>.Reshaped(turned, Shape.Of(of.Count * Rules.Matrices.Stack(y) * y[-1], y[-2]));
                Var<T> product = of.Tape.Record(default(MatMul<T>), lanes, of[0].Transpose());
                return Examples<T>.Reshaped(product, turned.Shape.With(-1, x[-2])).Transpose();
            }

            int rank = Math.Max(x.Rank, y.Rank);
            return of.Tape.Record(default(MatMul<T>), of.Aligned(0, rank), of.Aligned(1, rank));
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dz = Matrices(context.OutputTangent);
            bool begun = false;
            if (context.Moves(0))
            {
                NDArray<T> dx = StackedTangent(context.Device, context.Tangent(0));
                context.Device.CarryProduct(context.Selections, dx, right, dz, CarriedOperand.First);
                context.Return(dx);
                begun = true;
            }

            if (context.Moves(1))
            {
                NDArray<T> dy = StackedTangent(context.Device, context.Tangent(1));
                context.Device.CarryProduct(context.Selections, left, dy, dz, CarriedOperand.Second, begun);
                context.Return(dy);
                begun = true;
            }

            if (!begun)
                context.Device.Fill(dz, T.Zero);
        }

        private static Shape Leading(in Shape shape) => shape.Without(-1).Without(-1);

        private readonly Shape With(int rows, int columns)
        {
            Span<int> extents = stackalloc int[stack.Rank + 2];
            stack.CopyTo(extents);
            extents[^2] = rows;
            extents[^1] = columns;
            return new Shape(extents);
        }

        private readonly NDArray<T> Matrices(in NDArray<T> array) =>
            stack.Rank == 0 ? array : array.Reshape(Shape.Of(stack.Count, array.Shape[-2], array.Shape[-1]));

        /// <summary>
        /// An input as one matrix, or as [batch, rows, columns]: the input itself if its layout allows it, otherwise a copy that lasts until the tape is reset.
        /// </summary>
        private readonly NDArray<T> Stacked(in Recording<T> recording, int input)
        {
            NDArray<T> x = recording.Input(input);
            if (stack.Rank == 0)
                return x;
            Shape full = With(x.Shape[-2], x.Shape[-1]);
            NDArray<T> view = x.BroadcastTo(full);
            if (stack.Rank == 1 && x.Shape == full)
                return view;
            if (view.IsContiguous)
                return Matrices(view);
            NDArray<T> copy = recording.Rent(full);
            recording.Device.Copy(view, copy);
            return Matrices(copy);
        }

        private readonly NDArray<T> StackedTangent(Device device, in NDArray<T> tangent)
        {
            NDArray<T> copy = device.Allocate<T>(With(tangent.Shape[-2], tangent.Shape[-1]));
            device.Copy(tangent, copy);
            return Matrices(copy);
        }

        private readonly void Pull(in PullbackContext<T> context, int input, in NDArray<T> first, in NDArray<T> second, CarriedOperand carried)
        {
            Shape shape = context.Input(input).Shape, full = With(shape[-2], shape[-1]);
            if (shape == full)
            {
                NDArray<T> target = context.InputCotangent(input, out bool accumulate);
                context.Device.CarryProduct(context.Selections, first, second, Matrices(target), carried, accumulate);
                return;
            }

            NDArray<T> product = context.Rent(full);
            context.Device.CarryProduct(context.Selections, first, second, Matrices(product), carried);
            context.AddSummed(input, product);
            context.Return(product);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Matrix products.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The product of two matrices, or of stacks of matrices whose leading axes broadcast. A vector is treated as one row on the left and as one column on
        /// the right, and its axis is removed from the result.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[…, m, k], or [k].</param>
        /// <param name="y">[…, k, n], or [k].</param>
        /// <returns>[…, m, n].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public static Var<T> MatMul<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape left = x.Shape, right = y.Shape;
            if (left.Rank == 1)
                x = x.Reshape(1, left[0]);
            if (right.Rank == 1)
                y = y.Reshape(right[0], 1);
            Var<T> z = x.Tape.Record(default(MatMul<T>), x, y);
            if (right.Rank == 1)
                z = z.Select(-1, 0);
            return left.Rank == 1 ? z.Select(right.Rank == 1 ? -1 : -2, 0) : z;
        }
    }
}
