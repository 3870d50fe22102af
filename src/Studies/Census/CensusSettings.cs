using System.Text.Json.Serialization;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Census;

/// <summary>The settings of <c>census</c>. Two runs with equal settings have equal results.</summary>
internal sealed record CensusSettings : IImageSettings
{
    /// <summary>The model's file.</summary>
    public required string Model { get; init; }

    /// <summary>The checksum of the model and its weights.</summary>
    public required string ModelSum { get; init; }

    /// <summary>The model's nodes with kinks.</summary>
    public required IReadOnlyList<ModelLayer> Layers { get; init; }

    /// <summary>Weights that are not drawn, as what they are for does not say how.</summary>
    public required IReadOnlyList<string> Kept { get; init; }

    /// <summary>The version of ONNX's operators.</summary>
    public required int Opset { get; init; }

    /// <summary>Whether the weights are those of the file or drawn anew.</summary>
    public required string Weights { get; init; }

    /// <summary>The loss of which gradients are taken.</summary>
    public required LossName Loss { get; init; }

    /// <summary>The shape of one batch.</summary>
    public required int[] Input { get; init; }

    /// <summary>The description of the images.</summary>
    public required string Data { get; init; }

    /// <summary>Whether the program drew them.</summary>
    public required bool DataIsStandIn { get; init; }

    /// <summary>The number of images.</summary>
    public required int Samples { get; init; }

    /// <summary>Batches of each kind of images.</summary>
    public required int[] Batches { get; init; }

    /// <summary>The first batches of each kind that are compared with Clarke's subdifferential.</summary>
    public required int Clarke { get; init; }

    /// <summary>Elements of Clarke's subdifferential on each of these batches.</summary>
    public required int Directions { get; init; }

    /// <summary>The seed of drawn weights.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The number of units: a batch each.</summary>
    [JsonIgnore]
    public int Units => Batches.Sum();

    /// <summary>The number of a batch's unit; null if the study has no such batch.</summary>
    /// <param name="images">The kind of images.</param>
    /// <param name="batch">The index of the batch.</param>
    public long? UnitOf(string? images, int batch)
    {
        int kind = ModelImages.Kinds.ToList().IndexOf(images!);
        return kind >= 0 && batch >= 0 && batch < Batches[kind] ? Batches.Take(kind).Sum(count => (long)count) + batch : null;
    }
}
