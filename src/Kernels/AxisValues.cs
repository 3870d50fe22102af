using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels;

/// <summary>One integer per axis, held inline.</summary>
[InlineArray(Shape.MaximumRank)]
internal struct AxisValues
{
    private int first;
}
