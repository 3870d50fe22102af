namespace ConservativeAD.Scalars;

/// <summary>An operation of a traced program, as the reverse pass sees it.</summary>
/// <param name="Value">The instruction that computes its value.</param>
/// <param name="First">The cell of the first argument; 0 for a constant.</param>
/// <param name="SlopeOfFirst">The instruction that computes the slope with respect to it.</param>
/// <param name="Second">The cell of the second argument; 0 for a constant.</param>
/// <param name="SlopeOfSecond">The instruction that computes the slope with respect to it.</param>
/// <param name="Cell">The node in which its cotangent is collected: its own, unless it stands for another number.</param>
internal readonly record struct TracedNode(int Value, int First, int SlopeOfFirst, int Second, int SlopeOfSecond, int Cell);
