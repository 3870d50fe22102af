namespace ConservativeAD.Studies.Reports;

/// <summary>The notice in every output if the images are not real.</summary>
internal static class DataNotice
{
    public const string StandIn =
        "The data are a stand-in: digits drawn by the program, not MNIST. Name a folder with the four MNIST files in its subfolder mnist by --data or "
        + "CONSERVATIVEAD_DATA for the real experiment.";
}
