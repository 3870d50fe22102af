using TorchSharp;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>Whether libtorch can be used here.</summary>
internal static class Peer
{
    /// <summary>Null if libtorch loads; else a sentence that says why not and what to do.</summary>
    public static string? WhyNot()
    {
        try
        {
            using torch.Tensor probe = torch.ones(2) + 1;
            return probe.sum().item<float>() == 4 ? null : "libtorch loads but computes wrongly.";
        }
#pragma warning disable CA1031 // Whatever keeps libtorch from loading is reported.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Exception inner = e;
            while (inner.InnerException is not null)
                inner = inner.InnerException;
            return "libtorch does not load, so only this library is measured. Its native part needs the libstdc++ of GCC 13 or newer (GLIBCXX_3.4.32; Debian 13, Ubuntu 24.04) "
                + "and is fetched when this project is built by itself (dotnet run -c Release --project benchmarks), not with the solution. The loader said: " + inner.Message;
        }
    }
}
