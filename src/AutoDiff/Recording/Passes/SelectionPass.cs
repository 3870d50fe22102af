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
    private readonly int[] atKinks;

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
        atKinks = [.. pieces.CutOutputs.Keys.Where(node => node <= last).Order()];
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
    public static SelectionMap? Of(
        TapeRecord<T> record, ReversePass<T> reverse, Tangents<T> tangents, int output, int[] leaves, int[] atKinks, out string reason)
    {
        SelectionPieces pieces = new();
        Dictionary<int, double[]> cotangents = [];
        int untold = -1;
        reverse.BeginFromOne(output);
        Sweep(record, reverse, output, atKinks, (node, cotangent) =>
        {
            cotangents.Add(node, [.. cotangent]);
            AddPieces(record, node, cotangent, null, pieces);
            if (untold < 0 && pieces.IsUntold)
                untold = node;
            return Clear(cotangent, pieces, node);
        });
        if (untold >= 0)
        {
            reason = $"{record.FactsAt(untold).Name} (node {untold}) does not tell its pieces";
            return null;
        }

        pieces.Close();
        SelectionPass<T> map = new(record, reverse, tangents, leaves, pieces, GradientOf(record, reverse, leaves));
        reason = "";
        return map.HasNested()
            ? Relaxed(map, output, cotangents, out reason)
            : MergedSelectionMap.Of(map, new ArgumentRoots<T>(record, reverse, pieces.CutOutputs).Of);
    }

    // Where kinks lie downstream of others, bounds of the cotangents of the latter take the place of cotangents, and what all of them pass back varies freely.
    private static SelectionPass<T>? Relaxed(SelectionPass<T> map, int output, Dictionary<int, double[]> cotangents, out string reason)
    {
        (TapeRecord<T> record, ReversePass<T> reverse) = (map.record, map.reverse);
        SelectionPieces pieces = new() { IsRelaxed = true };
        CotangentBounds<T> bounds = new(record, reverse, [.. map.Pieces.CutOutputs.Keys]);
        for (int node = output; node >= 0; node--)
        {
            List<int> cut = map.Pieces.CutOutputs.TryGetValue(node, out List<int>? outputs) ? outputs : [];
            if (cut.Count > 0)
            {
                // What comes from no kink is known exactly.
                double[] exact = cotangents[node];
                (double[] low, double[] high) = bounds.At(node);
                (int, int) before = pieces.Added;
                AddPieces(record, node, [.. low.Zip(exact, (a, b) => a + b)], [.. high.Zip(exact, (a, b) => a + b)], pieces);
                foreach ((int place, int element, double least, double greatest) in pieces.RangesAfter(before))
                    bounds.Add(place, element, least, greatest);
            }

            if (!bounds.Pass(node, cut))
            {
                reason = $"{record.FactsAt(node).Name} (node {node}) lies between two kinks, and its slopes are not known well enough to bound what it passes "
                    + "back";
                return null;
            }
        }

        pieces.Close();
        reason = "";
        return new SelectionPass<T>(record, reverse, map.tangents, map.leaves, pieces, map.Held);
    }

    private static void AddPieces(TapeRecord<T> record, int node, double[] cotangent, double[]? greatest, SelectionPieces pieces)
    {
        if (record.RuleAt(node) is IHasPieces<T> telling)
            telling.AddPieces(new PiecesContext<T>(new Node<T>(record, node), cotangent, greatest, pieces));
        else
            pieces.AddUntold();
    }

    private static bool Clear(double[] elements, SelectionPieces pieces, int node)
    {
        if (!pieces.CutOutputs.TryGetValue(node, out List<int>? outputs))
            return false;
        foreach (int element in outputs)
            elements[element] = 0;
        return true;
    }

    private protected override double[] PullCore(double[] w)
    {
        reverse.Cotangents.Begin();
        Seed(w);
        if (last >= 0 && Pieces.IsRelaxed)
            Sweep(record, reverse, last, atKinks, (node, cotangent) => Clear(cotangent, Pieces, node));
        else if (last >= 0)
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
            if (!isNeeded[node])
                continue;
            tangents.Carry(node);
            if (Pieces.IsRelaxed && Pieces.CutOutputs.ContainsKey(node) && tangents.Has(node))
            {
                double[] along = Array.ConvertAll(tangents[node].ToArray(), double.CreateTruncating);
                Clear(along, Pieces, node);
                tangents[node].CopyFrom(Array.ConvertAll(along, T.CreateTruncating));
            }
        }

        double[] u = new double[Pieces.Count];
        int held = -1;
        T[] moved = [];
        for (int i = 0; i < u.Length; i++)
        {
            (_, int node, int element) = Pieces.PlaceOf(i);
            if (node < 0)
                continue;
            if (node != held)
                (held, moved) = (node, tangents.Has(node) ? tangents[node].ToArray() : []);
            u[i] = moved.Length > 0 ? double.CreateTruncating(moved[element]) : 0;
        }

        return u;
    }

    // Whether one of the pieces appears in the argument of another operation at a kink.
    private bool HasNested()
    {
        if (Pieces.CutOutputs.Count < 2 || last < 0)
            return false;
        double[] random = new double[Pieces.Count];
        Philox.For(0, (uint)Streams.RowMarks).Uniform<double>(random, 1, 2);
        reverse.Cotangents.Begin();
        Seed(random);
        bool isNested = false;
        Sweep(record, reverse, last, atKinks, (node, cotangent) =>
        {
            isNested |= Pieces.CutOutputs[node].Exists(element => cotangent[element] != 0);
            return false;
        });
        return isNested;
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
