using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// Finds which elements of leaves the elements of recorded values depend on, by the rules alone: values, zeros among them, play no part. Where a rule does not
/// tell, every element depends on every other.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record.</param>
internal sealed class SparsityPass<T>(TapeRecord<T> record)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // More than this many elements of sets are not gathered; the rest is taken for dense.
    private const long Budget = 1 << 26;
    private static readonly int[] None = [];

    private int[][]?[] sets = [];
    private int[] all = [];
    private int[] seen = [];
    private int stamp;
    private long spent;

    /// <summary>For every element of a value, the elements of the leaves that it depends on, in order.</summary>
    /// <param name="output">The value.</param>
    /// <param name="leaves">The leaves, whose elements are numbered one leaf after the other.</param>
    public int[][] Pattern(int output, ReadOnlySpan<int> leaves)
    {
        Carry(output, leaves, null);
        int[][] pattern = sets[output] ?? Everywhere(None, record.Value(output).Count);
        sets = [];
        return pattern;
    }

    /// <summary>For every element of the leaves, those that the second derivatives of a value may join it with, in order.</summary>
    /// <param name="output">The value.</param>
    /// <param name="leaves">The leaves, whose elements are numbered one leaf after the other.</param>
    public int[][] PatternOfHessian(int output, ReadOnlySpan<int> leaves)
    {
        HashSet<int[]> joined = new(ReferenceEqualityComparer.Instance);
        Carry(output, leaves, joined);
        sets = [];
        if (joined.Contains(all))
            return Everywhere(all, all.Length);
        List<int[]>[] memberships = new List<int[]>[all.Length];
        foreach (int[] set in joined)
        {
            foreach (int element in set)
                (memberships[element] ??= []).Add(set);
        }

        return [.. memberships.Select(of => of is null ? None : Union(of))];
    }

    private void Carry(int output, ReadOnlySpan<int> leaves, HashSet<int[]>? joined)
    {
        sets = new int[output + 1][][];
        spent = 0;
        int count = 0;
        foreach (int leaf in leaves)
            count += record.Value(leaf).Count;
        all = Rules.Dependence.Counted(count);
        (seen, stamp) = (new int[count], 0);
        int start = 0;
        foreach (int leaf in leaves)
        {
            int first = start;
            int[][] own = new int[record.Value(leaf).Count][];
            for (int i = 0; i < own.Length; i++)
                own[i] = count == 1 ? all : [first + i];
            if (leaf <= output)
                sets[leaf] = own;
            start += own.Length;
        }

        bool[] needed = new bool[output + 1];
        needed[output] = true;
        record.MarkDependencies(needed, record.NeedsGradient);
        int[] lastUse = new int[output + 1];
        for (int node = 0; node <= output; node++)
        {
            for (int index = 0; needed[node] && index < record.InputCount(node); index++)
                lastUse[record.InputNode(node, index)] = node;
        }

        for (int node = 0; node <= output; node++)
        {
            if (!needed[node] || record.IsLeaf(node))
                continue;
            sets[node] = Through(node);
            if (joined is not null && sets[node] is { } reached && !record.ColumnAt(node).IsLinearOnPieces)
                joined.UnionWith(reached);
            for (int index = 0; index < record.InputCount(node); index++)
            {
                int input = record.InputNode(node, index);
                if (lastUse[input] == node && input != output)
                    sets[input] = null;
            }
        }
    }

    // The sets of an operation's output elements; null if it depends on no leaf.
    private int[][]? Through(int node)
    {
        int count = record.Value(node).Count;
        int[][]? reached = null;
        for (int index = 0; index < record.InputCount(node); index++)
        {
            if (sets[record.InputNode(node, index)] is not { } input)
                continue;
            int[][] part = record.ColumnAt(node).DependenceOn(record.PlaceAt(node), index, new Rules.Node<T>(record, node)) is { } dependence
                ? Through(dependence, input, count)
                : Everywhere(Union(input), count);
            for (int i = 0; reached is not null && i < count; i++)
                part[i] = Union([reached[i], part[i]]);
            reached = part;
        }

        return reached;
    }

    private int[][] Through(Rules.Dependence dependence, int[][] input, int count)
    {
        int groups = dependence.InputGroups.Length == 0 ? 0 : dependence.InputGroups.Max() + 1;
        int[] single = new int[groups];
        List<int[]>?[] several = new List<int[]>?[groups];
        Array.Fill(single, -1);
        for (int i = 0; i < input.Length; i++)
        {
            int group = dependence.InputGroups[i];
            if (group < 0 || input[i].Length == 0)
                continue;
            if (single[group] < 0)
                single[group] = i;
            else
                (several[group] ??= [input[single[group]]]).Add(input[i]);
        }

        int[][] ofGroup = new int[groups][];
        for (int group = 0; group < groups; group++)
            ofGroup[group] = several[group] is { } members ? Union(members) : single[group] >= 0 ? input[single[group]] : None;
        int[][] output = new int[count][];
        List<int[]> named = [];
        for (int i = 0; i < count; i++)
        {
            named.Clear();
            foreach (int[] groupOf in dependence.OutputGroups)
            {
                if (groupOf[i] >= 0 && groupOf[i] < groups)
                    named.Add(ofGroup[groupOf[i]]);
            }

            output[i] = Union(named);
        }

        return output;
    }

    // An operation whose sets are the same array again keeps it, so that long chains share their sets.
    private int[] Union(IReadOnlyList<int[]> parts)
    {
        int[] largest = None;
        bool isOne = true;
        foreach (int[] part in parts)
        {
            isOne &= part.Length == 0 || largest.Length == 0 || ReferenceEquals(part, largest);
            if (part.Length > largest.Length)
                largest = part;
            if (part.Length == all.Length)
                return all;
        }

        if (isOne)
            return largest;
        if (spent > Budget)
            return all;
        stamp++;
        int count = 0;
        foreach (int[] part in parts)
        {
            spent += part.Length;
            foreach (int element in part)
            {
                if (seen[element] == stamp)
                    continue;
                seen[element] = stamp;
                count++;
            }
        }

        if (count == largest.Length)
            return largest;
        if (count == all.Length)
            return all;
        int[] union = new int[count];
        int place = 0;
        foreach (int[] part in parts)
        {
            foreach (int element in part)
            {
                if (seen[element] != stamp)
                    continue;
                seen[element] = 0;
                union[place++] = element;
            }
        }

        Array.Sort(union);
        return union;
    }

    private static int[][] Everywhere(int[] set, int count)
    {
        int[][] sets = new int[count][];
        Array.Fill(sets, set);
        return sets;
    }
}
