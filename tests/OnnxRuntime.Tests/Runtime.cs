using ConservativeAD.Networks;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ConservativeAD.OnnxRuntime.Tests;

/// <summary>Microsoft's ONNX Runtime, which runs models beside this library.</summary>
internal static class Runtime
{
    private static readonly Lazy<string?> Problem = new(() =>
    {
        try
        {
            return OrtEnv.Instance().GetVersionString().Length > 0 ? null : "it has no version";
        }
        catch (Exception refused) when (refused is DllNotFoundException or TypeInitializationException or OnnxRuntimeException or EntryPointNotFoundException)
        {
            return refused.GetBaseException().Message;
        }
    });

    /// <summary>Skips a test where its native library cannot be loaded.</summary>
    public static void SkipUnlessLoaded() => Assert.SkipUnless(Problem.Value is null, $"ONNX Runtime cannot be loaded: {Problem.Value}");

    /// <summary>The first output of a model of floats.</summary>
    public static float[] Run(OnnxModel model, params (string Name, int[] Shape, float[] Elements)[] inputs)
    {
        SkipUnlessLoaded();
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(model.ToBytes(), options);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(
            [.. inputs.Select(input => NamedOnnxValue.CreateFromTensor(input.Name, new DenseTensor<float>(input.Elements, input.Shape)))]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
