namespace ConservativeAD.Nonsmooth;

/// <summary>One of the cells that meet at a point: an open cone of directions along which F is linear to first order.</summary>
/// <param name="Direction">A direction inside the cone.</param>
/// <param name="Walls">The forms that are positive inside: the cone is {d : ⟨wall, d⟩ &gt; 0 for every wall}. Some may be redundant.</param>
/// <param name="Gradient">The limit of gradients along directions inside the cone.</param>
public sealed record ClarkeCell(double[] Direction, IReadOnlyList<double[]> Walls, double[] Gradient)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
