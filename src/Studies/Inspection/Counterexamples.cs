using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Studies.Inspection;

/// <summary>Rules that look harmless but are not conservative, which <c>check</c> must find.</summary>
internal static class Counterexamples
{
    public static IReadOnlyList<NamedProgram> Programs { get; } =
    [
        new("straight-through-sign", "sign(x), with the slope 1 of a straight-through estimator", [0], "none: it jumps",
            Objective.OfScalars(x => x[0].Apply(default(StraightThroughSign)))),
        new("maximum-to-both", "max(x, y), with slopes (1, 1) where x = y", [1, 1], "hull{(1, 0), (0, 1)}",
            Objective.OfScalars(x => x[0].Apply(default(MaximumToBoth), x[1]))),
    ];
}
