using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>x·Wᵀ + b: a fully connected layer. Inputs: x of shape [..., in], W of shape [out, in] and, optionally, b of shape [out].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public readonly struct Linear<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("linear", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Product
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape x = recording.Input(0).Shape, weight = recording.Input(1).Shape;
            if (x.Rank < 1 || weight.Rank != 2 || x[-1] != weight[1])
                throw new ArgumentException(
                    $"linear: an input of shape {x} does not fit weights of shape {weight}; they must be [..., in] and [out, in] with equal in.");
            if (recording.InputCount > 2 && (recording.Input(2).Shape.Rank != 1 || recording.Input(2).Shape[0] != weight[0]))
                throw new ArgumentException(
                    $"linear: a bias of shape {recording.Input(2).Shape} does not fit weights of shape {weight}; it must be [{weight[0]}].");
            NDArray<T> y = recording.Rent(x.With(-1, weight[0]));
            recording.Device.MatrixProduct(Rows(recording.ContiguousInput(0)), recording.Input(1).Transpose(0, 1), Rows(y), bias: recording.InputCount > 2
                ? recording.ContiguousInput(2)
                : default);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            NDArray<T> cotangent = Rows(context.Cotangent);
            if (context.Needs(0))
            {
                NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
                context.Device.CarryProduct(context.Selections, cotangent, context.Input(1), Rows(dx), CarriedOperand.First, accumulate);
            }

            if (context.Needs(1))
            {
                NDArray<T> x = context.Input(0);
                NDArray<T> contiguous = x.IsContiguous ? x : context.Rent(x.Shape);
                if (!x.IsContiguous)
                    context.Device.Copy(x, contiguous);
                NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
                context.Device.CarryProduct(context.Selections, cotangent.Transpose(0, 1), Rows(contiguous), dw, CarriedOperand.First, accumulate);
                if (!x.IsContiguous)
                    context.Return(contiguous);
            }

            if (context.InputCount > 2 && context.Needs(2))
            {
                NDArray<T> db = context.InputCotangent(2, out bool accumulate);
                context.Device.Reduce(default(Sum), cotangent, db, accumulate);
            }
        }

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context)
        {
            NDArray<T> cotangent = Rows(context.Cotangent);
            if (context.Needs(0) && context.Moves(1))
            {
                NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
                context.Device.CarryProduct(context.Selections, cotangent, context.Tangent(1), Rows(dx), CarriedOperand.Both, accumulate);
            }

            if (context.Needs(1) && context.Moves(0))
            {
                NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
                context.Device.CarryProduct(context.Selections, cotangent.Transpose(0, 1), Rows(context.Tangent(0)), dw, CarriedOperand.Both, accumulate);
            }
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            Shape shape = node.Input(input).Shape, output = node.Output.Shape, lanes = shape.With(-1, 1), outputs = Shape.Of(output[-1]);
            return input switch
            {
                0 => Dependence.Grouped(shape, lanes, lanes, output),
                1 => Dependence.Grouped(shape, lanes, outputs, output),
                _ => Dependence.Grouped(shape, outputs, outputs, output),
            };
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            if (!of.VariesFrom(1))
                return of.InputCount > 2 ? of.Tape.Record(this, of[0], of[1], of[2]) : of.Tape.Record(this, of[0], of[1]);
            Shape x = of.ShapeOf(0);

            // As W·xᵀ, so that the gradient of W has the layout of W.
            Var<T> product = of.Varies(1)
                ? of.Tape.Record(default(MatMul<T>), of[1],
                    Examples<T>.Reshaped(of.All(0), Shape.Of(of.Count, Matrices.StackOf(x, 1), x[-1])).Transpose()).Transpose()
                : of.Tape.Record(this, of.All(0), of[1]);
            product = of.Shaped(product);
            return of.InputCount > 2 ? product + of.Aligned(2, of.Output.Rank) : product;
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dy = Rows(context.OutputTangent);
            bool started = false;
            if (context.Moves(0))
            {
                context.Device.CarryProduct(context.Selections, Flat(context, context.Tangent(0), out NDArray<T> copy), context.Input(1)
                    .Transpose(0, 1), dy, CarriedOperand.First);
                started = true;
                ReturnCopy(context, copy);
            }

            if (context.Moves(1))
            {
                context.Device.CarryProduct(context.Selections, Flat(context, context.Input(0), out NDArray<T> copy), context.Tangent(1)
                    .Transpose(0, 1), dy, CarriedOperand.Second, started);
                started = true;
                ReturnCopy(context, copy);
            }

            if (context.InputCount > 2 && context.Moves(2))
                context.Device.Copy(context.Tangent(2), dy, started);
        }

        private static NDArray<T> Rows(in NDArray<T> array)
        {
            if (array.Shape.Rank == 2)
                return array;
            int columns = array.Shape[-1];
            int rows = 1;
            for (int axis = 0; axis < array.Shape.Rank - 1; axis++)
                rows *= array.Shape[axis];
            return array.Reshape(Shape.Of(rows, columns));
        }

        private static NDArray<T> Flat(in TangentContext<T> context, in NDArray<T> array, out NDArray<T> copy)
        {
            copy = default;
            if (array.IsContiguous)
                return Rows(array);
            copy = context.Rent(array.Shape);
            context.Device.Copy(array, copy);
            return Rows(copy);
        }

        private static void ReturnCopy(in TangentContext<T> context, in NDArray<T> copy)
        {
            if (!copy.IsNone)
                context.Return(copy);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Fully connected layers.</content>
    public static partial class Operations
    {
        /// <summary>x·Wᵀ.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The input, of shape [..., in].</param>
        /// <param name="weight">W, of shape [out, in].</param>
        /// <returns>A value of shape [..., out].</returns>
        public static Var<T> Linear<T>(this Var<T> x, Var<T> weight)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(default(Linear<T>), x, weight);

        /// <summary>x·Wᵀ + b.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The input, of shape [..., in].</param>
        /// <param name="weight">W, of shape [out, in].</param>
        /// <param name="bias">b, of shape [out].</param>
        /// <returns>A value of shape [..., out].</returns>
        public static Var<T> Linear<T>(this Var<T> x, Var<T> weight, Var<T> bias)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(default(Linear<T>), x, weight, bias);
    }
}
