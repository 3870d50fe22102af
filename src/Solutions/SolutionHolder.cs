namespace ConservativeAD.Solutions;

/// <summary>The solution that an operation on a tape found last: in double, while the tape holds it in its own type.</summary>
internal sealed class SolutionHolder
{
    public ImplicitSolution? Last { get; set; }
}
