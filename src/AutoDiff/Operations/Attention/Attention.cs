using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// Scaled dot-product attention with several heads: softmax(q·kᵀ/√dimension)·v for each sequence and head. Inputs: queries [batch, tokens, width], keys and
    /// values [batch, keys, width]; or one input [batch, tokens, 3·width] that holds the three side by side. The width is split into heads.
    /// </summary>
    /// <remarks>Vaswani et al., "Attention is all you need", 2017. The probabilities of all pairs of tokens are kept for the reverse pass.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="heads">The number of heads, which must divide the width.</param>
    /// <param name="isCausal">Whether token t attends only to keys 0 to t.</param>
    public struct Attention<T>(int heads, bool isCausal) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private double scale;
        private NDArray<T> q;
        private NDArray<T> k;
        private NDArray<T> v;
        private NDArray<T> probabilities;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("attention", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape queries = recording.Input(0).Shape;
            bool isPacked = recording.InputCount == 1;
            int packed = isPacked ? 3 * heads : heads;
            if (heads < 1 || queries.Rank != 3 || queries[2] % packed != 0 || queries[2] == 0)
                throw new ArgumentException(
                    $"attention: {(isPacked ? "queries, keys and values side by side" : "queries")} of shape {queries} do not fit {heads} heads; they must "
                        + $"be [batch, tokens, {(isPacked ? "3·" : "")}width] with a width that the heads divide.");
            if (isPacked)
            {
                NDArray<T> x = recording.ContiguousInput(0);
                q = Part(x, 0, 3);
                k = Part(x, 1, 3);
                v = Part(x, 2, 3);
            }
            else
            {
                Shape keys = recording.Input(1).Shape, values = recording.Input(2).Shape;
                if (keys != values || keys.Rank != 3 || keys.With(1, 0) != queries.With(1, 0))
                    throw new ArgumentException(
                        $"attention: keys of shape {keys} and values of shape {values} do not fit queries of shape {queries}; they must be [batch, keys, "
                            + $"width] with the queries' batch and width.");
                q = Part(recording.ContiguousInput(0), 0, 1);
                k = Part(recording.ContiguousInput(1), 0, 1);
                v = Part(recording.ContiguousInput(2), 0, 1);
            }

            if (k.Shape[2] == 0)
                throw new ArgumentException($"attention: there are no keys for queries of shape {queries}; a softmax needs at least one.");
            scale = 1 / Math.Sqrt(q.Shape[3]);
            probabilities = recording.Rent(q.Shape.With(3, k.Shape[2]));
            NDArray<T> y = recording.Rent(queries.With(2, heads * q.Shape[3]));
            recording.Device.Attention(q, k, v, scale, isCausal, probabilities, Part(y, 0, 1));
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            NDArray<T> dy = Part(context.Cotangent, 0, 1);
            if (InFloat.Asks<T>())
            {
                PullbackInFloat(context, dy);
                return;
            }

            if (context.InputCount == 1)
            {
                NDArray<T> target = context.InputCotangent(0, out bool accumulate);
                context.Device.AttentionPullback(q, k, v, scale, probabilities, dy, Part(target, 0, 3), Part(target, 1, 3), Part(target, 2, 3), accumulate);
                return;
            }

            NDArray<T> dq = context.Rent(context.Input(0).Shape), dk = context.Rent(context.Input(1).Shape), dv = context.Rent(context.Input(2).Shape);
            context.Device.AttentionPullback(q, k, v, scale, probabilities, dy, Part(dq, 0, 1), Part(dk, 0, 1), Part(dv, 0, 1));
            Add(context, 0, dq);
            Add(context, 1, dk);
            Add(context, 2, dv);
            context.Return(dv);
            context.Return(dk);
            context.Return(dq);
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            Dependence.Examples(1, node.Input(input).Shape, node.Output.Shape);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            Attention<T> rule = new(heads, isCausal);
            return of.Shaped(of.InputCount == 1 ? of.Merged(0).Apply(rule) : of.Tape.Record(rule, of.Merged(0), of.Merged(1), of.Merged(2)));
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Device device = context.Device;
            NDArray<T> dq = TangentPart(context, 0), dk = TangentPart(context, 1), dv = TangentPart(context, 2), dy = Part(context.OutputTangent, 0, 1);
            if (!InFloat.Asks<T>())
            {
                NDArray<T> moved = new Movement<T>(device, q, k, v, probabilities, scale).MoveOutput(Flat(device, dq), Flat(device, dk), Flat(device, dv));
                device.Copy(moved.Reshape(q.Shape), dy);
                device.Return(moved);
                return;
            }

            WideHeads wide = Widened(device);
            NDArray<float> wideMoved = new Movement<float>(device, wide.Q, wide.K, wide.V, wide.P, scale).MoveOutput(WideFlat(device, dq), WideFlat(device, dk),
                WideFlat(device, dv));
            InFloat.Round(device, wideMoved.Reshape(q.Shape), dy, false);
            wide.Return(device);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            Device device = context.Device;
            bool isPacked = context.InputCount == 1;
            NDArray<T> dq = TangentPart(context, 0), dk = TangentPart(context, 1), dv = TangentPart(context, 2), dy = Part(context.Cotangent, 0, 1);
            if (!InFloat.Asks<T>())
            {
                (NDArray<T> first, NDArray<T> second, NDArray<T> third) =
                    new Movement<T>(device, q, k, v, probabilities, scale).MoveGradients(Flat(device, dq), Flat(device, dk), Flat(device, dv),
                        Flat(device, dy));
                AddPart(context.Pullback, 0, isPacked, first, q.Shape);
                AddPart(context.Pullback, 1, isPacked, second, k.Shape);
                AddPart(context.Pullback, 2, isPacked, third, v.Shape);
                Heads.Return(device, first, second, third);
                return;
            }

            WideHeads wide = Widened(device);
            (NDArray<float> wideFirst, NDArray<float> wideSecond, NDArray<float> wideThird) =
                new Movement<float>(device, wide.Q, wide.K, wide.V, wide.P, scale).MoveGradients(WideFlat(device, dq), WideFlat(device, dk),
                    WideFlat(device, dv), WideFlat(device, dy));
            AddPart(context.Pullback, 0, isPacked, wideFirst, q.Shape);
            AddPart(context.Pullback, 1, isPacked, wideSecond, k.Shape);
            AddPart(context.Pullback, 2, isPacked, wideThird, v.Shape);
            wide.Return(device);
        }

        private static void Add(in PullbackContext<T> context, int input, in NDArray<T> part)
        {
            if (!context.Needs(input))
                return;
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            context.Device.Copy(part, target, accumulate);
        }

        // The matrices of all heads, stacked contiguously; the default value yields the default value.
        private static NDArray<T> Flat(Device device, in NDArray<T> matrices)
        {
            if (matrices.IsNone)
                return default;
            NDArray<T> flat = device.Allocate<T>(matrices.Shape);
            device.Copy(matrices, flat);
            return Heads.Stacked(flat);
        }

        private static NDArray<float> WideFlat(Device device, in NDArray<T> matrices) =>
            matrices.IsNone ? default : Heads.Stacked(InFloat.Widened(device, matrices));

        // One of several arrays that lie side by side along the last axis, as matrices of heads.
        private readonly NDArray<T> Part(in NDArray<T> x, int part, int parts)
        {
            Shape shape = x.Shape;
            return x.Reshape(Shape.Of(shape[0], shape[1], parts * heads, shape[2] / (parts * heads))).Slice(2, part * heads, heads).Transpose(1, 2);
        }

        private readonly NDArray<T> TangentPart(in TangentContext<T> context, int input)
        {
            if (context.InputCount == 1)
                return Part(context.Tangent(0), input, 3);
            return context.Moves(input) ? Part(context.Tangent(input), 0, 1) : default;
        }

        private readonly NDArray<T> TangentPart(in SecondOrderContext<T> context, int input)
        {
            if (context.InputCount == 1)
                return Part(context.Tangent(0), input, 3);
            return context.Moves(input) ? Part(context.Tangent(input), 0, 1) : default;
        }

        private readonly void AddPart(in PullbackContext<T> context, int part, bool isPacked, in NDArray<T> stacked, in Shape shape)
        {
            if (!context.Needs(isPacked ? 0 : part))
                return;
            NDArray<T> target = Target(context, part, isPacked, out bool accumulate);
            context.Device.Copy(stacked.Reshape(shape), target, accumulate);
        }

        private readonly void AddPart(in PullbackContext<T> context, int part, bool isPacked, in NDArray<float> stacked, in Shape shape)
        {
            if (!context.Needs(isPacked ? 0 : part))
            {
                context.Device.Return(stacked);
                return;
            }

            NDArray<T> target = Target(context, part, isPacked, out bool accumulate);
            InFloat.Round(context.Device, stacked.Reshape(shape), target, accumulate);
        }

        private readonly NDArray<T> Target(in PullbackContext<T> context, int part, bool isPacked, out bool accumulate)
        {
            NDArray<T> target = context.InputCotangent(isPacked ? 0 : part, out accumulate);
            if (isPacked && !accumulate)
                context.Device.Fill(target, T.Zero);
            accumulate |= isPacked;
            return isPacked ? Part(target, part, 3) : Part(target, 0, 1);
        }

        // The operands in float, with recomputed probabilities, because the stored ones are rounded.
        private readonly WideHeads Widened(Device device)
        {
            WideHeads wide = new(InFloat.Widened(device, q), InFloat.Widened(device, k), InFloat.Widened(device, v),
                device.Allocate<float>(probabilities.Shape));
            NDArray<float> y = device.Allocate<float>(q.Shape);
            device.Attention(wide.Q, wide.K, wide.V, scale, isCausal, wide.P, y);
            device.Return(y);
            return wide;
        }

        private readonly void PullbackInFloat(in PullbackContext<T> context, in NDArray<T> dy)
        {
            Device device = context.Device;
            WideHeads wide = Widened(device);
            NDArray<float> w = InFloat.Widened(device, dy), dq = device.Allocate<float>(q.Shape), dk = device.Allocate<float>(k.Shape),
                dv = device.Allocate<float>(v.Shape);
            device.AttentionPullback(wide.Q, wide.K, wide.V, scale, wide.P, w, dq, dk, dv);
            bool isPacked = context.InputCount == 1;
            AddPart(context, 0, isPacked, dq, q.Shape);
            AddPart(context, 1, isPacked, dk, k.Shape);
            AddPart(context, 2, isPacked, dv, v.Shape);
            device.Return(w);
            wide.Return(device);
        }

        private readonly struct WideHeads(NDArray<float> q, NDArray<float> k, NDArray<float> v, NDArray<float> p)
        {
            public NDArray<float> Q { get; } = q;

            public NDArray<float> K { get; } = k;

            public NDArray<float> V { get; } = v;

            public NDArray<float> P { get; } = p;

            public void Return(Device device) => Heads.Return(device, Q, K, V, P);
        }

        /// <summary>
        /// The derivatives along the tangents of queries, keys and values. Tangents and the cotangent are stacked matrices in memory rented from the device,
        /// which is returned afterwards.
        /// </summary>
        private readonly struct Movement<W>(Device device, NDArray<W> q, NDArray<W> k, NDArray<W> v, NDArray<W> probabilities, double scale)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            private readonly NDArray<W> queries = Heads.Flat(device, q);
            private readonly NDArray<W> keys = Heads.Flat(device, k);
            private readonly NDArray<W> values = Heads.Flat(device, v);
            private readonly NDArray<W> p = Heads.Stacked(probabilities);

            public NDArray<W> MoveOutput(NDArray<W> dq, NDArray<W> dk, NDArray<W> dv)
            {
                NDArray<W> dp = MoveProbabilities(dq, dk), dy = device.Allocate<W>(queries.Shape);
                device.CarriedProduct(dp, values, dy, CarriedOperand.First);
                if (!dv.IsNone)
                    device.CarriedProduct(p, dv, dy, CarriedOperand.Second, true);
                Heads.Return(device, dp, dq, dk, dv, values, keys, queries);
                return dy;
            }

            // With P = softmax(scale·q·kᵀ) and cotangent w: dv = Pᵀ·w, and with D = w·vᵀ and S = scale·P∘(D − Σ P∘D), dq = S·k and dk = Sᵀ·q. Each of these is
            // differentiated along the tangents.
            public (NDArray<W> Q, NDArray<W> K, NDArray<W> V) MoveGradients(NDArray<W> dq, NDArray<W> dk, NDArray<W> dv, NDArray<W> w)
            {
                NDArray<W> dp = MoveProbabilities(dq, dk);
                Shape square = p.Shape, row = square.With(2, 1);
                NDArray<W> d = device.Allocate<W>(square), dd = device.Allocate<W>(square), s = device.Allocate<W>(square), ds = device.Allocate<W>(square),
                    product = device.Allocate<W>(square);
                NDArray<W> mean = device.Allocate<W>(row), dMean = device.Allocate<W>(row);
                device.CarriedProduct(w, values.Transpose(1, 2), d, CarriedOperand.First);
                device.Map2(default(Arithmetic.ProductOfCarried), p, d, product);
                device.Reduce(default(Sum), product, mean);
                device.Map3(new Centred(scale), p, d, mean, s);
                if (dv.IsNone)
                    device.Fill(dd, W.Zero);
                else
                    device.CarriedProduct(w, dv.Transpose(1, 2), dd, CarriedOperand.Both);
                device.Map4(default(SumOfProducts), dp, d, p, dd, product);
                device.Reduce(default(Sum), product, dMean);
                device.Map3(new Centred(scale), dp, d, mean, ds);
                device.Map3(new Centred(scale), p, dd, dMean, ds, true);

                NDArray<W> first = device.Allocate<W>(queries.Shape), second = device.Allocate<W>(keys.Shape), third = device.Allocate<W>(values.Shape);
                device.CarriedProduct(ds, keys, first, CarriedOperand.First);
                if (!dk.IsNone)
                    device.CarriedProduct(s, dk, first, CarriedOperand.Both, true);
                device.CarriedProduct(ds.Transpose(1, 2), queries, second, CarriedOperand.First);
                if (!dq.IsNone)
                    device.CarriedProduct(s.Transpose(1, 2), dq, second, CarriedOperand.Both, true);
                device.CarriedProduct(dp.Transpose(1, 2), w, third, CarriedOperand.Both);
                Heads.Return(device, dMean, mean, product, ds, s, dd, d, dp);
                Heads.Return(device, w, dv, dk, dq, values, keys, queries);
                return (first, second, third);
            }

            // scale·P∘(M − Σ P∘M) with M = q̇·kᵀ + q·k̇ᵀ.
            private NDArray<W> MoveProbabilities(in NDArray<W> dq, in NDArray<W> dk)
            {
                NDArray<W> moved = device.Allocate<W>(p.Shape), product = device.Allocate<W>(p.Shape), mean = device.Allocate<W>(p.Shape.With(2, 1));
                bool begun = !dq.IsNone;
                if (begun)
                    device.CarriedProduct(dq, keys.Transpose(1, 2), moved, CarriedOperand.First);
                if (!dk.IsNone)
                {
                    device.CarriedProduct(queries, dk.Transpose(1, 2), moved, CarriedOperand.Second, begun);
                    begun = true;
                }

                if (!begun)
                    device.Fill(moved, W.Zero);
                device.Map2(default(Arithmetic.ProductOfCarried), p, moved, product);
                device.Reduce(default(Sum), product, mean);
                device.Map3(new Centred(scale), p, moved, mean, moved);
                Heads.Return(device, mean, product);
                return moved;
            }
        }

        // A probability of 0, such as that of a key behind a causal mask, absorbs every value of the key; a cotangent or tangent of 0 absorbs as well.
        internal readonly struct Centred(double scale) : ITernaryMap
        {
            public L Invoke<L>(L p, L v, L mean)
                where L : struct, ILane<L>
            {
                L centred = v - mean;
                return L.Absorb(p, L.Absorb(centred, L.Broadcast(scale) * p * centred));
            }
        }

        internal readonly struct SumOfProducts : IQuaternaryMap
        {
            public L Invoke<L>(L x, L y, L z, L w)
                where L : struct, ILane<L> => L.Absorb(x, L.Absorb(y, x * y)) + L.Absorb(z, L.Absorb(w, z * w));
        }
    }

    /// <summary>Layouts of the matrices of heads.</summary>
    file static class Heads
    {
        /// <summary>[batch, heads, rows, columns] as a stack of matrices.</summary>
        public static NDArray<W> Stacked<W>(in NDArray<W> matrices)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            Shape shape = matrices.Shape;
            return matrices.Reshape(Shape.Of(shape[0] * shape[1], shape[2], shape[3]));
        }

        /// <summary>Like <c>Stacked</c>, but copies and accepts any view.</summary>
        public static NDArray<W> Flat<W>(Device device, in NDArray<W> matrices)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> flat = device.Allocate<W>(matrices.Shape);
            device.Copy(matrices, flat);
            return Stacked(flat);
        }

        public static void Return<W>(Device device, params ReadOnlySpan<NDArray<W>> arrays)
            where W : unmanaged
        {
            foreach (NDArray<W> array in arrays)
            {
                if (!array.IsNone)
                    device.Return(array);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Attention.</content>
    public static partial class Operations
    {
        /// <summary>Scaled dot-product attention: softmax(q·kᵀ/√dimension)·v for each sequence and head.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="queries">[batch, tokens, width].</param>
        /// <param name="keys">[batch, keys, width].</param>
        /// <param name="values">[batch, keys, width].</param>
        /// <param name="heads">The number of heads that the width is split into; it must divide the width.</param>
        /// <param name="isCausal">Whether token t attends only to keys 0 to t.</param>
        /// <returns>[batch, tokens, width].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit, or there are no keys.</exception>
        public static Var<T> Attention<T>(this Var<T> queries, Var<T> keys, Var<T> values, int heads, bool isCausal = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => queries.Tape.Record(new Attention<T>(heads, isCausal), queries, keys, values);

        /// <summary>Scaled dot-product self-attention, with queries, keys and values side by side in one array, as one linear layer computes them.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="packed">[batch, tokens, 3·width]: queries, then keys, then values along the last axis.</param>
        /// <param name="heads">The number of heads that the width is split into; it must divide the width.</param>
        /// <param name="isCausal">Whether token t attends only to tokens 0 to t.</param>
        /// <returns>[batch, tokens, width].</returns>
        /// <exception cref="ArgumentException">The shape does not fit, or there are no tokens.</exception>
        public static Var<T> SelfAttention<T>(this Var<T> packed, int heads, bool isCausal = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => packed.Apply(new Attention<T>(heads, isCausal));
    }
}
