namespace ConservativeAD.Studies.DataSets;

/// <summary>The source of images: a folder of the user, or generated stand-ins.</summary>
internal static class ImageSource
{
    public const string Variable = "CONSERVATIVEAD_DATA";

    /// <summary>Training and test images.</summary>
    /// <param name="folder">The folder given by --data; that of the environment variable if null, and none if empty.</param>
    /// <param name="samples">The number of training images; all if null.</param>
    /// <param name="isDeep">Whether they are for a network that takes images in colour: CIFAR-10 where the folder has it, else coloured shapes.</param>
    /// <param name="dataSet">The data set; MNIST, or the above, where a folder is named, else drawn images, if null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="UsageException">The folder or a file in it is missing, or there are fewer images than requested.</exception>
    /// <exception cref="InvalidDataException">A file is invalid.</exception>
    public static (ImageSet Train, ImageSet Test) Load(string? folder, int? samples, bool isDeep = false, DataSetName? dataSet = null,
        CancellationToken cancellation = default)
    {
        folder ??= Environment.GetEnvironmentVariable(Variable);
        bool isNamed = !string.IsNullOrEmpty(folder) && dataSet != DataSetName.StandIn;
        if (isNamed && !Directory.Exists(folder))
            throw new UsageException(
                $"The data folder {folder} does not exist; name one with the subfolder {Mnist.Subfolder} by --data or {Variable}, or none for the stand-in.");
        if (!isNamed && dataSet is { } asked and not DataSetName.StandIn)
            throw new UsageException(
                $"--data-set {WordOf(asked)} needs a folder with the subfolder {SubfolderOf(asked)}: name it by --data or {Variable}, or give --data-set "
                    + $"stand-in for images drawn by the program.");
        DataSetName chosen = dataSet ?? (!isNamed ? DataSetName.StandIn
            : !isDeep ? DataSetName.Mnist
            : Directory.Exists(Path.Combine(folder!, Cifar10.Subfolder)) ? DataSetName.Cifar10 : DataSetName.StandIn);
        return chosen == DataSetName.StandIn ? Draw(samples, isDeep, cancellation) : Read(folder!, chosen, samples, cancellation);
    }

    /// <summary>The word of a data set on the command line.</summary>
    /// <param name="dataSet">The data set.</param>
    public static string WordOf(DataSetName dataSet) => dataSet switch
    {
        DataSetName.StandIn => "stand-in",
        _ => SubfolderOf(dataSet),
    };

    private static string SubfolderOf(DataSetName dataSet) => dataSet switch
    {
        DataSetName.Mnist => Mnist.Subfolder,
        DataSetName.FashionMnist => FashionMnist.Subfolder,
        DataSetName.Cifar10 => Cifar10.Subfolder,
        _ => throw new ArgumentOutOfRangeException(nameof(dataSet), dataSet, $"{dataSet} has no subfolder."),
    };

    private static (ImageSet Train, ImageSet Test) Draw(int? samples, bool isDeep, CancellationToken cancellation)
    {
        int most = isDeep ? StandInShapes.MaximumTrainCount : StandInDigits.MaximumTrainCount;
        if (samples > most)
            throw new UsageException(
                $"--samples {samples} asks for more stand-in {(isDeep ? "shapes" : "digits")} than the {most} that are drawn at most; give a smaller number.");
        int train = samples ?? StandInImages.TrainCount, test = Math.Min(samples ?? int.MaxValue, StandInImages.TestCount);
        return isDeep
            ? (StandInShapes.Train(train, cancellation), StandInShapes.Test(test, cancellation))
            : (StandInDigits.Train(train, cancellation), StandInDigits.Test(test, cancellation));
    }

    private static (ImageSet Train, ImageSet Test) Read(string folder, DataSetName dataSet, int? samples, CancellationToken cancellation)
    {
        (Func<string, ImageSet> readTrain, Func<string, ImageSet> readTest) = dataSet switch
        {
            DataSetName.Cifar10 => ((Func<string, ImageSet>)Cifar10.Train, (Func<string, ImageSet>)Cifar10.Test),
            DataSetName.FashionMnist => (FashionMnist.Train, FashionMnist.Test),
            _ => (Mnist.Train, Mnist.Test),
        };
        try
        {
            ImageSet train = readTrain(folder);
            cancellation.ThrowIfCancellationRequested();
            return samples > train.Count
                ? throw new UsageException(
                    $"--samples {samples} asks for more images than the {train.Count} of {train.Name}; give a smaller number, or leave it out for all.")
                : (train.First(samples), readTest(folder));
        }
        catch (FileNotFoundException problem)
        {
            throw new UsageException(problem.Message, problem);
        }
    }
}
