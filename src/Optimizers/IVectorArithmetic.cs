namespace ConservativeAD.Optimizers;

/// <summary>The vector arithmetic of quasi-Newton methods, for any storage of the elements.</summary>
/// <typeparam name="TVector">The vector type; it refers to memory, so an operation changes its argument.</typeparam>
internal interface IVectorArithmetic<TVector>
{
    /// <summary>x'y.</summary>
    double Dot(in TVector x, in TVector y);

    /// <summary>x += a·y.</summary>
    void Add(in TVector x, double factor, in TVector y);

    /// <summary>x *= a.</summary>
    void Scale(in TVector x, double factor);
}
