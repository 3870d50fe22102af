using System.Runtime.CompilerServices;

namespace ConservativeAD.Scalars;

/// <summary>The growing end of a scalar tape, with the fields that each operation uses.</summary>
internal unsafe struct ScalarRecord
{
    public ScalarNode* Nodes;

    /// <summary>The handle of node 0. Handles are never reused: each generation starts after the nodes of the previous one.</summary>
    public ulong Start;

    /// <summary>The number of nodes, as wide as an address, so that the next one's place follows without a conversion.</summary>
    public nuint End;

    /// <summary>The number of nodes that can be added without a further check; 0 on a careful tape and on a record that its tape has left.</summary>
    public int FreeNodes;

    /// <summary>The number of nodes that there is memory for.</summary>
    public int Capacity;

    /// <summary>Like <see cref="FreeNodes"/>, on a tape with second derivatives; 0 on others.</summary>
    public int FreeTwice;

    /// <summary>The second derivatives of each node, on a tape that keeps them.</summary>
    public ScalarCurvature* Curvatures;

    /// <summary>Whether products by a constant 0 are constants.</summary>
    public bool LeavesOutZeros;

    /// <summary>Whether a tape with second derivatives met what it does not examine.</summary>
    public bool IsInDoubt;

    /// <summary>The thread that may record here.</summary>
    public int Owner;

    /// <summary>A weak handle of the tape.</summary>
    public nint Tape;

    /// <summary>The number of nodes.</summary>
    public int Count
    {
        readonly get => (int)End;
        set => End = (nuint)value;
    }

    /// <summary>The index of a number on this record; 2³¹ or more if it belongs to another record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong PlaceOf(ulong handle) => handle - Start;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Holds(ulong handle) => handle - Start < End;

    /// <summary>Appends a node. There must be room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Active Append(int node, double value, double slope, int input, double otherSlope, int otherInput) =>
        Append((nuint)node, value, slope, input, otherSlope, otherInput);

    /// <summary>Appends a node. There must be room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Active Append(nuint node, double value, double slope, int input, double otherSlope, int otherInput)
    {
        ScalarNode* place = Nodes + node;
        place->FirstSlope = slope;
        place->SecondSlope = otherSlope;
        place->First = input;
        place->Second = otherInput;
        End = node + 1;
        return new Active(value, Start + node);
    }
}
