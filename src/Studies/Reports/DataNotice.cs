using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Reports;

/// <summary>The notice in every output if the images are not real.</summary>
internal static class DataNotice
{
    /// <summary>The notice for a set of drawn images.</summary>
    /// <param name="data">The description of the images.</param>
    public static string Of(string data) => data == StandInShapes.Name
        ? "The data are a stand-in: coloured shapes drawn by the program, not CIFAR-10. Name a folder with its binary version in the subfolder cifar-10 by "
            + "--data or CONSERVATIVEAD_DATA for the real experiment."
        : "The data are a stand-in: digits drawn by the program, not MNIST. Name a folder with the four MNIST files in its subfolder mnist by --data or "
            + "CONSERVATIVEAD_DATA for the real experiment.";
}
