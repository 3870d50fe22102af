namespace ConservativeAD.Studies.DataSets;

/// <summary>Where a study's images come from: MNIST or CIFAR-10 in a folder that was named, else the stand-in digits.</summary>
internal static class TrainingImages
{
    /// <summary>The environment variable that names the data folder.</summary>
    public const string FolderVariable = "CONSERVATIVEAD_DATA";

    private const int StandInTrain = 10_000;
    private const int StandInTest = 2_000;
    private const ulong StandInSeed = 1;

    /// <summary>The training images.</summary>
    /// <param name="folder">The data folder; the environment's if null; the stand-in if empty or neither is given.</param>
    /// <param name="samples">How many images to use; all if null.</param>
    /// <exception cref="FileNotFoundException">A folder was named and holds no MNIST.</exception>
    public static ImageSet Load(string? folder, int? samples)
    {
        folder ??= Environment.GetEnvironmentVariable(FolderVariable);
        return string.IsNullOrEmpty(folder)
            ? StandInDigits.Draw(Math.Min(samples ?? StandInTrain, int.MaxValue), StandInSeed, 0)
            : Mnist.Train(folder).First(samples);
    }

    /// <summary>The training and the test images.</summary>
    /// <param name="folder">The data folder; the environment's if null; the stand-in if empty or neither is given.</param>
    /// <param name="samples">How many training images to use; all if null.</param>
    /// <param name="preferCifar">Whether CIFAR-10 is taken where the folder holds it.</param>
    /// <exception cref="FileNotFoundException">A folder was named and holds no MNIST.</exception>
    public static (ImageSet Train, ImageSet Test) LoadBoth(string? folder, int? samples, bool preferCifar = false)
    {
        folder ??= Environment.GetEnvironmentVariable(FolderVariable);
        if (preferCifar && !string.IsNullOrEmpty(folder) && Cifar10.IsIn(folder))
            return (Cifar10.Train(folder).First(samples), Cifar10.Test(folder));
        return string.IsNullOrEmpty(folder)
            ? (Load(folder, samples), StandInDigits.Draw(StandInTest, StandInSeed, 1))
            : (Mnist.Train(folder).First(samples), Mnist.Test(folder));
    }
}
