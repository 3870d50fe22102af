using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>x² and its derivative: whether the protocol works.</summary>
internal static class Hello
{
    public static Module Module { get; } = new Module<double>("hello", [3.5],
        ("square", (x, _) => Computation.Of(() => x * x)),
        ("double", (x, _) =>
        {
            ScalarProgram program = new(at => at[0] * at[0], [x]);
            return Computation.Of(() => program.Gradient()[0], program);
        }
    ));
}
