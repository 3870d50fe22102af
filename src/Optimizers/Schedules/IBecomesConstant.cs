namespace ConservativeAD.Optimizers;

/// <summary>A schedule whose step size does not change any more from some step on.</summary>
internal interface IBecomesConstant
{
    /// <summary>The first step of that size, or one after it; null if it goes on changing.</summary>
    long? ConstantFrom { get; }
}
