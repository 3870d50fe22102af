namespace ConservativeAD.Studies.DataSets;

/// <summary>Where images come from: a folder of the user's, or the stand-in.</summary>
internal static class ImageSource
{
    public const string Variable = "CONSERVATIVEAD_DATA";

    /// <summary>Training and test images.</summary>
    /// <param name="folder">The folder that --data names; the environment's if null, and none if empty.</param>
    /// <param name="samples">How many training images to take; all if null.</param>
    /// <param name="preferCifar">Whether CIFAR-10 is taken where the folder has it.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
    public static (ImageSet Train, ImageSet Test) Load(string? folder, int? samples, bool preferCifar = false)
    {
        folder ??= Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
            return (StandInDigits.Train(samples ?? StandInDigits.TrainCount), StandInDigits.Test(Math.Min(samples ?? int.MaxValue, StandInDigits.TestCount)));
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The data folder {folder} does not exist; name one with the subfolder {Mnist.Subfolder}, or none for the stand-in.");
        if (preferCifar && Directory.Exists(Path.Combine(folder, Cifar10.Subfolder)))
            return (Cifar10.Train(folder).First(samples), Cifar10.Test(folder));
        return (Mnist.Train(folder).First(samples), Mnist.Test(folder));
    }
}
