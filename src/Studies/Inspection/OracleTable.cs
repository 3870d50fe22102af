namespace ConservativeAD.Studies.Inspection;

internal static class OracleTable
{
    public static IReadOnlyList<NamedProgram> Programs { get; } =
    [
        new("relu", "relu(t)", [0], "[0, 1]", t => t.Relu()),
    ];
}
