using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>The inputs of a <see cref="Gru{T}"/> whose cotangents are needed.</summary>
internal readonly record struct GruNeeds(bool Projected, bool Weight, bool Bias, bool FirstHidden);

/// <summary>The cotangents of the inputs, in memory rented from the device; the default value where none is needed.</summary>
internal readonly struct GruParts<W>(NDArray<W> projected, NDArray<W> weight, NDArray<W> bias, NDArray<W> firstHidden)
    where W : unmanaged, IBinaryFloatingPointIeee754<W>
{
    public NDArray<W> Projected { get; } = projected;

    public NDArray<W> Weight { get; } = weight;

    public NDArray<W> Bias { get; } = bias;

    public NDArray<W> FirstHidden { get; } = firstHidden;
}

/// <summary>The tangents of the inputs; the default value for one without a tangent.</summary>
internal readonly struct GruTangents<W>(NDArray<W> projected, NDArray<W> weight, NDArray<W> bias, NDArray<W> firstHidden)
    where W : unmanaged, IBinaryFloatingPointIeee754<W>
{
    public NDArray<W> Projected { get; } = projected;

    public NDArray<W> Weight { get; } = weight;

    public NDArray<W> Bias { get; } = bias;

    public NDArray<W> FirstHidden { get; } = firstHidden;

    public void Return(Device device) => GruArrays.Return(device, FirstHidden, Bias, Weight, Projected);
}

/// <summary>The tangents of what a <see cref="GruCourse{W}"/> keeps.</summary>
internal readonly struct GruMoved<W>(NDArray<W> hidden, NDArray<W> gates, NDArray<W> candidates)
    where W : unmanaged, IBinaryFloatingPointIeee754<W>
{
    public NDArray<W> Hidden { get; } = hidden;

    public NDArray<W> Gates { get; } = gates;

    public NDArray<W> Candidates { get; } = candidates;

    public void Return(Device device) => GruArrays.Return(device, Candidates, Gates, Hidden);
}

/// <summary>
/// One run of a <see cref="Gru{T}"/> in float or double, and its derivatives. It keeps h before the first and after every step, the gates r and z beside u, the
/// part of h·Wᵀ + b inside the candidate n = tanh(a + r·u), and n.
/// </summary>
internal readonly struct GruCourse<W>
    where W : unmanaged, IBinaryFloatingPointIeee754<W>
{
    private readonly Device device;
    private readonly NDArray<W> weight;
    private readonly NDArray<W> gates;
    private readonly NDArray<W> candidates;
    private readonly bool startsAtZero;

    private GruCourse(Device device, NDArray<W> weight, NDArray<W> hidden, NDArray<W> gates, NDArray<W> candidates, bool startsAtZero)
    {
        this.device = device;
        this.weight = weight;
        Hidden = hidden;
        this.gates = gates;
        this.candidates = candidates;
        this.startsAtZero = startsAtZero;
    }

    /// <summary>h: [steps + 1, batch, width].</summary>
    public NDArray<W> Hidden { get; }

    private int Steps => gates.Shape[0];

    private int Width => weight.Shape[1];

    private Shape State => Hidden.Shape.Without(0);

    private NDArray<W> Before => Hidden.Slice(0, 0, Steps);

    /// <summary>Runs all steps.</summary>
    /// <param name="device">The device.</param>
    /// <param name="projected">a: [steps, batch, 3·width].</param>
    /// <param name="weight">W.</param>
    /// <param name="bias">b.</param>
    /// <param name="first">The first h; the default value for 0.</param>
    /// <param name="hidden">Receives h: [steps + 1, batch, width].</param>
    /// <param name="gates">Receives r, z and u: [steps, batch, 3·width].</param>
    /// <param name="candidates">Receives n: [steps, batch, width].</param>
    public static GruCourse<W> Run(Device device, in NDArray<W> projected, in NDArray<W> weight, in NDArray<W> bias, in NDArray<W> first,
        in NDArray<W> hidden, in NDArray<W> gates, in NDArray<W> candidates)
    {
        int width = weight.Shape[1];
        if (first.IsNone)
            device.Fill(At(hidden, 0), W.Zero);
        else
            device.Copy(first, At(hidden, 0));
        device.Copy(bias.BroadcastTo(gates.Shape), gates);
        for (int step = 0; step < gates.Shape[0]; step++)
        {
            NDArray<W> s = At(gates, step), a = At(projected, step), h = At(hidden, step), n = At(candidates, step), both = s.Slice(-1, 0, 2 * width);
            if (step > 0 || !first.IsNone)
                device.MatrixProduct(h, weight.Transpose(0, 1), s, true);
            device.Map2(default(SigmoidOfSum), a.Slice(-1, 0, 2 * width), both, both);
            device.Map3(default(Candidate), Part(a, 2, width), Part(s, 0, width), Part(s, 2, width), n);
            device.Map3(default(Mixed), n, Part(s, 1, width), h, At(hidden, step + 1));
        }

        return new(device, weight, hidden, gates, candidates, first.IsNone);
    }

    /// <summary>The same run, held to the current content of its memory.</summary>
    public GruCourse<W> Pinned() => new(device, weight, Hidden.Pinned(), gates, candidates, startsAtZero);

    /// <summary>Returns the memory of the run, if it was rented from the device.</summary>
    public void Return() => GruArrays.Return(device, candidates, gates, Hidden, weight);

    /// <summary>The pullback through all steps.</summary>
    /// <param name="cotangent">That of h after each step: [steps, batch, width].</param>
    /// <param name="needs">What is needed.</param>
    public GruParts<W> Pull(in NDArray<W> cotangent, GruNeeds needs)
    {
        NDArray<W> da = device.Allocate<W>(gates.Shape), ds = device.Allocate<W>(gates.Shape), dh = device.Allocate<W>(State),
            v = device.Allocate<W>(State);
        device.Fill(dh, W.Zero);
        for (int step = Steps - 1; step >= 0; step--)
        {
            device.Map2(default(Sum), At(cotangent, step), dh, v);
            PullStep(step, v, At(da, step), At(ds, step));
            if (step == 0 && !needs.FirstHidden)
                break;
            device.Map2(default(Arithmetic.CarriedProduct), v, Part(At(gates, step), 1, Width), dh);
            device.CarriedProduct(At(ds, step), weight, dh, CarriedOperand.First, true);
        }

        GruParts<W> parts = new(needs.Projected ? da : default, needs.Weight ? WeightPart(ds, Hidden) : default, needs.Bias ? Summed(ds) : default,
            needs.FirstHidden ? dh : default);
        GruArrays.Return(device, v, ds, needs.Projected ? default : da, needs.FirstHidden ? default : dh);
        return parts;
    }

    /// <summary>The tangents along those of the inputs; the default value for an input without a tangent.</summary>
    /// <param name="projected">The tangent of a.</param>
    /// <param name="weightTangent">The tangent of W.</param>
    /// <param name="bias">The tangent of b.</param>
    /// <param name="first">The tangent of the first h.</param>
    public GruMoved<W> Move(in NDArray<W> projected, in NDArray<W> weightTangent, in NDArray<W> bias, in NDArray<W> first)
    {
        GruMoved<W> moved = new(device.Allocate<W>(Hidden.Shape), device.Allocate<W>(gates.Shape), device.Allocate<W>(candidates.Shape));
        if (bias.IsNone)
            device.Fill(moved.Gates, W.Zero);
        else
            device.Copy(bias.BroadcastTo(gates.Shape), moved.Gates);
        if (!weightTangent.IsNone)
            device.CarriedProduct(Rows(Before), weightTangent.Transpose(0, 1), Rows(moved.Gates), CarriedOperand.Second, true);
        if (first.IsNone)
            device.Fill(At(moved.Hidden, 0), W.Zero);
        else
            device.Copy(first, At(moved.Hidden, 0));
        for (int step = 0; step < Steps; step++)
        {
            NDArray<W> s = At(gates, step), ds = At(moved.Gates, step), h = At(Hidden, step), dh = At(moved.Hidden, step), n = At(candidates, step),
                dn = At(moved.Candidates, step), next = At(moved.Hidden, step + 1), both = ds.Slice(-1, 0, 2 * Width);
            device.CarriedProduct(dh, weight.Transpose(0, 1), ds, CarriedOperand.First, true);
            if (!projected.IsNone)
                device.Copy(At(projected, step).Slice(-1, 0, 2 * Width), both, true);
            device.Map2(default(SigmoidSlope), s.Slice(-1, 0, 2 * Width), both, both);

            // ṅ = (1 − n²)·(ȧ + ṙ·u + r·u̇).
            device.Map4(default(OuterCarried), Part(ds, 0, Width), Part(s, 2, Width), Part(s, 0, Width), Part(ds, 2, Width), dn);
            if (!projected.IsNone)
                device.Copy(Part(At(projected, step), 2, Width), dn, true);
            device.Map2(default(TanhSlope), n, dn, dn);

            // (1 − z)·ṅ + z·ḣ + ż·(h − n).
            device.Map3(default(MixedTangent), Part(s, 1, Width), dn, dh, next);
            device.Map3(default(CarriedDifference), Part(ds, 1, Width), h, n, next, true);
        }

        return moved;
    }

    /// <summary>The derivative of the pullback along the tangents, with the cotangent fixed.</summary>
    /// <param name="cotangent">That of h after each step.</param>
    /// <param name="moved">The tangents.</param>
    /// <param name="weightTangent">The tangent of W, or the default value.</param>
    /// <param name="needs">What is needed.</param>
    public GruParts<W> PullMoved(in NDArray<W> cotangent, in GruMoved<W> moved, in NDArray<W> weightTangent, GruNeeds needs)
    {
        NDArray<W> da = device.Allocate<W>(gates.Shape), ds = device.Allocate<W>(gates.Shape), dh = device.Allocate<W>(State),
            v = device.Allocate<W>(State);
        NDArray<W> movedDa = device.Allocate<W>(gates.Shape), movedDs = device.Allocate<W>(gates.Shape), movedDh = device.Allocate<W>(State),
            movedV = device.Allocate<W>(State);
        device.Fill(dh, W.Zero);
        device.Fill(movedDh, W.Zero);
        for (int step = Steps - 1; step >= 0; step--)
        {
            NDArray<W> s = At(gates, step), movedS = At(moved.Gates, step);
            device.Map2(default(Sum), At(cotangent, step), dh, v);
            device.Copy(movedDh, movedV);
            PullStep(step, v, At(da, step), At(ds, step));
            PullStepMoved(step, v, movedV, moved, At(da, step), At(movedDa, step), At(movedDs, step));
            device.Map2(default(Arithmetic.CarriedProduct), v, Part(s, 1, Width), dh);
            device.Map4(default(AllButSecondCarried), movedV, Part(s, 1, Width), v, Part(movedS, 1, Width), movedDh);
            device.CarriedProduct(At(ds, step), weight, dh, CarriedOperand.First, true);
            device.CarriedProduct(At(movedDs, step), weight, movedDh, CarriedOperand.First, true);
            if (!weightTangent.IsNone)
                device.CarriedProduct(At(ds, step), weightTangent, movedDh, CarriedOperand.Both, true);
        }

        NDArray<W> dw = default;
        if (needs.Weight)
        {
            dw = WeightPart(movedDs, Hidden);
            device.CarriedProduct(Rows(ds).Transpose(0, 1), Rows(moved.Hidden.Slice(0, 0, Steps)), dw, CarriedOperand.Both, true);
        }

        GruParts<W> parts = new(needs.Projected ? movedDa : default, dw, needs.Bias ? Summed(movedDs) : default, needs.FirstHidden ? movedDh : default);
        GruArrays.Return(device, movedV, v, dh, ds, da, movedDs, needs.Projected ? default : movedDa, needs.FirstHidden ? default : movedDh);
        return parts;
    }

    private static NDArray<W> At(in NDArray<W> sequence, int step) => sequence.Slice(0, step, 1).Reshape(sequence.Shape.Without(0));

    private static NDArray<W> Part(in NDArray<W> side, int part, int width) => side.Slice(-1, part * width, width);

    private static NDArray<W> Rows(in NDArray<W> sequence) => sequence.Reshape(Shape.Of(sequence.Shape[0] * sequence.Shape[1], sequence.Shape[2]));

    // Cotangents of a and of s = h·Wᵀ + b in one step, from the cotangent v of the next h.
    private void PullStep(int step, in NDArray<W> v, in NDArray<W> da, in NDArray<W> ds)
    {
        NDArray<W> s = At(gates, step), n = At(candidates, step);
        device.Map3(default(CandidateCotangent), v, Part(s, 1, Width), n, Part(da, 2, Width));
        device.Map4(default(UpdateCotangent), v, At(Hidden, step), n, Part(s, 1, Width), Part(da, 1, Width));
        device.Map3(default(ResetCotangent), Part(da, 2, Width), Part(s, 2, Width), Part(s, 0, Width), Part(da, 0, Width));
        device.Copy(da.Slice(-1, 0, 2 * Width), ds.Slice(-1, 0, 2 * Width));
        device.Map2(default(Arithmetic.CarriedProduct), Part(da, 2, Width), Part(s, 0, Width), Part(ds, 2, Width));
    }

    // The change of what PullStep computes; movedV is that of v.
    private void PullStepMoved(int step, in NDArray<W> v, in NDArray<W> movedV, in GruMoved<W> moved, in NDArray<W> da, in NDArray<W> movedDa,
        in NDArray<W> movedDs)
    {
        NDArray<W> s = At(gates, step), n = At(candidates, step), movedS = At(moved.Gates, step), movedN = At(moved.Candidates, step);
        NDArray<W> r = Part(s, 0, Width), z = Part(s, 1, Width), u = Part(s, 2, Width);
        NDArray<W> movedR = Part(movedS, 0, Width), movedZ = Part(movedS, 1, Width), movedU = Part(movedS, 2, Width);
        NDArray<W> p = Part(da, 2, Width), movedP = Part(movedDa, 2, Width), movedQ = Part(movedDa, 1, Width);

        // p = v·(1 − z)·(1 − n²).
        device.Map3(default(CandidateCotangent), movedV, z, n, movedP);
        device.Map3(default(CandidateAlongUpdate), v, movedZ, n, movedP, true);
        device.Map4(default(CandidateAlongCandidate), v, z, n, movedN, movedP, true);

        // q = v·(h − n)·z·(1 − z).
        device.Map4(default(UpdateCotangent), movedV, At(Hidden, step), n, z, movedQ);
        device.Map4(default(UpdateAlongStates), v, At(moved.Hidden, step), movedN, z, movedQ, true);
        device.Map4(default(CarriedDifferences), v, At(Hidden, step), n, z, movedDs.Slice(-1, 0, Width));
        device.Map2(default(Arithmetic.ProductOfCarried), movedDs.Slice(-1, 0, Width), movedZ, movedQ, true);

        // p·u·r·(1 − r), and p·r.
        device.Map3(default(ResetCotangent), movedP, u, r, Part(movedDa, 0, Width));
        device.Map3(default(ResetAlongInside), p, movedU, r, Part(movedDa, 0, Width), true);
        device.Map4(default(ResetAlongReset), p, u, r, movedR, Part(movedDa, 0, Width), true);
        device.Copy(movedDa.Slice(-1, 0, 2 * Width), movedDs.Slice(-1, 0, 2 * Width));
        device.Map4(default(AllButSecondCarried), movedP, r, p, movedR, Part(movedDs, 2, Width));
    }

    private NDArray<W> WeightPart(in NDArray<W> ds, in NDArray<W> hidden)
    {
        int first = startsAtZero && Steps > 0 ? 1 : 0;
        NDArray<W> dw = device.Allocate<W>(weight.Shape);
        device.CarriedProduct(Rows(ds.Slice(0, first, Steps - first)).Transpose(0, 1), Rows(hidden.Slice(0, first, Steps - first)), dw, CarriedOperand.First);
        return dw;
    }

    private NDArray<W> Summed(in NDArray<W> ds)
    {
        NDArray<W> db = device.Allocate<W>(Shape.Of(3 * Width));
        device.Reduce(default(Kernels.Reductions.Sum), Rows(ds), db);
        return db;
    }

    internal readonly struct Sum : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x + y;
    }

    internal readonly struct SigmoidOfSum : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.Sigmoid(x + y);
    }

    internal readonly struct Candidate : ITernaryMap
    {
        public L Invoke<L>(L a, L r, L u)
            where L : struct, ILane<L> => L.Tanh(a + (r * u));
    }

    internal readonly struct Mixed : ITernaryMap
    {
        public L Invoke<L>(L n, L z, L h)
            where L : struct, ILane<L> => ((L.Constant(1) - z) * n) + (z * h);
    }

    internal readonly struct CandidateCotangent : ITernaryMap
    {
        public L Invoke<L>(L v, L z, L n)
            where L : struct, ILane<L> => L.Absorb(v, v * (L.Constant(1) - z) * (L.Constant(1) - (n * n)));
    }

    internal readonly struct UpdateCotangent : IQuaternaryMap
    {
        public L Invoke<L>(L v, L h, L n, L z)
            where L : struct, ILane<L> => L.Absorb(v, v * (h - n) * z * (L.Constant(1) - z));
    }

    internal readonly struct ResetCotangent : ITernaryMap
    {
        public L Invoke<L>(L p, L u, L r)
            where L : struct, ILane<L> => L.Absorb(p, p * u * r * (L.Constant(1) - r));
    }

    internal readonly struct CandidateAlongUpdate : ITernaryMap
    {
        public L Invoke<L>(L v, L movedZ, L n)
            where L : struct, ILane<L> => L.Absorb(v, L.Absorb(movedZ, -(v * movedZ * (L.Constant(1) - (n * n)))));
    }

    internal readonly struct CandidateAlongCandidate : IQuaternaryMap
    {
        public L Invoke<L>(L v, L z, L n, L movedN)
            where L : struct, ILane<L> => L.Absorb(v, L.Absorb(movedN, -(L.Constant(2) * v * (L.Constant(1) - z) * n * movedN)));
    }

    internal readonly struct UpdateAlongStates : IQuaternaryMap
    {
        public L Invoke<L>(L v, L movedH, L movedN, L z)
            where L : struct, ILane<L>
        {
            L moved = movedH - movedN;
            return L.Absorb(v, L.Absorb(moved, v * moved * z * (L.Constant(1) - z)));
        }
    }

    // v·(h − n)·(1 − 2z), the slope of the update gate's cotangent.
    internal readonly struct CarriedDifferences : IQuaternaryMap
    {
        public L Invoke<L>(L v, L h, L n, L z)
            where L : struct, ILane<L> => L.Absorb(v, v * (h - n) * (L.Constant(1) - z - z));
    }

    internal readonly struct ResetAlongInside : ITernaryMap
    {
        public L Invoke<L>(L p, L movedU, L r)
            where L : struct, ILane<L> => L.Absorb(p, L.Absorb(movedU, p * movedU * r * (L.Constant(1) - r)));
    }

    internal readonly struct ResetAlongReset : IQuaternaryMap
    {
        public L Invoke<L>(L p, L u, L r, L movedR)
            where L : struct, ILane<L> => L.Absorb(p, L.Absorb(movedR, p * u * (L.Constant(1) - r - r) * movedR));
    }

    internal readonly struct SigmoidSlope : IBinaryMap
    {
        public L Invoke<L>(L y, L v)
            where L : struct, ILane<L> => L.Absorb(v, y * (L.Constant(1) - y) * v);
    }

    internal readonly struct TanhSlope : IBinaryMap
    {
        public L Invoke<L>(L y, L v)
            where L : struct, ILane<L> => L.Absorb(v, (L.Constant(1) - (y * y)) * v);
    }

    internal readonly struct MixedTangent : ITernaryMap
    {
        public L Invoke<L>(L z, L movedN, L movedH)
            where L : struct, ILane<L> => L.Absorb(movedN, (L.Constant(1) - z) * movedN) + L.Absorb(movedH, z * movedH);
    }

    internal readonly struct CarriedDifference : ITernaryMap
    {
        public L Invoke<L>(L movedZ, L h, L n)
            where L : struct, ILane<L> => L.Absorb(movedZ, movedZ * (h - n));
    }

    // A sum of products whose first and last factors are cotangents or tangents.
    internal readonly struct OuterCarried : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => L.Absorb(x, x * y) + L.Absorb(w, z * w);
    }

    internal readonly struct AllButSecondCarried : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => L.Absorb(x, x * y) + L.Absorb(z, L.Absorb(w, z * w));
    }
}

/// <summary>Memory of arrays that may be absent.</summary>
file static class GruArrays
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
