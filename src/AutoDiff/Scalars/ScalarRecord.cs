using System.Runtime.CompilerServices;

namespace ConservativeAD.Scalars;

/// <summary>The growing end of a scalar tape, with the fields that each operation uses.</summary>
internal unsafe struct ScalarRecord
{
    public ScalarNode* Nodes;

    /// <summary>The handle of node 0. Handles are never reused: each generation starts after the nodes of the previous one.</summary>
    public ulong Start;

    public int Count;

    /// <summary>The number of nodes that can be added without a further check; 0 on a careful tape and on a record that its tape has left.</summary>
    public int FreeNodes;

    /// <summary>Like <see cref="FreeNodes"/>, on a tape with second derivatives; 0 on others.</summary>
    public int FreeTwice;

    /// <summary>The second derivatives of each node, on a tape that keeps them.</summary>
    public ScalarCurvature* Curvatures;

    /// <summary>Whether a tape with second derivatives met what it does not examine.</summary>
    public bool IsInDoubt;

    /// <summary>The thread that may record here.</summary>
    public int Owner;

    /// <summary>A weak handle of the tape.</summary>
    public nint Tape;

    /// <summary>The index of a number on this record; 2³¹ or more if it belongs to another record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong PlaceOf(ulong handle) => handle - Start;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Holds(ulong handle) => handle - Start < (ulong)Count;

    /// <summary>Appends a node. There must be room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Active Append(int node, double value, double slope, int input, double otherSlope, int otherInput)
    {
        ScalarNode* place = Nodes + node;
        place->FirstSlope = slope;
        place->SecondSlope = otherSlope;
        place->First = input;
        place->Second = otherInput;
        Count = node + 1;
        return new Active(value, Start + (uint)node);
    }
}
