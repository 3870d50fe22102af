using TorchSharp;

// The benchmarks compile this file too.
namespace ConservativeAD;

/// <summary>Whether libtorch can be used here.</summary>
internal static class LibTorchProbe
{
    /// <summary>Null if libtorch loads; otherwise a sentence with the reason and the remedy.</summary>
    public static string? WhyNot()
    {
        try
        {
            using torch.Tensor probe = torch.ones(2) + 1;
            return probe.sum().item<float>() == 4 ? null : "libtorch loads but computes wrongly.";
        }
#pragma warning disable CA1031 // Whatever keeps libtorch from loading is the answer.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Exception inner = failure;
            while (inner.InnerException is not null)
                inner = inner.InnerException;
            return "libtorch does not load: its native part needs the libstdc++ of GCC 13 or newer (GLIBCXX_3.4.32; Debian 13, Ubuntu 24.04), and is fetched "
                + "where a project is built by itself (dotnet build -c Release tests/LibTorch.Tests, dotnet run -c Release --project benchmarks), not with the "
                + "solution. The loader said: " + inner.Message;
        }
    }
}
