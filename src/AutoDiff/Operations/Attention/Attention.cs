using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>
/// Scaled dot-product attention with several heads: per sequence and head softmax(q·kᵀ/√dimension)·v. Inputs: queries [batch, tokens, width], keys and values [batch, keys, width]; or one input
/// [batch, tokens, 3·width] that holds the three side by side. The width is cut into heads.
/// </summary>
/// <remarks>Vaswani et al., "Attention is all you need", 2017. The probabilities of all pairs of tokens are kept for the reverse pass.</remarks>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="heads">How many heads; they divide the width.</param>
/// <param name="isCausal">Whether token t sees keys 0 to t only.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct Attention<T>(int heads, bool isCausal) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int heads = heads;
    private readonly bool isCausal = isCausal;
    private double scale;
    private NDArray<T> q;
    private NDArray<T> k;
    private NDArray<T> v;
    private NDArray<T> probabilities;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("attention", TameClass.LogExp) { OnBoundedSets = TameClass.GloballySubanalytic };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        Shape queries = recording.Input(0).Shape;
        bool isPacked = recording.InputCount == 1;
        int packed = isPacked ? 3 * heads : heads;
        if (heads < 1 || queries.Rank != 3 || queries[2] % packed != 0 || queries[2] == 0)
            throw new ArgumentException($"attention: {(isPacked ? "queries, keys and values side by side" : "queries")} of shape {queries} do not fit {heads} heads; they must be [batch, tokens, {(isPacked ? "3·" : "")}width] with a width that the heads divide.");
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
                throw new ArgumentException($"attention: keys of shape {keys} and values of shape {values} do not fit queries of shape {queries}; they must be [batch, keys, width] with the queries' batch and width.");
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

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        Device device = context.Device;
        NDArray<T> dq, dk, dv;
        if (context.InputCount == 1)
        {
            NDArray<T> dx = context.Tangent(0);
            dq = Flat(device, Part(dx, 0, 3));
            dk = Flat(device, Part(dx, 1, 3));
            dv = Flat(device, Part(dx, 2, 3));
        }
        else
        {
            dq = context.Moves(0) ? Flat(device, Part(context.Tangent(0), 0, 1)) : default;
            dk = context.Moves(1) ? Flat(device, Part(context.Tangent(1), 0, 1)) : default;
            dv = context.Moves(2) ? Flat(device, Part(context.Tangent(2), 0, 1)) : default;
        }

        NDArray<T> dp = MoveProbabilities(device, dq, dk), values = Flat(device, v), dy = device.Allocate<T>(Stacked(q.Shape));
        device.MatrixProduct(dp, values, dy);
        if (!dv.IsNone)
            device.MatrixProduct(Stacked(probabilities), dv, dy, true);
        device.Copy(dy.Reshape(q.Shape), Part(context.OutputTangent, 0, 1));
        Return(device, dy, values, dp, dq, dk, dv);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        // With P = softmax(scale·q·kᵀ) and w the cotangent: dv = Pᵀ·w, and with D = w·vᵀ and S = scale·P∘(D − Σ P∘D) dq = S·k and dk = Sᵀ·q. Below, each of these moves.
        Device device = context.Device;
        bool isPacked = context.InputCount == 1;
        NDArray<T> dq = FlatTangent(context, 0), dk = FlatTangent(context, 1), dv = FlatTangent(context, 2);
        NDArray<T> queries = Flat(device, q), keys = Flat(device, k), values = Flat(device, v), w = Flat(device, Part(context.Cotangent, 0, 1));
        NDArray<T> p = Stacked(probabilities), dp = MoveProbabilities(device, dq, dk);
        Shape square = p.Shape, row = square.With(2, 1);
        NDArray<T> d = device.Allocate<T>(square), dd = device.Allocate<T>(square), s = device.Allocate<T>(square), ds = device.Allocate<T>(square), product = device.Allocate<T>(square);
        NDArray<T> mean = device.Allocate<T>(row), dMean = device.Allocate<T>(row);
        device.MatrixProduct(w, values.Transpose(1, 2), d);
        device.Map2(default(Arithmetic.Product), p, d, product);
        device.Reduce(default(Sum), product, mean);
        device.Map3(new Centred(scale), p, d, mean, s);
        if (dv.IsNone)
            device.Fill(dd, T.Zero);
        else
            device.MatrixProduct(w, dv.Transpose(1, 2), dd);
        device.Map4(default(Arithmetic.SumOfProducts), dp, d, p, dd, product);
        device.Reduce(default(Sum), product, dMean);
        device.Map3(new Centred(scale), dp, d, mean, ds);
        device.Map3(new Centred(scale), p, dd, dMean, ds, true);

        NDArray<T> part = device.Allocate<T>(Stacked(q.Shape));
        device.MatrixProduct(ds, keys, part);
        if (!dk.IsNone)
            device.MatrixProduct(s, dk, part, true);
        AddPart(context.Pullback, 0, isPacked, part, q.Shape);
        Return(device, part);
        part = device.Allocate<T>(Stacked(k.Shape));
        device.MatrixProduct(ds.Transpose(1, 2), queries, part);
        if (!dq.IsNone)
            device.MatrixProduct(s.Transpose(1, 2), dq, part, true);
        AddPart(context.Pullback, 1, isPacked, part, k.Shape);
        device.MatrixProduct(dp.Transpose(1, 2), w, part);
        AddPart(context.Pullback, 2, isPacked, part, v.Shape);
        Return(device, part, dMean, mean, product, ds, s, dd, d, dp, w, values, keys, queries, dv, dk, dq);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;

    private static void Add(in PullbackContext<T> context, int input, in NDArray<T> part)
    {
        if (!context.Needs(input))
            return;
        NDArray<T> target = context.InputCotangent(input, out bool accumulate);
        context.Device.Copy(part, target, accumulate);
    }

    private static NDArray<T> Flat(Device device, in NDArray<T> matrices)
    {
        NDArray<T> flat = device.Allocate<T>(matrices.Shape);
        device.Copy(matrices, flat);
        return Stacked(flat);
    }

    private static NDArray<T> Stacked(in NDArray<T> matrices) => matrices.Reshape(Stacked(matrices.Shape));

    private static Shape Stacked(in Shape shape) => Shape.Of(shape[0] * shape[1], shape[2], shape[3]);

    private static void Return(Device device, params ReadOnlySpan<NDArray<T>> arrays)
    {
        foreach (NDArray<T> array in arrays)
        {
            if (!array.IsNone)
                device.Return(array.Storage);
        }
    }

    // One of several arrays that stand side by side along the last axis, as matrices of heads.
    private readonly NDArray<T> Part(in NDArray<T> x, int part, int parts)
    {
        Shape shape = x.Shape;
        return x.Reshape(Shape.Of(shape[0], shape[1], parts * heads, shape[2] / (parts * heads))).Slice(2, part * heads, heads).Transpose(1, 2);
    }

    private readonly NDArray<T> FlatTangent(in SecondOrderContext<T> context, int input)
    {
        if (context.InputCount == 1)
            return Flat(context.Device, Part(context.Tangent(0), input, 3));
        return context.Moves(input) ? Flat(context.Device, Part(context.Tangent(input), 0, 1)) : default;
    }

    private readonly void AddPart(in PullbackContext<T> context, int part, bool isPacked, in NDArray<T> stacked, in Shape shape)
    {
        if (!context.Needs(isPacked ? 0 : part))
            return;
        NDArray<T> target = context.InputCotangent(isPacked ? 0 : part, out bool accumulate);
        if (isPacked && !accumulate)
            context.Device.Fill(target, T.Zero);
        context.Device.Copy(stacked.Reshape(shape), isPacked ? Part(target, part, 3) : Part(target, 0, 1), accumulate || isPacked);
    }

    // scale·P∘(M − Σ P∘M) with M = q̇·kᵀ + q·k̇ᵀ.
    private readonly NDArray<T> MoveProbabilities(Device device, in NDArray<T> dq, in NDArray<T> dk)
    {
        NDArray<T> p = Stacked(probabilities), moved = device.Allocate<T>(p.Shape), product = device.Allocate<T>(p.Shape), mean = device.Allocate<T>(p.Shape.With(2, 1));
        bool begun = !dq.IsNone;
        if (begun)
        {
            NDArray<T> keys = Flat(device, k);
            device.MatrixProduct(dq, keys.Transpose(1, 2), moved);
            Return(device, keys);
        }

        if (!dk.IsNone)
        {
            NDArray<T> queries = Flat(device, q);
            device.MatrixProduct(queries, dk.Transpose(1, 2), moved, begun);
            Return(device, queries);
            begun = true;
        }

        if (!begun)
            device.Fill(moved, T.Zero);
        device.Map2(default(Arithmetic.Product), p, moved, product);
        device.Reduce(default(Sum), product, mean);
        device.Map3(new Centred(scale), p, moved, mean, moved);
        Return(device, mean, product);
        return moved;
    }

    internal readonly struct Centred(double scale) : ITernaryMap
    {
        private readonly double scale = scale;

        public L Invoke<L>(L p, L v, L mean)
            where L : struct, ILane<L> => L.Broadcast(scale) * p * (v - mean);
    }
}

/// <content>Attention.</content>
public static partial class Operations
{
    /// <summary>Scaled dot-product attention: per sequence and head softmax(q·kᵀ/√dimension)·v.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="queries">[batch, tokens, width].</param>
    /// <param name="keys">[batch, keys, width].</param>
    /// <param name="values">[batch, keys, width].</param>
    /// <param name="heads">How many heads the width is cut into; they divide it.</param>
    /// <param name="isCausal">Whether token t sees keys 0 to t only.</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no keys.</exception>
    public static Var<T> Attention<T>(this Var<T> queries, Var<T> keys, Var<T> values, int heads, bool isCausal = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => queries.Tape.Record(new Attention<T>(heads, isCausal), queries, keys, values);

    /// <summary>Scaled dot-product attention of tokens to each other, with queries, keys and values side by side in one array, as one linear layer makes them.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="packed">[batch, tokens, 3·width]: queries, then keys, then values along the last axis.</param>
    /// <param name="heads">How many heads the width is cut into; they divide it.</param>
    /// <param name="isCausal">Whether token t sees tokens 0 to t only.</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or there are no tokens.</exception>
    public static Var<T> SelfAttention<T>(this Var<T> packed, int heads, bool isCausal = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => packed.Apply(new Attention<T>(heads, isCausal));
}
