using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Inspection;

/// <summary>The results of <c>inspect</c>.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Programs">Program by program.</param>
internal sealed record InspectResults(InspectSettings Settings, IReadOnlyList<InspectedProgram> Programs)
{
    /// <summary>The machine.</summary>
    public MachineFacts Machine { get; init; } = MachineFacts.Current;
}

/// <summary>The settings of <c>inspect</c>.</summary>
/// <param name="Slopes">The values of relu'(0).</param>
/// <param name="Seed">The seed of directions.</param>
internal sealed record InspectSettings(double[] Slopes, ulong Seed);

/// <summary>One program at its point.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Point">Where.</param>
/// <param name="Value">Its value there.</param>
/// <param name="Kinks">The operations and comparisons that sit at kinks.</param>
/// <param name="Backprop">The result of backpropagation for each relu'(0).</param>
/// <param name="BackpropGenerators">Vectors whose hull is the set of results of backpropagation over all selections.</param>
/// <param name="Clarke">An element of Clarke's subdifferential, by locking along a random direction.</param>
/// <param name="Generators">Vectors whose hull is Clarke's subdifferential, or a part of it if the result is not exact.</param>
/// <param name="IsExact">Whether the hull is the whole subdifferential.</param>
/// <param name="MinimalNorm">Its element of least norm.</param>
/// <param name="ArtificialCritical">Whether backpropagation can return 0 although 0 is not a Clarke subgradient; null if unknown.</param>
/// <param name="TameClass">The smallest o-minimal structure known to contain the program.</param>
/// <param name="KnownSet">Clarke's subdifferential according to theory.</param>
internal sealed record InspectedProgram(
    string Name,
    string Formula,
    double[] Point,
    double Value,
    IReadOnlyList<KinksMet> Kinks,
    IReadOnlyDictionary<string, double[]> Backprop,
    IReadOnlyList<double[]> BackpropGenerators,
    double[] Clarke,
    IReadOnlyList<double[]> Generators,
    bool IsExact,
    double[] MinimalNorm,
    bool? ArtificialCritical,
    TameClass TameClass,
    string KnownSet);

/// <summary>One operation that sits at a kink.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Node">Its place on the tape.</param>
/// <param name="Count">The number of its elements at a kink.</param>
internal sealed record KinksMet(string Operation, int Node, long Count);
