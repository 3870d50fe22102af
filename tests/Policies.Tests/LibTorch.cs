using TorchSharp;

namespace ConservativeAD.Policies.Tests;

/// <summary>Whether libtorch can be asked here.</summary>
internal static class LibTorch
{
    private static readonly Lazy<string?> Reason = new(Probe);

    /// <summary>Skips the running test where libtorch does not load.</summary>
    public static void SkipUnlessLoaded() => Assert.SkipUnless(Reason.Value is null, Reason.Value ?? "");

    private static string? Probe()
    {
        try
        {
            using torch.Tensor probe = torch.ones(2) + 1;
            return probe.sum().item<float>() == 4 ? null : "libtorch loads but computes wrongly.";
        }
#pragma warning disable CA1031 // Whatever keeps libtorch from loading is the reason to skip.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Exception inner = failure;
            while (inner.InnerException is not null)
                inner = inner.InnerException;
            return "libtorch does not load: its native part needs the libstdc++ of GCC 13 or newer, and is fetched when this project is built by itself (dotnet build -c Release tests/Policies.Tests), not with the solution. The loader said: " + inner.Message;
        }
    }
}
