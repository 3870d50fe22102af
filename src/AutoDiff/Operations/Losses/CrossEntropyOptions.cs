namespace ConservativeAD;

/// <summary>How examples and classes count in a cross-entropy or a negative log-likelihood.</summary>
public sealed record CrossEntropyOptions
{
    /// <summary>A weight for each class, not negative; null if all are 1. Means over labels are divided by the sum of the labels' weights.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>The label of examples that do not count, such as −100 in PyTorch; null if all count.</summary>
    public int? IgnoredLabel { get; init; }

    /// <summary>The share of every target that is spread evenly over all classes (Szegedy et al., CVPR 2016); in [0, 1].</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>How the losses are combined.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.Mean;

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
