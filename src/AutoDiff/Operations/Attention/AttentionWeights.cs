using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>
/// The weights of masked attention: softmax(scale·q·kᵀ + bias) over the keys that a query sees, and 0 for the others. Inputs: queries [batch, heads, tokens,
/// dimension]; keys [batch, key heads, keys, dimension], each head shared by consecutive heads of queries; and, optionally, a bias that broadcasts to the
/// weights. All weights of a query that sees no key are 0.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="scale">The factor of the inner products.</param>
/// <param name="mask">Nonzero where a query sees a key; broadcasts to [batch, heads, tokens, keys]; the default value if all are seen.</param>
public struct AttentionWeights<T>(double scale, NDArray<T> mask) : ISmoothRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Bias = 2;

    private NDArray<T> mask = mask;
    private NDArray<T> q;
    private NDArray<T> k;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("attention weights", TameClass.LogExp)
    {
        HasFiniteSlopes = true,
        OnBoundedSets = TameClass.GloballySubanalytic,
        IsBounded = true
    };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        Shape queries = recording.Input(0).Shape, keys = recording.Input(1).Shape;
        if (queries.Rank != 4 || keys.Rank != 4 || queries[0] != keys[0] || queries[3] != keys[3] || keys[1] == 0 || queries[1] % keys[1] != 0 || keys[2] == 0)
            throw new ArgumentException(
                $"attention weights: queries of shape {queries} do not fit keys of shape {keys}; they must be [batch, heads, tokens, dimension] and [batch, "
                    + "key heads, keys, dimension] with at least one key, and key heads that divide the heads.");
        Shape shape = queries.With(3, keys[2]);
        if (!mask.IsNone && !Fits(mask.Shape, shape))
            throw new ArgumentException($"attention weights: a mask of shape {mask.Shape} does not broadcast to weights of shape {shape}.");
        if (recording.InputCount > Bias && !Fits(recording.Input(Bias).Shape, shape))
            throw new ArgumentException($"attention weights: a bias of shape {recording.Input(Bias).Shape} does not broadcast to weights of shape {shape}.");
        if (!mask.IsNone)
            mask = recording.Keep(mask);
        q = recording.ContiguousInput(0);
        k = recording.ContiguousInput(1);
        NDArray<T> y = recording.Rent(shape), bias = recording.InputCount > Bias ? recording.Input(Bias) : default;
        Device device = recording.Device;
        if (!InFloat.Asks<T>())
        {
            Course<T>.Run(device, q, k, bias, mask, scale, y);
            return y;
        }

        Course<float> wide = Widened(device, bias, shape);
        device.Convert(wide.Weights, y);
        wide.Return();
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        Device device = context.Device;
        if (!InFloat.Asks<T>())
        {
            new Course<T>(device, q, k, context.Output, scale).Pull(context.Cotangent, context.Needs(0), context.Needs(1), out NDArray<T> dq,
                out NDArray<T> dk, out NDArray<T> ds);
            Add(context, 0, dq);
            Add(context, 1, dk);
            AddBias(context, ds);
            return;
        }

        Course<float> wide = Widened(device, context.InputCount > Bias ? context.Input(Bias) : default, context.Output.Shape);
        NDArray<float> v = InFloat.Widened(device, context.Cotangent);
        wide.Pull(v, context.Needs(0), context.Needs(1), out NDArray<float> wideDq, out NDArray<float> wideDk, out NDArray<float> wideDs);
        AddRounded(context, 0, wideDq);
        AddRounded(context, 1, wideDk);
        AddBiasRounded(context, wideDs);
        device.Return(v);
        wide.Return();
    }

    readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
        input < Bias ? Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape) : null;

    readonly bool IVectorises<T>.CanVectorise(in Examples<T> of) =>
    (mask.IsNone || IsShared(of, mask.Shape))
    && (of.InputCount <= Bias || (!of.Varies(Bias) && IsShared(of, of.ShapeOf(Bias))) || HasBatch(of, of.ShapeOf(Bias)));

    readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
    {
        AttentionWeights<T> rule = new(scale, mask);
        if (of.InputCount <= Bias)
            return of.Shaped(of.Tape.Record(rule, of.Merged(0), of.Merged(1)));
        return of.Shaped(of.Tape.Record(rule, of.Merged(0), of.Merged(1), IsShared(of, of.ShapeOf(Bias)) && !of.Varies(Bias) ? of[Bias] : of.Merged(Bias)));
    }

    // Whether a mask or bias is the same for every sequence of the batch.
    private static bool IsShared(in Examples<T> of, in Shape shape) => shape.Rank < of.Output.Rank || shape[0] == 1;

    private static bool HasBatch(in Examples<T> of, in Shape shape) => shape.Rank == of.Output.Rank && shape[0] == of.Output[0];

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        Device device = context.Device;
        NDArray<T> dq = context.Moves(0) ? context.Tangent(0) : default, dk = context.Moves(1) ? context.Tangent(1) : default,
            db = context.InputCount > Bias && context.Moves(Bias) ? context.Tangent(Bias) : default;
        if (!InFloat.Asks<T>())
        {
            NDArray<T> first = Contiguous(device, dq), second = Contiguous(device, dk);
            NDArray<T> moved = new Course<T>(device, q, k, context.Output, scale).Move(first, second, db);
            device.Copy(moved, context.OutputTangent);
            AttentionArrays.Return(device, moved, second, first);
            return;
        }

        Course<float> wide = Widened(device, context.InputCount > Bias ? context.Input(Bias) : default, context.Output.Shape);
        NDArray<float> wideDq = InFloat.Widened(device, dq), wideDk = InFloat.Widened(device, dk), wideDb = InFloat.Widened(device, db);
        InFloat.Round(device, wide.Move(wideDq, wideDk, wideDb), context.OutputTangent, false);
        AttentionArrays.Return(device, wideDb, wideDk, wideDq);
        wide.Return();
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        Device device = context.Device;
        NDArray<T> dq = context.Moves(0) ? context.Tangent(0) : default, dk = context.Moves(1) ? context.Tangent(1) : default,
            db = context.InputCount > Bias && context.Moves(Bias) ? context.Tangent(Bias) : default;
        if (!InFloat.Asks<T>())
        {
            NDArray<T> first = Contiguous(device, dq), second = Contiguous(device, dk);
            new Course<T>(device, q, k, context.Output, scale).PullMoved(context.Cotangent, first, second, db, context.Needs(0), context.Needs(1),
                out NDArray<T> movedQ, out NDArray<T> movedK, out NDArray<T> movedS);
            Add(context.Pullback, 0, movedQ);
            Add(context.Pullback, 1, movedK);
            AddBias(context.Pullback, movedS);
            AttentionArrays.Return(device, second, first);
            return;
        }

        Course<float> wide = Widened(device, context.InputCount > Bias ? context.Input(Bias) : default, context.Output.Shape);
        NDArray<float> v = InFloat.Widened(device, context.Cotangent), wideDq = InFloat.Widened(device, dq), wideDk = InFloat.Widened(device, dk),
            wideDb = InFloat.Widened(device, db);
        wide.PullMoved(v, wideDq, wideDk, wideDb, context.Needs(0), context.Needs(1), out NDArray<float> wideMovedQ, out NDArray<float> wideMovedK,
            out NDArray<float> wideMovedS);
        AddRounded(context.Pullback, 0, wideMovedQ);
        AddRounded(context.Pullback, 1, wideMovedK);
        AddBiasRounded(context.Pullback, wideMovedS);
        AttentionArrays.Return(device, wideDb, wideDk, wideDq, v);
        wide.Return();
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Obstacles(in KinkContext<T> context)
    {
        // A weight of 0 hides scores that are not finite.
        long lost = 0;
        for (int input = 0; input < context.InputCount; input++)
            lost += context.Device.Count(default(IsNotFinite), context.Input(input));
        return context.MarkWhole(lost > 0, ObstacleKind.InfiniteValue);
    }

    private static bool Fits(in Shape shape, in Shape full)
    {
        if (shape.Rank > full.Rank)
            return false;
        for (int axis = 1; axis <= shape.Rank; axis++)
        {
            if (shape[-axis] != full[-axis] && shape[-axis] != 1)
                return false;
        }

        return true;
    }

    private static NDArray<T> Contiguous(Device device, in NDArray<T> tangent)
    {
        if (tangent.IsNone)
            return default;
        NDArray<T> copy = device.Allocate<T>(tangent.Shape);
        device.Copy(tangent, copy);
        return copy;
    }

    private static void Add(in PullbackContext<T> context, int input, in NDArray<T> part)
    {
        if (part.IsNone)
            return;
        NDArray<T> target = context.InputCotangent(input, out bool accumulate);
        context.Device.Copy(part, target, accumulate);
        context.Return(part);
    }

    private static void AddRounded(in PullbackContext<T> context, int input, in NDArray<float> part)
    {
        if (part.IsNone)
            return;
        NDArray<T> target = context.InputCotangent(input, out bool accumulate);
        InFloat.Round(context.Device, part, target, accumulate);
    }

    private static void AddBias(in PullbackContext<T> context, in NDArray<T> ds)
    {
        if (context.InputCount > Bias && context.Needs(Bias))
            context.AddSummed(Bias, ds);
        context.Return(ds);
    }

    private static void AddBiasRounded(in PullbackContext<T> context, in NDArray<float> ds)
    {
        if (context.InputCount > Bias && context.Needs(Bias))
        {
            NDArray<float> summed = context.Device.Allocate<float>(context.Input(Bias).Shape);
            if (summed.Shape == ds.Shape)
                context.Device.Copy(ds, summed);
            else
                context.Device.Reduce(default(Sum), ds, summed);
            AddRounded(context, Bias, summed);
        }

        context.Device.Return(ds);
    }

    // Runs in float, once more after the recording, because the tape keeps only rounded weights.
    private readonly Course<float> Widened(Device device, in NDArray<T> bias, in Shape shape)
    {
        NDArray<float> wideBias = InFloat.Widened(device, bias), wideMask = InFloat.Widened(device, mask), y = device.Allocate<float>(shape);
        Course<float> wide = Course<float>.Run(device, InFloat.Widened(device, q), InFloat.Widened(device, k), wideBias, wideMask, scale, y);
        AttentionArrays.Return(device, wideMask, wideBias);
        return wide;
    }

    /// <summary>The weights of one run in float or double, and their derivatives. Scores are s = scale·q·kᵀ + bias.</summary>
    private readonly struct Course<W>(Device device, NDArray<W> queries, NDArray<W> keys, NDArray<W> weights, double scale)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        // Heads of queries that share keys stand one after another, as rows of one matrix.
        private readonly NDArray<W> q = queries.Reshape(Shape.Of(keys.Shape[0] * keys.Shape[1], queries.Shape[1] / keys.Shape[1] * queries.Shape[2],
            keys.Shape[3]));
        private readonly NDArray<W> k = Stacked(keys);

        public NDArray<W> Weights { get; } = weights;

        private Shape Square => Shape.Of(q.Shape[0], q.Shape[1], k.Shape[1]);

        private Shape Row => Weights.Shape.With(3, 1);

        public static Course<W> Run(Device device, in NDArray<W> queries, in NDArray<W> keys, in NDArray<W> bias, in NDArray<W> mask, double scale,
            in NDArray<W> y)
        {
            Course<W> course = new(device, queries, keys, y, scale);
            device.MatrixProduct(course.q, course.k.Transpose(1, 2), y.Reshape(course.Square));
            if (bias.IsNone)
                device.Map(new Arithmetic.Multiple(scale), y, y);
            else
                device.Map2(new ScaledPlus(scale), y, bias, y);
            if (!mask.IsNone)
                device.Map2(default(OnlySeen), y, mask, y);
            NDArray<W> row = device.Allocate<W>(course.Row);
            device.Reduce(default(Largest), y, row);
            device.Map2(default(Exponential), y, row, y);
            device.Reduce(default(Sum), y, row);
            device.Map2(default(Share), y, row, y);
            device.Return(row);
            return course;
        }

        public void Return() => AttentionArrays.Return(device, Weights, k, q);

        // S = y∘(v − Σ y∘v) is the cotangent of the scores.
        public void Pull(in NDArray<W> v, bool needsQueries, bool needsKeys, out NDArray<W> dq, out NDArray<W> dk, out NDArray<W> ds)
        {
            NDArray<W> row = device.Allocate<W>(Row);
            ds = device.Allocate<W>(Weights.Shape);
            device.Map2(default(Arithmetic.ProductOfCarried), Weights, v, ds);
            device.Reduce(default(Sum), ds, row);
            device.Map3(default(Centred), Weights, v, row, ds);
            device.Return(row);
            NDArray<W> s = ds.Reshape(Square);
            dq = needsQueries ? Scaled(Product(s, k, CarriedOperand.First), queries.Shape) : default;
            dk = needsKeys ? Scaled(Product(s.Transpose(1, 2), q, CarriedOperand.First), keys.Shape) : default;
        }

        public NDArray<W> Move(in NDArray<W> dq, in NDArray<W> dk, in NDArray<W> db)
        {
            NDArray<W> moved = device.Allocate<W>(Weights.Shape), s = moved.Reshape(Square), product = device.Allocate<W>(Weights.Shape),
                row = device.Allocate<W>(Row);
            device.Fill(moved, W.Zero);
            if (!dq.IsNone)
                device.CarriedProduct(dq.Reshape(q.Shape), k.Transpose(1, 2), s, CarriedOperand.First, true);
            if (!dk.IsNone)
                device.CarriedProduct(q, Stacked(dk).Transpose(1, 2), s, CarriedOperand.Second, true);
            if (db.IsNone)
                device.Map(new Arithmetic.Multiple(scale), moved, moved);
            else
                device.Map2(new ScaledPlus(scale), moved, db, moved);
            device.Map2(default(Arithmetic.ProductOfCarried), Weights, moved, product);
            device.Reduce(default(Sum), product, row);
            device.Map3(default(Centred), Weights, moved, row, moved);
            AttentionArrays.Return(device, row, product);
            return moved;
        }

        // The derivative of S and of its products with k and q, with v fixed.
        public void PullMoved(in NDArray<W> v, in NDArray<W> dq, in NDArray<W> dk, in NDArray<W> db, bool needsQueries, bool needsKeys,
            out NDArray<W> movedQ, out NDArray<W> movedK, out NDArray<W> movedS)
        {
            NDArray<W> dy = Move(dq, dk, db), product = device.Allocate<W>(Weights.Shape), row = device.Allocate<W>(Row),
                cotangent = device.Allocate<W>(Weights.Shape);
            movedS = device.Allocate<W>(Weights.Shape);
            device.Map2(default(Arithmetic.ProductOfCarried), Weights, v, product);
            device.Reduce(default(Sum), product, row);
            device.Map3(default(Centred), Weights, v, row, cotangent);
            device.Map3(default(Centred), dy, v, row, movedS);
            device.Map2(default(Arithmetic.ProductOfCarried), dy, v, product);
            device.Reduce(default(Sum), product, row);
            device.Map2(default(LessProduct), row, Weights, movedS, true);
            NDArray<W> s = cotangent.Reshape(Square), ds = movedS.Reshape(Square);
            movedQ = movedK = default;
            if (needsQueries)
            {
                movedQ = Product(ds, k, CarriedOperand.First);
                if (!dk.IsNone)
                    device.CarriedProduct(s, Stacked(dk), movedQ, CarriedOperand.Both, true);
                movedQ = Scaled(movedQ, queries.Shape);
            }

            if (needsKeys)
            {
                movedK = Product(ds.Transpose(1, 2), q, CarriedOperand.First);
                if (!dq.IsNone)
                    device.CarriedProduct(s.Transpose(1, 2), dq.Reshape(q.Shape), movedK, CarriedOperand.Both, true);
                movedK = Scaled(movedK, keys.Shape);
            }

            AttentionArrays.Return(device, cotangent, row, product, dy);
        }

        private static NDArray<W> Stacked(in NDArray<W> matrices) =>
            matrices.Reshape(Shape.Of(matrices.Shape[0] * matrices.Shape[1], matrices.Shape[2], matrices.Shape[3]));

        private NDArray<W> Product(in NDArray<W> left, in NDArray<W> right, CarriedOperand carried)
        {
            NDArray<W> product = device.Allocate<W>(Shape.Of(left.Shape[0], left.Shape[1], right.Shape[2]));
            device.CarriedProduct(left, right, product, carried);
            return product;
        }

        private NDArray<W> Scaled(in NDArray<W> product, in Shape shape)
        {
            device.Map(new Arithmetic.Multiple(scale), product, product);
            return product.Reshape(shape);
        }
    }

    internal readonly struct ScaledPlus(double scale) : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => (L.Broadcast(scale) * x) + y;
    }

    internal readonly struct OnlySeen : IBinaryMap
    {
        public L Invoke<L>(L score, L mask)
            where L : struct, ILane<L> => L.IfEqual(mask, L.Constant(0), L.Constant(double.NegativeInfinity), score);
    }

    // A score of −∞ has weight 0, also where all scores are −∞.
    internal readonly struct Exponential : IBinaryMap
    {
        public L Invoke<L>(L score, L largest)
            where L : struct, ILane<L> => L.IfEqual(score, L.Constant(double.NegativeInfinity), L.Constant(0), L.Exp(score - largest));
    }

    internal readonly struct Share : IBinaryMap
    {
        public L Invoke<L>(L part, L sum)
            where L : struct, ILane<L> => L.IfEqual(sum, L.Constant(0), L.Constant(0), part / sum);
    }

    // A weight of 0 absorbs whatever its key brings.
    internal readonly struct Centred : ITernaryMap
    {
        public L Invoke<L>(L weight, L v, L mean)
            where L : struct, ILane<L>
        {
            L centred = v - mean;
            return L.Absorb(weight, L.Absorb(centred, weight * centred));
        }
    }

    internal readonly struct LessProduct : IBinaryMap
    {
        public L Invoke<L>(L carried, L weight)
            where L : struct, ILane<L> => L.Absorb(carried, L.Absorb(weight, -(carried * weight)));
    }
}

/// <summary>Memory of arrays that may be absent.</summary>
file static class AttentionArrays
{
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
