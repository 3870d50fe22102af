namespace ConservativeAD.LibTorch.Tests;

/// <summary>Tests that use libtorch.</summary>
internal static class LibTorch
{
    private static readonly Lazy<string?> WhyNot = new(LibTorchProbe.WhyNot);

    /// <summary>Skips the running test if libtorch does not load.</summary>
    public static void SkipUnlessLoaded() => Assert.SkipUnless(WhyNot.Value is null, WhyNot.Value ?? "");
}
