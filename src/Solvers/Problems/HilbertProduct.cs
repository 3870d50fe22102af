using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Solvers;

/// <summary>The product with the Hilbert matrix as an operation, which is linear and its own transpose.</summary>
/// <param name="matrix">The matrix.</param>
internal readonly struct HilbertProduct(HilbertOperator matrix) : ILinearRule<double>
{
    public static OperationFacts Facts { get; } = new("Hilbert product", TameClass.Polynomial)
    {
        Curvature = Curvature.Affine,
        Monotonicity = Monotonicity.Increasing
    };

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

    public void Tangent(in TangentContext<double> context) => context.OutputTangent.CopyFrom(matrix.Apply(context.Tangent(0).ToArray()));
}
