using ConservativeAD.Networks;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Pooling;

/// <summary>The files that <c>maxpool</c> writes.</summary>
internal static class PoolingFolder
{
    public static void Write(string folder, PoolingResults results) =>
        AtomicFile.WriteText(Path.Combine(folder, "results.json"), ResultsJson.Write(results) + "\n");
}
