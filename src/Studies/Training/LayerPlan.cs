namespace ConservativeAD.Studies.Training;

/// <summary>One layer of a network that is a chain of layers.</summary>
internal abstract record LayerPlan
{
    /// <summary>A fully connected layer; it takes every axis but the first as one.</summary>
    /// <param name="Outputs">How many outputs.</param>
    public sealed record Dense(int Outputs) : LayerPlan;

    /// <summary>A convolution with stride 1.</summary>
    /// <param name="Channels">How many channels it makes.</param>
    /// <param name="Kernel">Rows and columns of the kernel.</param>
    /// <param name="Padding">Zeros on each side.</param>
    public sealed record Convolution(int Channels, int Kernel, int Padding) : LayerPlan;

    /// <summary>The maximum over windows that do not overlap.</summary>
    /// <param name="Window">Rows and columns of a window.</param>
    public sealed record MaxPooling(int Window) : LayerPlan;

    /// <summary>relu, with the rule that the settings name.</summary>
    public sealed record Rectifier : LayerPlan;
}
