namespace ConservativeAD.Studies.Inspection;

/// <summary>What <c>inspect</c> found.</summary>
/// <param name="Programs">Program by program.</param>
internal sealed record InspectResults(IReadOnlyList<InspectedProgram> Programs);

/// <summary>One program at its point.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Point">Where.</param>
/// <param name="Value">Its value there.</param>
/// <param name="Kinks">The operations and comparisons that sit at kinks.</param>
/// <param name="Backprop">What backpropagation returns, for each relu'(0).</param>
/// <param name="BackpropGenerators">The hull of these is what backpropagation returns over all selections.</param>
/// <param name="Clarke">An element of Clarke's subdifferential, by locking along a random direction.</param>
/// <param name="Generators">The hull of these is Clarke's subdifferential, or a part of it where it is not exact.</param>
/// <param name="IsExact">Whether it is all of it.</param>
/// <param name="MinimalNorm">Its element of least norm.</param>
/// <param name="ArtificialCritical">Whether backpropagation can return 0 although 0 is not a Clarke subgradient; null where that is not known.</param>
/// <param name="TameClass">The smallest o-minimal structure known to contain the program.</param>
/// <param name="KnownSet">Clarke's subdifferential as theory gives it.</param>
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
/// <param name="Count">At how many of its elements.</param>
internal sealed record KinksMet(string Operation, int Node, long Count);
