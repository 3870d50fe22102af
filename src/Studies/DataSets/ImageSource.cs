namespace ConservativeAD.Studies.DataSets;

/// <summary>The source of images: a folder of the user, or generated stand-ins.</summary>
internal static class ImageSource
{
    public const string Variable = "CONSERVATIVEAD_DATA";

    /// <summary>Training and test images.</summary>
    /// <param name="folder">The folder given by --data; that of the environment variable if null, and none if empty.</param>
    /// <param name="samples">The number of training images; all if null.</param>
    /// <param name="preferCifar">Whether to use CIFAR-10 if the folder contains it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="UsageException">The folder or a file in it is missing, or there are fewer images than requested.</exception>
    /// <exception cref="InvalidDataException">A file is invalid.</exception>
    public static (ImageSet Train, ImageSet Test) Load(string? folder, int? samples, bool preferCifar = false, CancellationToken cancellation = default)
    {
        folder ??= Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
        {
            if (samples > StandInDigits.MaximumTrainCount)
                throw new UsageException(
                    $"--samples {samples} asks for more stand-in digits than the {StandInDigits.MaximumTrainCount} that are drawn at most; give a smaller "
                        + $"number.");
            return (StandInDigits.Train(samples ?? StandInDigits.TrainCount, cancellation),
                StandInDigits.Test(Math.Min(samples ?? int.MaxValue, StandInDigits.TestCount), cancellation));
        }

        if (!Directory.Exists(folder))
            throw new UsageException(
                $"The data folder {folder} does not exist; name one with the subfolder {Mnist.Subfolder} by --data or {Variable}, or none for the stand-in.");
        try
        {
            bool isCifar = preferCifar && Directory.Exists(Path.Combine(folder, Cifar10.Subfolder));
            ImageSet train = isCifar ? Cifar10.Train(folder) : Mnist.Train(folder);
            cancellation.ThrowIfCancellationRequested();
            return samples > train.Count
                ? throw new UsageException(
                    $"--samples {samples} asks for more images than the {train.Count} of {train.Name}; give a smaller number, or leave it out for all.")
                : (train.First(samples), isCifar ? Cifar10.Test(folder) : Mnist.Test(folder));
        }
        catch (FileNotFoundException problem)
        {
            throw new UsageException(problem.Message, problem);
        }
    }
}
