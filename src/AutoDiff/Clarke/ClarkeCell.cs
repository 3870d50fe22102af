namespace ConservativeAD;

/// <summary>One of the cells that meet at a point: an open cone of directions along which F moves off linearly to first order.</summary>
/// <param name="Direction">A direction inside.</param>
/// <param name="Walls">The forms that are positive inside: the cone is {d : ⟨wall, d⟩ &gt; 0 for every wall}. Some may follow from others.</param>
/// <param name="Gradient">The limit of gradients along directions inside.</param>
public sealed record ClarkeCell(double[] Direction, IReadOnlyList<double[]> Walls, double[] Gradient);
