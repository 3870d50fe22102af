using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The determinant of a square matrix, or of each of a stack. A polynomial: it is smooth at singular matrices too.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public readonly struct Determinant<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("determinant", TameClass.Polynomial);

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape);
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape));
            using HostMemory memory = new((long)shape.Count + stack + n + (n * n));
            Span<double> a = memory.Take(recording.Input(0)), values = memory.Take(stack), work = memory.Take(LuFactors.Length(n));
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> matrix = a.Slice(i * n * n, n * n);
                matrix.CopyTo(work);
                LuFactors lu = new(work, n);
                values[i] = !HostArrays.AreFinite(matrix) ? double.NaN : lu.Factorise() >= 0 ? 0 : Cofactors.Determinant(lu, n);
            }

            HostArrays.Write(values, output);
            return output;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            using HostMemory memory = new((2L * shape.Count) + stack + Cofactors.Memory(n));
            Span<double> a = memory.Take(context.Input(0)), w = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
            Span<double> work = memory.Take(Cofactors.Memory(n));
            for (int i = 0; i < stack; i++)
            {
                Span<double> part = da.Slice(i * size, size);
                part.Clear();
                if (w[i] == 0)
                    continue;
                Cofactors.Compute(a.Slice(i * size, size), n, part, work);
                TensorPrimitives.Multiply(part, w[i], part);
            }

            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            using HostMemory memory = new((3L * shape.Count) + stack + Cofactors.Memory(n));
            Span<double> a = memory.Take(context.Input(0)), w = memory.Take(context.Cotangent), da = memory.Take(context.Tangent(0));
            Span<double> change = memory.Take(shape.Count), work = memory.Take(Cofactors.Memory(n));
            for (int i = 0; i < stack; i++)
            {
                Span<double> part = change.Slice(i * size, size), tangent = da.Slice(i * size, size);
                part.Clear();
                if (w[i] == 0 || !tangent.ContainsAnyExcept(0.0))
                    continue;
                Cofactors.Move(a.Slice(i * size, size), tangent, n, part, work);
                TensorPrimitives.Multiply(part, w[i], part);
            }

            HostArrays.Write(change, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(Determinant<T>));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            using HostMemory memory = new((2L * shape.Count) + stack + size + Cofactors.Memory(n));
            Span<double> a = memory.Take(context.Input(0)), da = memory.Take(context.Tangent(0)), tangents = memory.Take(stack);
            Span<double> cofactors = memory.Take(size), work = memory.Take(Cofactors.Memory(n));
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> tangent = da.Slice(i * size, size);
                tangents[i] = 0;
                if (!tangent.ContainsAnyExcept(0.0))
                    continue;
                Cofactors.Compute(a.Slice(i * size, size), n, cofactors, work);
                tangents[i] = TensorPrimitives.Dot(cofactors, tangent);
            }

            HostArrays.Write(tangents, context.OutputTangent);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Determinants.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The determinant of a square matrix, with its gradient at singular matrices too. It is computed on the host, in double, also for arrays of a GPU. A
        /// matrix that holds NaN or an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[...]; 1 for matrices without elements.</returns>
        /// <exception cref="ArgumentException">The matrices are not square.</exception>
        public static Var<T> Determinant<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(Determinant<T>));
    }
}
