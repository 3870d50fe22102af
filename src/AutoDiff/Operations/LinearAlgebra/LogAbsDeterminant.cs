using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>log|det A| of a square matrix that is not singular, or of each of a stack. Its gradient is A⁻ᵀ.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public struct LogAbsDeterminant<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> inverses;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log of a determinant", TameClass.LogExp) { IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape));
            using HostMemory memory = new((2L * shape.Count) + stack + size + (6 * n));
            Span<double> a = memory.Take(recording.Input(0)), values = memory.Take(stack), inverse = memory.Take(shape.Count);
            Span<double> numbers = memory.Take(LuFactors.Length(n)), work = memory.Take(LuFactors.EstimateLength(n));
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> matrix = a.Slice(i * size, size);
                Span<double> part = inverse.Slice(i * size, size);
                values[i] = double.NaN;
                part.Fill(double.NaN);
                if (!HostArrays.AreFinite(matrix))
                    continue;
                matrix.CopyTo(numbers);
                LuFactors lu = LinearSystems.Factorise(numbers, n, work, Facts.Name, i, shape);
                values[i] = 0;
                part.Clear();
                for (int k = 0; k < n; k++)
                {
                    values[i] += Math.Log(Math.Abs(lu.Pivot(k)));
                    part[(k * n) + k] = 1;
                }

                lu.SolveTransposed(part, n);
            }

            inverses = HostArrays.Keep(recording, inverse);
            HostArrays.Write(values, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            int stack = context.Cotangent.Count, size = stack == 0 ? 0 : context.Input(0).Count / stack;
            using HostMemory memory = new((long)stack + (stack * size));
            Span<double> w = memory.Take(context.Cotangent), da = memory.Take(stack * size);
            HostArrays.Restore(inverses, da);
            for (int i = 0; i < stack; i++)
                Scale(da.Slice(i * size, size), w[i]);
            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            using HostMemory memory = new((2L * shape.Count) + stack + (2 * size));
            Span<double> w = memory.Take(context.Cotangent), inverse = memory.Take(shape.Count), da = memory.Take(context.Tangent(0));
            Span<double> half = memory.Take(size), change = memory.Take(size);
            HostArrays.Restore(inverses, inverse);
            for (int i = 0; i < stack; i++)
            {
                // With B = A⁻ᵀ the gradient changes by −B·Ȧᵀ·B.
                ReadOnlySpan<double> b = inverse.Slice(i * size, size);
                Span<double> tangent = da.Slice(i * size, size);
                half.Clear();
                change.Clear();
                Matrices.AddTransposedProduct(tangent, b, half, n, n);
                Matrices.AddTransposedProduct(half, Transposed(b, tangent, n), change, n, n, -1);
                Matrices.Transpose(change, n, tangent);
                Scale(tangent, w[i]);
            }

            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(LogAbsDeterminant<T>));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            int stack = context.OutputTangent.Count, size = stack == 0 ? 0 : context.Input(0).Count / stack;
            using HostMemory memory = new((long)stack + (2 * stack * size));
            Span<double> da = memory.Take(context.Tangent(0)), inverse = memory.Take(stack * size), tangents = memory.Take(stack);
            HostArrays.Restore(inverses, inverse);
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> tangent = da.Slice(i * size, size);
                tangents[i] = tangent.ContainsAnyExcept(0.0) ? TensorPrimitives.Dot(tangent, inverse.Slice(i * size, size)) : 0;
            }

            HostArrays.Write(tangents, context.OutputTangent);
        }

        private static ReadOnlySpan<double> Transposed(ReadOnlySpan<double> b, Span<double> memory, int n)
        {
            Matrices.Transpose(b, n, memory);
            return memory;
        }

        private static void Scale(Span<double> part, double weight)
        {
            if (weight == 0)
                part.Clear();
            else
                TensorPrimitives.Multiply(part, weight, part);
        }
    }

    /// <summary>The sign of the determinant of a square matrix that is not singular: 1 or −1, constant near every such matrix.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public readonly struct DeterminantSign<T> : ILinearRule<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sign of a determinant", TameClass.SemiAlgebraic) { IsBounded = true, HasFiniteSlopes = true };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape));
            using HostMemory memory = new((long)shape.Count + stack + size + (6 * n));
            Span<double> a = memory.Take(recording.Input(0)), values = memory.Take(stack), numbers = memory.Take(LuFactors.Length(n));
            Span<double> work = memory.Take(LuFactors.EstimateLength(n));
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> matrix = a.Slice(i * size, size);
                values[i] = double.NaN;
                if (!HostArrays.AreFinite(matrix))
                    continue;
                matrix.CopyTo(numbers);
                LuFactors lu = LinearSystems.Factorise(numbers, n, work, Facts.Name, i, shape);
                values[i] = lu.IsOdd ? -1 : 1;
                for (int k = 0; k < n; k++)
                    values[i] *= Math.Sign(lu.Pivot(k));
            }

            HostArrays.Write(values, output);
            return output;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (context.Needs(0) && context.InputCotangent(0, out bool accumulate) is var target && !accumulate)
                context.Device.Fill(target, T.Zero);
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(DeterminantSign<T>));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => context.Device.Fill(context.OutputTangent, T.Zero);
    }
}

namespace ConservativeAD
{
    /// <content>Logarithms of determinants.</content>
    public static partial class Operations
    {
        /// <summary>
        /// log|det A|, without the overflow of the determinant itself. It is computed on the host, in double, also for arrays of a GPU. A matrix that holds NaN
        /// or an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">The matrices are not square, or one is singular to working precision.</exception>
        public static Var<T> LogAbsDeterminant<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(LogAbsDeterminant<T>));

        /// <summary>The sign of the determinant, 1 or −1, whose slope is 0. With <see cref="LogAbsDeterminant"/> it gives the determinant.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">The matrices are not square, or one is singular to working precision.</exception>
        public static Var<T> DeterminantSign<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(DeterminantSign<T>));
    }
}
