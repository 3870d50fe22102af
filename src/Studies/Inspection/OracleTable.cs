namespace ConservativeAD.Studies.Inspection;

/// <summary>Small programs whose answers at a kink are known exactly; each shows one thing that a choice at a kink does.</summary>
internal static class OracleTable
{
    public static IReadOnlyList<NamedProgram> Programs { get; } =
    [
        new("relu", "relu(t)", [0], "[0, 1]", t => t.Relu()),
        new("max-of-one", "max(t, t) = t", [0.7], "{1}", t => t.Maximum(t)),
        new("relu-of-relu", "relu(relu(t))", [0], "[0, 1]", t => t.Relu().Relu()),
    ];
}
