namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>A program that is computed in three ways. Those with a gradient return a sum over it, which tells gradients apart.</summary>
internal interface ICompiledWorkload : IDisposable
{
    string Title { get; }

    /// <summary>The value, on plain numbers.</summary>
    double Plain();

    /// <summary>Value and gradient, by the tape.</summary>
    double Tape();

    /// <summary>Value and gradient, by compiled functions.</summary>
    double Compiled();
}
