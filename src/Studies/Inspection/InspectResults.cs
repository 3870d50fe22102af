namespace ConservativeAD.Studies.Inspection;

/// <summary>What <c>inspect</c> found.</summary>
/// <param name="Programs">Program by program.</param>
internal sealed record InspectResults(IReadOnlyList<InspectedProgram> Programs);

/// <summary>One program at its point.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Point">Where.</param>
/// <param name="Value">Its value there.</param>
/// <param name="Backprop">What backpropagation returns, for each relu'(0).</param>
/// <param name="Clarke">The Clarke subdifferential.</param>
/// <param name="Kinks">The operations that sit at kinks.</param>
internal sealed record InspectedProgram(
    string Name,
    string Formula,
    double[] Point,
    double Value,
    IReadOnlyDictionary<string, double[]> Backprop,
    string Clarke,
    IReadOnlyList<KinksMet> Kinks);

/// <summary>One operation that sits at a kink.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Node">Its place on the tape.</param>
/// <param name="Count">At how many of its elements.</param>
internal sealed record KinksMet(string Operation, int Node, long Count);
