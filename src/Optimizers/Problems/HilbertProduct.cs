using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>The product with Hilbert's matrix as an operation: linear and its own transpose.</summary>
/// <param name="matrix">The matrix.</param>
internal readonly struct HilbertProduct(HilbertOperator matrix) : IRule<double>
{
    private readonly HilbertOperator matrix = matrix;

    public static OperationFacts Facts { get; } = new("Hilbert product", TameClass.Polynomial) { Curvature = Curvature.Affine, Monotonicity = Monotonicity.Increasing };

    public NDArray<double> Value(in Recording<double> recording)
    {
        NDArray<double> x = recording.ContiguousInput(0), y = recording.Rent(x.Shape);
        y.CopyFrom(matrix.Apply(x.ToArray()));
        return y;
    }

    public void Pullback(in PullbackContext<double> context)
    {
        if (!context.Needs(0))
            return;
        double[] pulled = matrix.Apply(context.Cotangent.ToArray());
        NDArray<double> target = context.InputCotangent(0, out bool accumulate);
        if (accumulate)
        {
            double[] before = target.ToArray();
            for (int i = 0; i < pulled.Length; i++)
                pulled[i] += before[i];
        }

        target.CopyFrom(pulled);
    }

    public void PullbackTangent(in SecondOrderContext<double> context)
    {
        // Linear.
    }

    public void Tangent(in TangentContext<double> context) => context.OutputTangent.CopyFrom(matrix.Apply(context.Tangent(0).ToArray()));

    public NDArray<double> Kinks(in KinkContext<double> context) => default;
}
