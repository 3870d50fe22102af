using System.Security.Cryptography;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>A model of ONNX that a study was given, and a checksum of all that it computes with.</summary>
/// <param name="Model">The model.</param>
/// <param name="Sum">A checksum of the file and of its weights, those in other files too: a changed model is another study.</param>
internal sealed record StudiedModel(OnnxModel Model, string Sum)
{
    private const int BytesOfSum = 8;

    /// <summary>Reads a model.</summary>
    /// <param name="path">Its file.</param>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="OnnxException">It is damaged, or has operators that are not supported.</exception>
    public static StudiedModel Read(string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"The model {Excerpt.Of(path, 400)} does not exist; name a file of ONNX.");
        OnnxModel model = OnnxModel.Read(path);
        model.DemandOperators();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(model.ToBytes());
        foreach (OnnxTensor tensor in model.Initializers.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
            hash.AppendData(tensor.Bytes.Span);
        return new StudiedModel(model, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, BytesOfSum)));
    }
}
