using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The layout of the elements of a group.</summary>
internal readonly struct NormalizationWalk(NormalizationShape shape)
{
    public readonly int Groups = shape.Groups;
    public readonly int Inner = shape.Inner;
    public readonly int GroupCount = shape.GroupCount;
    public readonly int IsScaledByGroup = shape.IsScaledByGroup ? 1 : 0;
    public readonly int ScaleRun = shape.ScaleRun;
    public readonly int ScalePeriod = shape.ScalePeriod;

    /// <summary>The number of elements, over all groups, of one scale and shift that are not a group's own.</summary>
    public int CountOfScale => Groups / ScalePeriod * ScaleRun;

    /// <summary>The offset of an element of a group.</summary>
    public int At(int group, int element)
    {
        int outer = element / Inner;
        return (((outer * Groups) + group) * Inner) + element - (outer * Inner);
    }

    /// <summary>The index of the scale and shift of an element of a group.</summary>
    public int ScaleAt(int group, int element) =>
        IsScaledByGroup != 0 ? group : (group % ScalePeriod * (Inner / ScaleRun)) + (element % Inner / ScaleRun);

    /// <summary>The group of an element of a scale that is not the group's own.</summary>
    public int GroupOfScale(int scale, int element) => (element / ScaleRun * ScalePeriod) + (scale / (Inner / ScaleRun));

    /// <summary>The offset of an element of a scale that is not the group's own.</summary>
    public int AtScale(int scale, int element) =>
        (GroupOfScale(scale, element) * Inner) + (scale % (Inner / ScaleRun) * ScaleRun) + (element % ScaleRun);
}

/// <summary>One group: its mean, its variance about it, and its elements.</summary>
internal readonly struct NormalizeBody<E, L>(NormalizationWalk walk, ArrayView<E> x, ArrayView<E> scale, ArrayView<E> shift, double epsilon, ArrayView<E> y,
    ArrayView<E> mean, ArrayView<E> variance) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        L count = L.Constant(walk.GroupCount), sum = L.Constant(0);
        for (int i = Group.IdxX; i < walk.GroupCount; i += Group.DimX)
            sum += E.Load(x[walk.At(part, i)]);
        L centre = GroupTree.Combine<L, Sum>(sum) / count;
        sum = L.Constant(0);
        for (int i = Group.IdxX; i < walk.GroupCount; i += Group.DimX)
        {
            L difference = E.Load(x[walk.At(part, i)]) - centre;
            sum += difference * difference;
        }

        L spread = GroupTree.Combine<L, Sum>(sum) / count;
        L inverse = L.Constant(1) / L.Sqrt(spread + L.Constant(epsilon));
        for (int i = Group.IdxX; i < walk.GroupCount; i += Group.DimX)
        {
            int at = walk.At(part, i), scaled = walk.ScaleAt(part, i);
            y[at] = E.Store(((E.Load(x[at]) - centre) * (inverse * E.Load(scale[scaled]))) + E.Load(shift[scaled]));
        }

        if (Group.IdxX == 0)
        {
            mean[part] = E.Store(centre);
            variance[part] = E.Store(spread);
        }
    }
}

/// <summary>The pullback of one group to its elements and, if scale and shift are per group, to those.</summary>
internal readonly struct NormalizePullbackBody<E, L>(NormalizationWalk walk, ArrayView<E> x, ArrayView<E> mean, ArrayView<E> variance, ArrayView<E> scale,
    double epsilon, ArrayView<E> dy, ArrayView<E> dx, int hasDx, int accumulate, ArrayView<E> dScale, ArrayView<E> dShift) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        L centre = E.Load(mean[part]), inverse = L.Constant(1) / L.Sqrt(E.Load(variance[part]) + L.Constant(epsilon));
        L sum = L.Constant(0), product = L.Constant(0);
        for (int i = Group.IdxX; i < walk.GroupCount; i += Group.DimX)
        {
            int at = walk.At(part, i);
            L cotangent = E.Load(dy[at]);
            if (walk.IsScaledByGroup == 0)
                cotangent = L.Absorb(cotangent, cotangent * E.Load(scale[walk.ScaleAt(part, i)]));
            sum += cotangent;
            product += L.Absorb(cotangent, cotangent * ((E.Load(x[at]) - centre) * inverse));
        }

        sum = GroupTree.Combine<L, Sum>(sum);
        product = GroupTree.Combine<L, Sum>(product);
        if (walk.IsScaledByGroup != 0 && Group.IdxX == 0)
        {
            dScale[part] = E.Store(product);
            dShift[part] = E.Store(sum);
        }

        if (hasDx == 0)
            return;
        L count = L.Constant(walk.GroupCount), meanOfSum = sum / count, meanOfProduct = product / count;
        L factor = walk.IsScaledByGroup != 0 ? inverse * E.Load(scale[part]) : inverse;
        for (int i = Group.IdxX; i < walk.GroupCount; i += Group.DimX)
        {
            int at = walk.At(part, i);
            L cotangent = E.Load(dy[at]);
            if (walk.IsScaledByGroup == 0)
                cotangent = L.Absorb(cotangent, cotangent * E.Load(scale[walk.ScaleAt(part, i)]));
            L projected = cotangent - meanOfSum - L.Absorb(meanOfProduct, (E.Load(x[at]) - centre) * inverse * meanOfProduct);
            L pulled = L.Absorb(projected, factor * projected);
            dx[at] = E.Store(accumulate != 0 ? E.Load(dx[at]) + pulled : pulled);
        }
    }
}

/// <summary>The pullback to one scale and shift that are not a group's own, over all groups.</summary>
internal readonly struct NormalizePositionBody<E, L>(NormalizationWalk walk, ArrayView<E> x, ArrayView<E> mean, ArrayView<E> variance, double epsilon,
    ArrayView<E> dy, ArrayView<E> dScale, ArrayView<E> dShift) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        L sum = L.Constant(0), product = L.Constant(0);
        for (int i = Group.IdxX; i < walk.CountOfScale; i += Group.DimX)
        {
            int at = walk.AtScale(part, i), group = walk.GroupOfScale(part, i);
            L cotangent = E.Load(dy[at]);
            sum += cotangent;
            product += L.Absorb(cotangent, cotangent * ((E.Load(x[at]) - E.Load(mean[group])) / L.Sqrt(E.Load(variance[group]) + L.Constant(epsilon))));
        }

        sum = GroupTree.Combine<L, Sum>(sum);
        product = GroupTree.Combine<L, Sum>(product);
        if (Group.IdxX != 0)
            return;
        dScale[part] = E.Store(product);
        dShift[part] = E.Store(sum);
    }
}
