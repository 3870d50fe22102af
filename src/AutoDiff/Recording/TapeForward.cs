using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Tangents: forward mode and directional derivatives through the same rules.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private NDArray<T>[] tangents = new NDArray<T>[64];
    private int tangentCount;
    private NDArray<T> zero;

    /// <summary>Gives a leaf a tangent. Operations recorded afterwards carry it along; for those recorded before, call <see cref="CarryTangents"/>.</summary>
    /// <param name="leaf">A leaf of the tape.</param>
    /// <param name="direction">Its tangent, in row-major order.</param>
    /// <exception cref="ArgumentException">The direction has another number of elements.</exception>
    public void SetTangent(Var<T> leaf, ReadOnlySpan<T> direction)
    {
        NeedEveryValue();
        Check(leaf);
        if (columnOf[leaf.Node] != Leaf)
            throw new InvalidOperationException("Only a leaf is given a tangent; those of other values follow from the rules.");
        if (direction.Length != leaf.Shape.Count)
            throw new ArgumentException($"The tangent of a value of shape {leaf.Shape} takes {leaf.Shape.Count} elements; {direction.Length} were given.", nameof(direction));
        GrowTangents();
        if (tangents[leaf.Node].IsNone)
            tangents[leaf.Node] = Device.Allocate<T>(leaf.Shape);
        tangents[leaf.Node].CopyFrom(direction);
    }

    internal void CopyTangent(Var<T> leaf, in NDArray<T> direction)
    {
        Check(leaf);
        GrowTangents();
        if (tangents[leaf.Node].IsNone)
            tangents[leaf.Node] = Device.Allocate<T>(values[leaf.Node].Shape);
        Device.Copy(direction, tangents[leaf.Node]);
    }

    /// <summary>Computes the tangent of every recorded value from those of the leaves.</summary>
    public void CarryTangents()
    {
        NeedEveryValue();
        for (int node = 0; node < count; node++)
            CarryTangent(node);
    }

    /// <summary>The tangent of a value: the one-sided directional derivative along the leaves' tangents. Zeros where nothing it depends on moves.</summary>
    /// <param name="variable">The value.</param>
    public NDArray<T> TangentOf(Var<T> variable)
    {
        NeedEveryValue();
        Check(variable);
        return TangentOrZeros(variable.Node);
    }

    internal bool InputHasTangent(int node, int index) => HasTangent(InputNode(node, index));

    internal NDArray<T> InputTangent(int node, int index) => TangentOrZeros(InputNode(node, index));

    private bool HasTangent(int node) => node < tangentCount && !tangents[node].IsNone;

    private NDArray<T> TangentOrZeros(int node)
    {
        if (HasTangent(node))
            return tangents[node];
        if (zero.IsNone)
        {
            zero = RentUntilReset(Shape.Scalar);
            Device.Fill(zero, T.Zero);
        }

        return zero.BroadcastTo(values[node].Shape);
    }

    private void CarryTangent(int node)
    {
        if (tangentCount == 0 || columnOf[node] == Leaf)
            return;
        bool moves = false;
        for (int index = 0; index < InputCount(node); index++)
            moves |= InputHasTangent(node, index);
        if (!moves)
            return;
        GrowTangents();
        if (tangents[node].IsNone)
            tangents[node] = Device.Allocate<T>(values[node].Shape);
        columns[columnOf[node]]!.Tangent(placeInColumn[node], new TangentContext<T>(this, node, tangents[node]));
    }

    private void ForgetTangent(int node)
    {
        if (node < tangentCount && !tangents[node].IsNone)
        {
            Device.Return(tangents[node].Storage);
            tangents[node] = default;
        }
    }

    private void GrowTangents()
    {
        if (tangents.Length < count)
            Array.Resize(ref tangents, values.Length);
        tangentCount = count;
    }

    private void ReleaseTangents()
    {
        for (int node = 0; node < tangentCount; node++)
            ForgetTangent(node);
        tangentCount = 0;
    }
}
