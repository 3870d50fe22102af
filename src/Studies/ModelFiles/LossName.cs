namespace ConservativeAD.Studies.ModelFiles;

/// <summary>The number of which a study of a model takes gradients.</summary>
internal enum LossName
{
    /// <summary>The mean cross-entropy of the first output, as scores of classes, and the labels of the images.</summary>
    CrossEntropy,

    /// <summary>Half the mean square of the elements of the first output, whatever it is.</summary>
    Squares,
}
