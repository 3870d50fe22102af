using System.Buffers;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Attention with masks, between sequences of different lengths and widths.</content>
public static partial class Operations
{
    /// <summary>
    /// Scaled dot-product attention, softmax(scale·q·kᵀ + bias)·v, for each sequence and head, over the keys that a query sees. A query that sees no key gets
    /// 0, with derivatives 0.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="queries">[batch, tokens, heads·dimension].</param>
    /// <param name="keys">[batch, keys, key heads·dimension].</param>
    /// <param name="values">[batch, keys, key heads·value dimension].</param>
    /// <param name="heads">The number of heads that the width is split into; it must divide the width.</param>
    /// <param name="options">Masks, scale, dropout and shared heads.</param>
    /// <returns>[batch, tokens, heads·value dimension].</returns>
    /// <remarks>
    /// Values of keys that are not seen do not matter, NaN and infinite ones included; but certificates ask that all inputs be finite. Half is computed in
    /// float, with weights rounded to Half once.
    /// </remarks>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no keys.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability of dropout is not from 0 to 1.</exception>
    public static Var<T> Attention<T>(this Var<T> queries, Var<T> keys, Var<T> values, int heads, AttentionOptions<T> options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        Shape q = queries.Shape, k = keys.Shape, v = values.Shape;
        int keyHeads = options.KeyHeads ?? heads;
        if (heads < 1 || q.Rank != 3 || q[2] == 0 || q[2] % heads != 0)
            throw new ArgumentException(
                $"attention: queries of shape {q} do not fit {heads} heads; they must be [batch, tokens, width] with a width that the heads divide.");
        if (keyHeads < 1 || heads % keyHeads != 0)
            throw new ArgumentException($"attention: {keyHeads} heads of keys do not divide {heads} heads of queries.", nameof(options));
        int dimension = q[2] / heads;
        if (k.Rank != 3 || v.Rank != 3 || k[0] != q[0] || v.With(2, k[2]) != k || k[2] != keyHeads * dimension || v[2] == 0 || v[2] % keyHeads != 0)
            throw new ArgumentException(
                $"attention: keys of shape {k} and values of shape {v} do not fit queries of shape {q} with {heads} heads and {keyHeads} heads of keys; they "
                    + $"must be [{q[0]}, keys, {keyHeads * dimension}] and [{q[0]}, keys, width] with a width that the heads of keys divide.");
        if (k[1] == 0)
            throw new ArgumentException($"attention: there are no keys for queries of shape {q}; a softmax needs at least one.");
        Tape<T> tape = queries.Tape;
        NDArray<T> seen = Seen(tape, options, q[1], k[1], out Var<T>? addends);
        Var<T>? bias = (options.Bias, addends) switch
        {
            ({ } own, { } added) => own + added,
            ({ } own, null) => own,
            (null, var added) => added,
        };
        AttentionWeights<T> rule = new(options.Scale ?? (1 / Math.Sqrt(dimension)), seen);
        Var<T> weights = bias is { } b
            ? tape.Record(rule, Split(queries, heads), Split(keys, keyHeads), b)
            : tape.Record(rule, Split(queries, heads), Split(keys, keyHeads));
        if (options.Dropout != 0)
            weights = options.Counter is { } counter
                ? weights.Dropout(options.Dropout, options.Random, counter)
                : weights.Dropout(options.Dropout, options.Random);
        Var<T> mixed = tape.Record(default(WeightedRows<T>), weights, Split(values, keyHeads));
        return mixed.Permute([0, 2, 1, 3]).Apply(new Reshape<T>(q.With(2, heads * (v[2] / keyHeads))));
    }

    /// <summary>Conditions as numbers, 1 for true and 0 for false, in memory of the tape: a mask.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="conditions">One for every element, in row-major order.</param>
    /// <exception cref="ArgumentException">The number of conditions is not that of the elements.</exception>
    public static NDArray<T> Conditions<T>(this Tape<T> tape, Shape shape, ReadOnlySpan<bool> conditions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (conditions.Length != shape.Count)
            throw new ArgumentException(
                $"conditions: {conditions.Length} conditions were given for a shape of {shape}; there must be {shape.Count}.", nameof(conditions));
        T[] numbers = ArrayPool<T>.Shared.Rent(conditions.Length);
        for (int i = 0; i < conditions.Length; i++)
            numbers[i] = conditions[i] ? T.One : T.Zero;
        NDArray<T> value = tape.Constant(shape, numbers.AsSpan(0, conditions.Length)).Value;
        ArrayPool<T>.Shared.Return(numbers);
        return value;
    }

    // [batch, tokens, heads·dimension] as [batch, heads, tokens, dimension].
    private static Var<T> Split<T>(Var<T> x, int heads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        return x.Apply(new Reshape<T>(Shape.Of(shape[0], shape[1], heads, shape[2] / heads))).Permute([0, 2, 1, 3]);
    }

    // All masks in one, the default value if every query sees every key; and what is added where keys are seen.
    private static NDArray<T> Seen<T>(Tape<T> tape, AttentionOptions<T> options, int tokens, int keys, out Var<T>? addends)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Device device = tape.Device;
        NDArray<T> seen = options.Mask;
        addends = null;
        if (!options.AdditiveMask.IsNone)
        {
            NDArray<T> added = options.AdditiveMask, open = tape.Contents.Memory.Rent(added.Shape), finite = device.Allocate<T>(added.Shape);
            device.Map(default(IsAboveMinusInfinity), added, open);
            device.Map(default(FiniteOrZero), added, finite);
            addends = tape.Constant(added.Shape, finite.ToArray());
            device.Return(finite);
            seen = Both(tape, seen, open);
        }

        if (options.IsCausal)
        {
            bool[] past = new bool[checked(tokens * keys)];
            for (int token = 0; token < tokens; token++)
                past.AsSpan(token * keys, Math.Min(token + 1, keys)).Fill(true);
            seen = Both(tape, seen, tape.Conditions(Shape.Of(tokens, keys), past));
        }

        return seen;
    }

    private static NDArray<T> Both<T>(Tape<T> tape, in NDArray<T> mask, in NDArray<T> other)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.IsNone)
            return other;
        NDArray<T> both = tape.Contents.Memory.Rent(Shape.Broadcast(mask.Shape, other.Shape, "attention masks"));
        tape.Device.Map2(default(AreBothSet), mask, other, both);
        return both;
    }

    internal readonly struct IsAboveMinusInfinity : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(double.NegativeInfinity), L.Constant(0), L.Constant(1));
    }

    internal readonly struct FiniteOrZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(double.NegativeInfinity), L.Constant(0), x);
    }

    internal readonly struct AreBothSet : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(0), L.IfEqual(y, L.Constant(0), L.Constant(0), L.Constant(1)));
    }
}
