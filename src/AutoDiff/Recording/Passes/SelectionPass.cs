using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// Backpropagation through a record as a function of what the operations at kinks pass back (<see cref="SelectionMap"/>). The sets come from the rules.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class SelectionPass<T> : SelectionMap
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TapeRecord<T> record;
    private readonly ReversePass<T> reverse;
    private readonly Tangents<T> tangents;
    private readonly int[] leaves;
    private readonly bool[] isNeeded;
    private readonly int last;

    private SelectionPass(TapeRecord<T> record, ReversePass<T> reverse, Tangents<T> tangents, int[] leaves, SelectionPieces pieces, double[] held)
        : base(pieces, held)
    {
        this.record = record;
        this.reverse = reverse;
        this.tangents = tangents;
        this.leaves = leaves;
        isNeeded = new bool[record.Count];
        for (int i = 0; i < pieces.Count; i++)
        {
            if (pieces.PlaceOf(i).Node is >= 0 and int node)
                isNeeded[node] = true;
        }

        last = Array.LastIndexOf(isNeeded, true);
        record.MarkDependencies(isNeeded, record.NeedsGradient);
    }

    /// <summary>Makes the map of an output.</summary>
    /// <param name="record">The record.</param>
    /// <param name="reverse">Its reverse pass.</param>
    /// <param name="tangents">Its tangents, which forward passes replace.</param>
    /// <param name="output">A value of one element.</param>
    /// <param name="leaves">The leaves whose gradients make up the result, in their order.</param>
    /// <param name="atKinks">The operations at kinks that the output depends on, in recording order.</param>
    /// <param name="reason">Why there is no map; empty if there is.</param>
    public static SelectionPass<T>? Of(
        TapeRecord<T> record, ReversePass<T> reverse, Tangents<T> tangents, int output, int[] leaves, int[] atKinks, out string reason)
    {
        SelectionPieces pieces = new();
        int untold = -1;
        reverse.BeginFromOne(output);
        Sweep(record, reverse, output, atKinks, (node, cotangent) =>
        {
            if (record.RuleAt(node) is IHasPieces<T> telling)
                telling.AddPieces(new PiecesContext<T>(new Node<T>(record, node), cotangent, pieces));
            else
                pieces.AddUntold();
            if (untold < 0 && pieces.IsUntold)
                untold = node;
            if (!pieces.CutOutputs.TryGetValue(node, out List<int>? outputs))
                return false;
            foreach (int element in outputs)
                cotangent[element] = 0;
            return true;
        });
        if (untold >= 0)
        {
            reason = $"{record.FactsAt(untold).Name} (node {untold}) does not tell its pieces";
            return null;
        }

        pieces.Close();
        SelectionPass<T> map = new(record, reverse, tangents, leaves, pieces, GradientOf(record, reverse, leaves));
        reason = map.Nested() is { } inner ? $"{record.FactsAt(inner).Name} (node {inner}) is at a kink, and so is an operation that uses its value" : "";
        return reason.Length == 0 ? map : null;
    }

    private protected override double[] PullCore(double[] w)
    {
        reverse.Cotangents.Begin();
        Seed(w);
        if (last >= 0)
            reverse.Sweep(last, null);
        return GradientOf(record, reverse, leaves);
    }

    private protected override double[] PushCore(double[] v)
    {
        tangents.Release();
        int start = 0;
        foreach (int leaf in leaves)
        {
            int count = record.Value(leaf).Count;
            if (leaf < isNeeded.Length && isNeeded[leaf])
                tangents.Into(leaf).CopyFrom(Array.ConvertAll(v[start..(start + count)], T.CreateTruncating));
            start += count;
        }

        for (int node = 0; node <= last; node++)
        {
            if (isNeeded[node])
                tangents.Carry(node);
        }

        double[] u = new double[Pieces.Count];
        int held = -1;
        T[] along = [];
        for (int i = 0; i < u.Length; i++)
        {
            (_, int node, int element) = Pieces.PlaceOf(i);
            if (node < 0)
                continue;
            if (node != held)
                (held, along) = (node, tangents.Has(node) ? tangents[node].ToArray() : []);
            u[i] = along.Length > 0 ? double.CreateTruncating(along[element]) : 0;
        }

        return u;
    }

    // The operation at a kink that lies upstream of another, in whose argument one of its pieces appears; null if there is none.
    private int? Nested()
    {
        if (Pieces.CutOutputs.Count < 2 || last < 0)
            return null;
        double[] random = new double[Pieces.Count];
        Philox.For(0, (uint)Streams.RowMarks).Uniform<double>(random, 1, 2);
        reverse.Cotangents.Begin();
        Seed(random);
        int? inner = null;
        Sweep(record, reverse, last, [.. Pieces.CutOutputs.Keys.Where(node => node <= last).Order()], (node, cotangent) =>
        {
            if (Pieces.CutOutputs[node].Exists(element => cotangent[element] != 0))
                inner = node;
            return false;
        });
        return inner;
    }

    private void Seed(double[] w)
    {
        Dictionary<int, T[]> seeds = [];
        for (int i = 0; i < w.Length; i++)
        {
            (_, int node, int element) = Pieces.PlaceOf(i);
            if (node < 0)
                continue;
            if (!seeds.TryGetValue(node, out T[]? seed))
                seeds.Add(node, seed = new T[record.Value(node).Count]);
            seed[element] += T.CreateTruncating(w[i]);
        }

        foreach ((int node, T[] seed) in seeds)
            reverse.Cotangents.Into(node, out _).CopyFrom(seed);
    }

    // A reverse pass that shows the cotangents of some operations and writes them back if they were changed.
    private static void Sweep(TapeRecord<T> record, ReversePass<T> reverse, int from, int[] shown, Func<int, double[], bool> show)
    {
        int after = from;
        foreach (int node in shown.Reverse())
        {
            if (node > from)
                continue;
            reverse.SweepDownTo(node + 1, after);
            after = node;
            if (!reverse.Cotangents.Has(node))
                continue;
            double[] cotangent = Array.ConvertAll(reverse.Cotangents[node].ToArray(), double.CreateTruncating);
            if (show(node, cotangent))
                reverse.Cotangents[node].CopyFrom(Array.ConvertAll(cotangent, T.CreateTruncating));
        }

        reverse.SweepDownTo(0, after);
    }

    private static double[] GradientOf(TapeRecord<T> record, ReversePass<T> reverse, int[] leaves)
    {
        double[] gradient = new double[leaves.Sum(leaf => record.Value(leaf).Count)];
        int start = 0;
        foreach (int leaf in leaves)
        {
            if (reverse.Cotangents.Has(leaf))
            {
                T[] part = reverse.Cotangents[leaf].ToArray();
                for (int i = 0; i < part.Length; i++)
                    gradient[start + i] = double.CreateTruncating(part[i]);
            }

            start += record.Value(leaf).Count;
        }

        return gradient;
    }
}
