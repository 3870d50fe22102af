using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>
/// The indicator of the positive semidefinite matrices among all square ones: the projection takes the symmetric part and sets its negative eigenvalues to 0
/// (N. Higham, Linear Algebra Appl. 1988).
/// </summary>
internal sealed class SemidefiniteOperator(int rows) : IProximalOperator
{
    // A matrix this close to the set, relative to its largest eigenvalue, counts as inside, to allow for rounding.
    private const double Inside = 1e-9;

    public double Value(ReadOnlySpan<double> point)
    {
        using Tape<double> tape = new();
        Var<double> matrix = tape.Constant([rows, rows], Checked(point));
        double[] values = matrix.SymmetricPart().SymmetricEigenvalues().ToArray(), skew = (matrix - matrix.Transpose()).ToArray();
        double allowed = Inside * Math.Abs(TensorPrimitives.MaxMagnitude<double>(values));
        return values[0] >= -allowed && Math.Abs(TensorPrimitives.MaxMagnitude<double>(skew)) <= allowed ? 0 : double.PositiveInfinity;
    }

    public double[] Apply(ReadOnlySpan<double> point, double step)
    {
        using Tape<double> tape = new();
        return tape.Constant([rows, rows], Checked(point)).SymmetricPart().PositiveSemidefinitePart().ToArray();
    }

    public double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step)
    {
        using Tape<double> tape = new();
        Var<double> matrix = tape.Variable([rows, rows], Checked(point));
        Var<double> product = (matrix.SymmetricPart().PositiveSemidefinitePart() * tape.Constant([rows, rows], Checked(vector))).Sum();
        return tape.Backward(product)[matrix].ToArray();
    }

    private ReadOnlySpan<double> Checked(ReadOnlySpan<double> point) => point.Length == rows * rows
        ? point
        : throw new ArgumentException($"A matrix of {rows} rows and columns takes {rows * rows} numbers; {point.Length} were given.", nameof(point));
}
