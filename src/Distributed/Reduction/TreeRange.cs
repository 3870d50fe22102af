namespace ConservativeAD.Distributed.Reduction;

/// <summary>A node of the balanced tree: the sum of the micro-batches from <paramref name="First"/> to before <paramref name="End"/>.</summary>
/// <param name="First">The first micro-batch, a multiple of 2 to the power of the level.</param>
/// <param name="End">The one after the last.</param>
/// <param name="Level">The node's height above single micro-batches.</param>
internal readonly record struct TreeRange(int First, int End, int Level);
