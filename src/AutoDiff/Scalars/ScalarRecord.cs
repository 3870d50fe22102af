using System.Runtime.CompilerServices;

namespace ConservativeAD;

/// <summary>The growing end of a scalar tape: what an operation touches.</summary>
internal unsafe struct ScalarRecord
{
    public ScalarNode* Nodes;
    public ulong Tag;
    public int Count;

    /// <summary>How many nodes may be there without a further look; none on a careful tape.</summary>
    public int FreeNodes;

    public uint Generation;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Holds(ulong handle) => handle >> ScalarTapeSlots.TagShift == Tag >> ScalarTapeSlots.TagShift;

    /// <summary>Appends a node, for which there is room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Active Append(int node, double value, double slope, int input, double otherSlope, int otherInput)
    {
        ScalarNode* place = Nodes + node;
        place->FirstSlope = slope;
        place->SecondSlope = otherSlope;
        place->First = input;
        place->Second = otherInput;
        Count = node + 1;
        return new Active(value, Tag | (uint)node);
    }
}
