namespace ConservativeAD.Kernels;

/// <summary>An array as [outer, length, inner] around the axis of a scan.</summary>
/// <param name="Outer">Product of the extents before the axis.</param>
/// <param name="Length">The extent of the axis.</param>
/// <param name="Inner">Product of the extents after the axis.</param>
/// <param name="IsReverse">Whether the scan begins at the end of the axis.</param>
internal readonly record struct ScanShape(int Outer, int Length, int Inner, bool IsReverse);
