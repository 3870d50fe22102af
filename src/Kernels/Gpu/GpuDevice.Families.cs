using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Gpu;

/// <content>The kernel families, each handed to what knows the element type.</content>
internal sealed partial class GpuDevice
{
    private readonly GpuNumbers<float> singles;
    private readonly GpuNumbers<double> doubles;
    private readonly GpuNumbers<Half> halves;

    public override void Map<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate) => Of<T>().Map(new UnaryBody<TMap>(map), x, x, x, x, destination, accumulate);

    public override void Map2<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate) => Of<T>().Map(new BinaryBody<TMap>(map), x, y, x, x, destination, accumulate);

    public override void Map3<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination, bool accumulate) => Of<T>().Map(new TernaryBody<TMap>(map), x, y, z, x, destination, accumulate);

    public override void Map4<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination, bool accumulate) => Of<T>().Map(new QuaternaryBody<TMap>(map), x, y, z, w, destination, accumulate);

    public override void Reduce<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate) => Of<T>().Reduce<TReduction>(x, destination, accumulate);

    public override long Count<T, TMap>(TMap map, in NDArray<T> x) => Of<T>().Count(map, x);

    public override void AddCount<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place) => Of<T>().AddCount(map, x, counts, place);

    public override int[] FindNonzero<T>(in NDArray<T> x, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        CheckContiguous(x);
        T[] elements = x.ToArray();
        List<int> places = [];
        for (int i = 0; i < elements.Length && places.Count < limit; i++)
        {
            if (elements[i] != T.Zero)
                places.Add(i);
        }

        return [.. places];
    }

    public override double SumOfSquares<T>(in NDArray<T> x) => Of<T>().SumOfSquares(x);

    public override void Update<T, TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second, in NDArray<T> third, in NDArray<T> fourth) => Of<T>().Update(update, parameter, gradient, first, second, third, fourth);

    public override void MatrixProduct<T, TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate, in NDArray<T> bias) => Of<T>().MatrixProduct(map, left, right, destination, accumulate, bias);

    public override void Convolution<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y) => Of<T>().Convolution(shape, x, weights, bias, y);

    public override void ConvolutionDataGradient<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate) => Of<T>().ConvolutionDataGradient(shape, dy, weights, dx, accumulate);

    public override void ConvolutionWeightGradient<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate) => Of<T>().ConvolutionWeightGradient(shape, x, dy, dw, accumulate);

    public override void MaxPool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties) => Of<T>().MaxPool(shape, x, y, positions, ties);

    public override void MaxPoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx, bool accumulate) => Of<T>().MaxPoolPullback(shape, dy, positions, dx, accumulate);

    public override void MaxPoolEvenPullback<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx, bool accumulate) => Of<T>().MaxPoolEvenPullback(shape, x, y, dy, dx, accumulate);

    public override long CountMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y) => Of<T>().CountMaxPoolTies(shape, x, y);

    public override void AddMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place) => Of<T>().AddMaxPoolTies(shape, x, y, counts, place);

    public override void MarkMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks) => Of<T>().MarkMaxPoolTies(shape, x, y, marks);

    public override void MaxPoolAlong<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions, in NDArray<T> dy) => Of<T>().MaxPoolAlong(shape, x, y, dx, positions, dy);

    public override void AveragePool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding) => Of<T>().AveragePool(shape, x, y, countPadding);

    public override void AveragePoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate) => Of<T>().AveragePoolPullback(shape, dy, dx, countPadding, accumulate);

    public override void GatherAlong<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y) => Of<T>().GatherAlong(x, indices, y);

    public override void ScatterAddAlong<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate) => Of<T>().ScatterAddAlong(dy, indices, dx, accumulate);

    public override void GatherRows<T>(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y) => Of<T>().GatherRows(table, indices, y);

    public override void ScatterRows<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table) => Of<T>().ScatterRows(x, indices, table);

    public override void ScatterAddRows<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate) => Of<T>().ScatterAddRows(dy, indices, dTable, accumulate);

    public override void Sort<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties) => Of<T>().Sort(x, values, permutation, descending, ties);

    public override void TopK<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties) => Of<T>().TopK(x, values, indices, largest, ties);

    public override void AverageOverTies<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y) => Of<T>().AverageOverTies(sorted, x, y);

    public override void SortWithinTies<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending) => Of<T>().SortWithinTies(sorted, x, descending);

    public override void OrderWithinTies<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending) => Of<T>().OrderWithinTies(sorted, keys, permutation, descending);

    public override long CountTies<T>(in NDArray<T> sorted) => Of<T>().CountTies(sorted);

    public override void AddTies<T>(in NDArray<T> sorted, in NDArray<int> counts, int place) => Of<T>().AddTies(sorted, counts, place);

    public override void MarkTies<T>(in NDArray<T> sorted, in NDArray<T> marks) => Of<T>().MarkTies(sorted, marks);

    public override void ArgMax<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties) => Of<T>().FindExtreme(x, values, indices, false, ties);

    public override void ArgMin<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties) => Of<T>().FindExtreme(x, values, indices, true, ties);

    public override void CumulativeSum<T>(in NDArray<T> x, int axis, bool reverse, in NDArray<T> destination, bool accumulate) => Of<T>().CumulativeSum(x, axis, reverse, destination, accumulate);

    public override void Normalize<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon, in NDArray<T> y, in NDArray<T> mean, in NDArray<T> variance) => Of<T>().Normalize(shape, x, scale, shift, epsilon, y, mean, variance);

    public override void NormalizePullback<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance, in NDArray<T> scale, double epsilon, in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift) => Of<T>().NormalizePullback(shape, x, mean, variance, scale, epsilon, dy, dx, accumulate, dScale, dShift);

    public override void SoftmaxCrossEntropy<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses) => Of<T>().SoftmaxLoss(logits, labels, probabilities, losses);

    public override void SoftmaxCrossEntropyPullback<T>(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent, double scale, in NDArray<T> destination, bool accumulate) => Of<T>().SoftmaxLossPullback(probabilities, labels, cotangent, scale, destination, accumulate);

    public override void Attention<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal, in NDArray<T> probabilities, in NDArray<T> y)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().Attention(q, k, v, scale, isCausal, probabilities, y);
            return;
        }

        ArgumentChecks.Attention(q, k, v, probabilities, y);
        NDArray<float> wideQ = Widened(q), wideK = Widened(k), wideV = Widened(v), wideP = Allocate<float>(probabilities.Shape), wideY = Allocate<float>(y.Shape);
        singles.Attention(wideQ, wideK, wideV, scale, isCausal, wideP, wideY);
        Narrowed(wideP, probabilities, false);
        Narrowed(wideY, y, false);
        Return(wideQ.Storage);
        Return(wideK.Storage);
        Return(wideV.Storage);
    }

    public override void AttentionPullback<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities, in NDArray<T> dy, in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().AttentionPullback(q, k, v, scale, probabilities, dy, dq, dk, dv, accumulate);
            return;
        }

        ArgumentChecks.Attention(q, k, v, probabilities, dy);
        ArgumentChecks.Attention(dq, dk, dv, probabilities, dy);
        NDArray<float> wideQ = Widened(q), wideK = Widened(k), wideV = Widened(v), wideP = Widened(probabilities), wideDy = Widened(dy);
        NDArray<float> wideDq = Allocate<float>(q.Shape), wideDk = Allocate<float>(k.Shape), wideDv = Allocate<float>(v.Shape);
        singles.AttentionPullback(wideQ, wideK, wideV, scale, wideP, wideDy, wideDq, wideDk, wideDv, false);
        Narrowed(wideDq, dq, accumulate);
        Narrowed(wideDk, dk, accumulate);
        Narrowed(wideDv, dv, accumulate);
        Return(wideQ.Storage);
        Return(wideK.Storage);
        Return(wideV.Storage);
        Return(wideP.Storage);
        Return(wideDy.Storage);
    }

    public override void Lstm<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells, bool startsAtZero, in NDArray<T> gates)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().Lstm(projected, weight, bias, hidden, cells, startsAtZero, gates);
            return;
        }

        ArgumentChecks.Lstm(projected, weight, bias, hidden, cells, gates);
        NDArray<float> wideProjected = Widened(projected), wideWeight = Widened(weight), wideBias = Widened(bias), wideHidden = Widened(hidden), wideCells = Widened(cells), wideGates = Allocate<float>(gates.Shape);
        singles.Lstm(wideProjected, wideWeight, wideBias, wideHidden, wideCells, startsAtZero, wideGates);
        Narrowed(wideHidden, hidden, false);
        Narrowed(wideCells, cells, false);
        Narrowed(wideGates, gates, false);
        Return(wideProjected.Storage);
        Return(wideWeight.Storage);
        Return(wideBias.Storage);
    }

    public override void LstmPullback<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden, in NDArray<T> dArguments, in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().LstmPullback(weight, cells, gates, dHidden, dArguments, dFirstHidden, needsFirst, dCell);
            return;
        }

        ArgumentChecks.LstmPullback(weight, cells, gates, dHidden, dArguments, dFirstHidden, dCell);
        NDArray<float> wideWeight = Widened(weight), wideCells = Widened(cells), wideGates = Widened(gates), wideHidden = Widened(dHidden);
        NDArray<float> wideArguments = Allocate<float>(dArguments.Shape), wideFirst = Allocate<float>(dFirstHidden.Shape), wideCell = Widened(dCell);
        singles.LstmPullback(wideWeight, wideCells, wideGates, wideHidden, wideArguments, wideFirst, needsFirst, wideCell);
        Narrowed(wideArguments, dArguments, false);
        Narrowed(wideFirst, dFirstHidden, false);
        Narrowed(wideCell, dCell, false);
        Return(wideWeight.Storage);
        Return(wideCells.Storage);
        Return(wideGates.Storage);
        Return(wideHidden.Storage);
    }

    public override void Uniform<T>(Philox random, in NDArray<T> destination, T low, T high, ulong offset)
    {
        Philox.CheckBounds(low, high);
        Of<T>().Uniform(random, destination, double.CreateTruncating(low), double.CreateTruncating(high), high, T.BitDecrement(high), offset);
    }

    public override void Normal<T>(Philox random, in NDArray<T> destination, T mean, T deviation, ulong offset)
    {
        Philox.CheckNormal(mean, deviation);
        Of<T>().Normal(random, destination, double.CreateTruncating(mean), double.CreateTruncating(deviation), offset);
    }

    public override void Bernoulli<T>(Philox random, in NDArray<T> destination, double probability, ulong offset)
    {
        Philox.CheckProbability(probability);
        Of<T>().Choose(random, destination, Philox.Threshold(probability), T.One, T.Zero, offset);
    }

    public override void DropoutMask<T>(Philox random, in NDArray<T> destination, double dropProbability, ulong offset)
    {
        Philox.CheckDropProbability(dropProbability);
        Of<T>().Choose(random, destination, Philox.Threshold(dropProbability), T.Zero, Philox.Kept<T>(dropProbability), offset);
    }

    public override void Convert<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
    {
        ArgumentChecks.Conversion(source, destination);
        if (typeof(TFrom) == typeof(double))
            FromDouble(source, destination, factor);
        else if (typeof(TTo) == typeof(double))
            ToDouble(source, destination, factor);
        else if (typeof(TFrom) == typeof(float))
            FromLane<TFrom, SingleElement, TTo>(source, destination, factor);
        else
            FromLane<TFrom, HalfElement, TTo>(source, destination, factor);
    }

    private void FromLane<TFrom, E, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged
        where E : unmanaged, IElement<E, SingleLane>
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(float))
            ForEach(source.Count, new ConvertBody<E, SingleElement, SingleLane>(View<TFrom, E>(source), View<TTo, SingleElement>(destination), factor));
        else
            ForEach(source.Count, new ConvertBody<E, HalfElement, SingleLane>(View<TFrom, E>(source), View<TTo, HalfElement>(destination), factor));
    }

    private void FromDouble<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(double))
            ForEach(source.Count, new ConvertBody<DoubleElement, DoubleElement, DoubleLane>(View<TFrom, DoubleElement>(source), View<TTo, DoubleElement>(destination), factor));
        else if (typeof(TTo) == typeof(float))
            ForEach(source.Count, new ConvertByDoubleBody<DoubleElement, DoubleLane, SingleElement, SingleLane>(View<TFrom, DoubleElement>(source), View<TTo, SingleElement>(destination), factor));
        else
            ForEach(source.Count, new ConvertByDoubleBody<DoubleElement, DoubleLane, HalfElement, SingleLane>(View<TFrom, DoubleElement>(source), View<TTo, HalfElement>(destination), factor));
    }

    private void ToDouble<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(float))
            ForEach(source.Count, new ConvertByDoubleBody<SingleElement, SingleLane, DoubleElement, DoubleLane>(View<TFrom, SingleElement>(source), View<TTo, DoubleElement>(destination), factor));
        else
            ForEach(source.Count, new ConvertByDoubleBody<HalfElement, SingleLane, DoubleElement, DoubleLane>(View<TFrom, HalfElement>(source), View<TTo, DoubleElement>(destination), factor));
    }

    private GpuNumbers<T> Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? (GpuNumbers<T>)(object)singles : typeof(T) == typeof(double) ? (GpuNumbers<T>)(object)doubles : typeof(T) == typeof(Half) ? (GpuNumbers<T>)(object)halves
            : throw new NotSupportedException($"Kernels work on float, double and Half; an array of {typeof(T).Name} was given.");

    private NDArray<float> Widened<T>(in NDArray<T> array)
        where T : unmanaged
    {
        NDArray<T> contiguous = array.IsContiguous ? array : Contiguous(array);
        NDArray<float> wide = Allocate<float>(array.Shape);
        ForEach(array.Count, new ConvertBody<HalfElement, SingleElement, SingleLane>(View<T, HalfElement>(contiguous), View<float, SingleElement>(wide), 1));
        if (!array.IsContiguous)
            Return(contiguous.Storage);
        return wide;
    }

    private void Narrowed<T>(in NDArray<float> wide, in NDArray<T> destination, bool accumulate)
        where T : unmanaged
    {
        bool isDirect = destination.IsContiguous && !accumulate;
        NDArray<T> narrow = isDirect ? destination : Allocate<T>(destination.Shape);
        ForEach(wide.Count, new ConvertBody<SingleElement, HalfElement, SingleLane>(View<float, SingleElement>(wide), View<T, HalfElement>(narrow), 1));
        if (!isDirect)
        {
            Copy(narrow, destination, accumulate);
            Return(narrow.Storage);
        }

        Return(wide.Storage);
    }
}
