using ConservativeAD.Networks;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>The files that <c>volume</c> writes for any network and kink.</summary>
internal static class KinkVolumeFolder
{
    public static void Write(string folder, KinkVolumeResults results) =>
        AtomicFile.WriteText(Path.Combine(folder, "results.json"), ResultsJson.Write(results) + "\n");
}
