namespace ConservativeAD.Kernels.Common;

/// <summary>The extents of a layer of long short-term memory.</summary>
/// <param name="Steps">Time steps.</param>
/// <param name="Batch">Sequences side by side.</param>
/// <param name="Width">Numbers in h, and in c.</param>
internal readonly record struct LstmShape(int Steps, int Batch, int Width);
