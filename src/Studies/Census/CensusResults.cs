using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Census;

/// <summary>The settings of <c>census</c>.</summary>
/// <param name="Model">The model's file.</param>
/// <param name="Weights">Whether the weights are those of the file or drawn anew.</param>
/// <param name="Opset">The version of ONNX's operators.</param>
/// <param name="Input">The shape of one batch.</param>
/// <param name="Data">The images.</param>
/// <param name="DataIsStandIn">Whether the program drew them.</param>
/// <param name="Samples">Images.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Device">The device.</param>
internal sealed record CensusSettings(string Model, string Weights, int Opset, int[] Input, string Data, bool DataIsStandIn, int Samples, ulong Seed,
    string Device);

/// <summary>The kinks of one node of a model on one kind of images.</summary>
/// <param name="Images">The kind: those of the data, or constant ones.</param>
/// <param name="Node">The node's name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Evaluations">Elements that the operation computed.</param>
/// <param name="Kinks">Those that were exactly at a kink.</param>
/// <param name="Proportion">Kinks per evaluation.</param>
/// <param name="Low">The lower end of Wilson's 95 % interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Nearest">The smallest size of an argument of a relu that is not 0; null for other operators.</param>
internal sealed record CensusRow(string Images, string Node, string Operator, long Evaluations, long Kinks, double Proportion, double Low, double High,
    double? Nearest);

/// <summary>How far the choice at kinks changes gradients, on one kind of images.</summary>
/// <param name="Images">The kind.</param>
/// <param name="Batches">Batches.</param>
/// <param name="AtKinks">Batches in which some operation was at a kink.</param>
/// <param name="Different">Batches in which the two choices gave gradients that are not equal bit for bit.</param>
/// <param name="OfParameters">The largest distance of the two gradients of the weights, relative to the norm of the first; null if there are none.</param>
/// <param name="OfInput">The same for the gradient of the input.</param>
internal sealed record CensusDifference(string Images, int Batches, int AtKinks, int Different, double? OfParameters, double? OfInput);

/// <summary>The results of <c>census</c> in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether all images were seen.</param>
/// <param name="Rows">Node by node.</param>
/// <param name="Differences">Kind by kind.</param>
internal sealed record CensusResults(CensusSettings Settings, MachineFacts Machine, bool Complete, IReadOnlyList<CensusRow> Rows,
    IReadOnlyList<CensusDifference> Differences);
