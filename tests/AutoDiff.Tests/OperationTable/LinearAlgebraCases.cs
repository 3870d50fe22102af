using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Linear systems, factorisations, determinants, eigenvalues and singular values.</summary>
public static class LinearAlgebraCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Solve { Ordinary = [[[3, 3], [3, 2]], [[2, 2, 2], [2, 1]], [[2, 2], [3, 2, 2]]], Large = [[16, 5, 5], [16, 5, 3]], Empty = [[0, 3, 3], [0, 3, 2]],
            HalfTolerance = 2e-2 },
        new SolveVector { Ordinary = [[[4, 4], [4]], [[2, 3, 3], [3]], [[1, 1], [1]]], Large = [[16, 5, 5], [5]], Empty = [[0, 3, 3], [3]],
            HalfTolerance = 2e-2 },
        new TriangularSolve { Ordinary = [[[3, 3], [3, 2]], [[2, 3, 3], [2, 3, 2]]], Large = [[16, 5, 5], [16, 5, 3]], Empty = [[0, 3, 3], [0, 3, 2]],
            HalfTolerance = 2e-2 },
        new TriangularSolveUpper { Ordinary = [[[3, 3], [3]], [[2, 3, 3], [3, 2]]], Large = [[16, 5, 5], [16, 5, 3]], Empty = [[0, 3, 3], [0, 3, 2]],
            HalfTolerance = 2e-2 },
        new Cholesky { Ordinary = [[[2, 2]], [[2, 2, 2]], [[3, 3]]], Large = [[16, 5, 5]], Empty = [[0, 3, 3]], HalfTolerance = 3e-2, FloatTolerance = 1e-5 },
        new Determinant { Ordinary = [[[3, 3]], [[2, 2, 2]], [[1, 1]]], Large = [[16, 5, 5]], Empty = [[0, 3, 3]] },
        new LogAbsDeterminant { Ordinary = [[[3, 3]], [[2, 2, 2]]], Large = [[16, 5, 5]], Empty = [[0, 3, 3]], HalfTolerance = 1e-2 },
        new DeterminantSign { Ordinary = [[[3, 3]], [[2, 2, 2]]], Large = [[16, 5, 5]], Empty = [[0, 3, 3]] },
        new Qr { Ordinary = [[[4, 3]], [[2, 4, 2]], [[5, 3]]], Large = [[16, 6, 5]], Empty = [[0, 4, 3]], HalfTolerance = 2e-2, FloatTolerance = 5e-6 },
        new SymmetricEigenvalues
        {
            Ordinary = [[[3, 3]], [[2, 2, 2]], [[1, 1]]],
            Large = [[16, 5, 5]],
            Empty = [[0, 3, 3]],
            HasCurvedKinks = true,
            Kinks =
            [
                new KinkPoint(
                    [[3, 3]],
                    [[1, 0, 0, 0, 2, 0, 0, 0, 1]],
                    [0, 1],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 0, 0, 5, 0, 0, 0, 4]]),
                    new("Jax", Selections.Jax, [[3, 0, 0, 0, 5, 0, 0, 0, 4]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 0, 0, 0, 5, 0, 0, 0, 4]]),
                    new("minimal norm", Selections.MinimalNorm, [[3.5, 0, 0, 0, 5, 0, 0, 0, 3.5]]),
                    new("last", Selections.PyTorch with { Eigenvalues = TieSelection.Last }, [[4, 0, 0, 0, 5, 0, 0, 0, 3]]),
                    new("mixture", Selections.PyTorch with { Eigenvalues = TieSelection.Mixture(3) }, [[4.5, 0, 0, 0, 5, 0, 0, 0, 2.5]]),
                    new("even overrides", Selections.PyTorch, [[3.5, 0, 0, 0, 5, 0, 0, 0, 3.5]], x => x[0]
                        .SymmetricEigenvalues(TieSelection.EvenSplit))) { Stratum = [[[1, 0, 0, 0, 0, 0, 0, 0, 1]], [[0, 0, 0, 0, 1, 0, 0, 0, 0]]] },
            ],
        },
        new SumOfLargestEigenvalues
        {
            Ordinary = [[[3, 3]], [[2, 2, 2]]],
            Large = [[16, 5, 5]],
            Empty = [[0, 3, 3]],
            HasCurvedKinks = true,
            Kinks =
            [
                // One place is left for two eigenvalues that meet.
                new KinkPoint(
                    [[3, 3]],
                    [[1, 0, 0, 0, 2, 0, 0, 0, 1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 0, 0, 0, 3, 0, 0, 0, 3]]),
                    new("Jax", Selections.Jax, [[0, 0, 0, 0, 3, 0, 0, 0, 3]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 0, 0, 0, 3, 0, 0, 0, 3]]),
                    new("minimal norm", Selections.MinimalNorm, [[1.5, 0, 0, 0, 3, 0, 0, 0, 1.5]]),
                    new("last", Selections.PyTorch with { Eigenvalues = TieSelection.Last }, [[3, 0, 0, 0, 3, 0, 0, 0, 0]]),
                    new("even overrides", Selections.PyTorch, [[1.5, 0, 0, 0, 3, 0, 0, 0, 1.5]], x => x[0]
                        .SumOfLargestEigenvalues(2, TieSelection.EvenSplit))) { Stratum = [[[1, 0, 0, 0, 0, 0, 0, 0, 1]], [[0, 0, 0, 0, 1, 0, 0, 0, 0]]] },
            ],
        },
        new SingularValues
        {
            Ordinary = [[[3, 3]], [[2, 2, 3]], [[4, 2]], [[1, 1]]],
            Large = [[16, 5, 4]],
            Empty = [[0, 3, 2]],
            HalfTolerance = 1e-2,
            HasCurvedKinks = true,
            Kinks =
            [
                new KinkPoint(
                    [[2, 2]],
                    [[1, 0, 0, -1]],
                    [0, 1],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 0, -4]]),
                    new("Jax", Selections.Jax, [[3, 0, 0, -4]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 0, 0, -4]]),
                    new("minimal norm", Selections.MinimalNorm, [[3.5, 0, 0, -3.5]]),
                    new("last", Selections.PyTorch with { Eigenvalues = TieSelection.Last }, [[4, 0, 0, -3]]),
                    new("mixture", Selections.PyTorch with { Eigenvalues = TieSelection.Mixture(3) }, [[4.5, 0, 0, -2.5]]),
                    new("even overrides", Selections.PyTorch, [[3.5, 0, 0, -3.5]], x => x[0]
                        .SingularValues(TieSelection.EvenSplit))) { Stratum = [[[1, 0, 0, -1]]] },
                new KinkPoint(
                    [[2, 3]],
                    [[0, 1, 0, 0, 0, 0]],
                    [1],
                    new("PyTorch", Selections.PyTorch, [[0, 3, 0, 4, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 3, 0, 0, 0, 0]]),
                    new("last", Selections.PyTorch with { Eigenvalues = TieSelection.Last }, [[0, 3, 0, 4, 0, 0]]),
                    new("mixture", Selections.PyTorch with { Eigenvalues = TieSelection.Mixture(3) }, [[0, 3, 0, -8, 0, 0]]))
                { Stratum = [[[0, 1, 0, 0, 0, 0]]] },
            ],
        },
        new SumOfLargestSingularValues
        {
            Ordinary = [[[3, 3]], [[2, 2, 3]]],
            Large = [[16, 5, 4]],
            Empty = [[0, 3, 2]],
            HalfTolerance = 1e-2,
            HasCurvedKinks = true,
            Kinks =
            [
                new KinkPoint(
                    [[2, 2]],
                    [[1, 0, 0, 0]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 0, 3]]),
                    new("Jax", Selections.Jax, [[3, 0, 0, 3]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 0, 0, 3]]),
                    new("minimal norm", Selections.MinimalNorm, [[3, 0, 0, 0]]),
                    new("mixture", Selections.PyTorch with { Eigenvalues = TieSelection.Mixture(3) }, [[3, 0, 0, -6]]),
                    new("even overrides", Selections.PyTorch, [[3, 0, 0, 0]], x => x[0]
                        .SumOfLargestSingularValues(2, TieSelection.EvenSplit))) { Stratum = [[[1, 0, 0, 0]]] },
                new KinkPoint(
                    [[3, 3]],
                    [[1, 0, 0, 0, 2, 0, 0, 0, 1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 0, 0, 3, 0, 0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[1.5, 0, 0, 0, 3, 0, 0, 0, 1.5]]),
                    new("last", Selections.PyTorch with { Eigenvalues = TieSelection.Last }, [[0, 0, 0, 0, 3, 0, 0, 0, 3]]))
                { Stratum = [[[1, 0, 0, 0, 0, 0, 0, 0, 1]], [[0, 0, 0, 0, 1, 0, 0, 0, 0]]] },
            ],
        },
        new SymmetricEigenvectors
        {
            Ordinary = [[[2, 2]], [[2, 2, 2]], [[3, 3]]],
            Large = [[16, 4, 4]],
            Empty = [[0, 3, 3]],
            HalfTolerance = 2e-2,
            FloatTolerance = 2e-5,
            HasCurvedKinks = true,
            Kinks =
            [
                // The two that meet do not turn into each other.
                new KinkPoint(
                    [[3, 3]],
                    [[1, 0, 0, 0, 2, 0, 0, 0, 1]],
                    [0, 1, 3, 4, 6, 7],
                    new Expectation("PyTorch", Selections.PyTorch, [[0, -0.5, 0, -0.5, 0, 2, 0, 2, 0]])),
            ],
        },
        new PositiveSemidefinitePart
        {
            Ordinary = [[[2, 2]], [[2, 2, 2]], [[3, 3]], [[1, 1]]],
            Large = [[16, 5, 5]],
            Empty = [[0, 3, 3]],
            HalfTolerance = 1e-2,
            HasCurvedKinks = true,
            Kinks =
            [
                // The middle eigenvalue is 0; the two that are not lie on both sides of it, with the quotient 3/4.
                new KinkPoint(
                    [[3, 3]],
                    [[3, 0, 0, 0, 0, 0, 0, 0, -1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[3, 5, 5.25, 5, 0, 0, 5.25, 0, 0]]),
                    new("Jax", Selections.Jax, [[3, 5, 5.25, 5, 0, 0, 5.25, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 5, 5.25, 5, 0, 0, 5.25, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[3, 5, 5.25, 5, 0, 0, 5.25, 0, 0]]),
                    new("one", Selections.PyTorch with { ReluAtZero = 1 }, [[3, 5, 5.25, 5, 7, 0, 5.25, 0, 0]]),
                    new("one overrides", Selections.PyTorch, [[3, 5, 5.25, 5, 7, 0, 5.25, 0, 0]], x => x[0].PositiveSemidefinitePart(1)))
                { Stratum = [[[1, 0, 0, 0, 0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0, 0, 0, 0, 1]]] },
            ],
        },
        new SingularVectors
        {
            Ordinary = [[[2, 2]], [[2, 3, 2]], [[2, 4]], [[3, 3]]],
            Large = [[16, 4, 3]],
            Empty = [[0, 3, 2]],
            HalfTolerance = 2e-2,
            FloatTolerance = 2e-5,
            HasCurvedKinks = true,
            Kinks =
            [
                // The two that meet do not turn into each other, only towards the third.
                new KinkPoint(
                    [[3, 3]],
                    [[1, 0, 0, 0, 2, 0, 0, 0, 1]],
                    [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
                    new Expectation("PyTorch", Selections.PyTorch, [[0, -7, 0, -7, 0, -11, 0, -11, 0]])),
            ],
        },
        new PseudoInverse
        {
            Ordinary = [[[2, 2]], [[2, 3, 2]], [[2, 4]], [[3, 3]]],
            Large = [[16, 5, 4]],
            Empty = [[0, 3, 2]],
            HalfTolerance = 2e-2,
            FloatTolerance = 2e-5,
            HasCurvedKinks = true,
            Kinks =
            [
                // Along changes that keep the rank: those of the first row and column.
                new KinkPoint(
                    [[2, 2]],
                    [[-2, 0, 0, -4]],
                    [0, 1, 2, 3],
                    new Expectation("PyTorch", Selections.PyTorch, [[-0.75, 1.25, 1, 0]])),
            ],
        },
        new MatrixExponential { Ordinary = [[[2, 2]], [[2, 2, 2]], [[3, 3]]], Large = [[16, 4, 4]], Empty = [[0, 3, 3]], HalfTolerance = 1e-2 },
    ];

    // Multiples of the identity, so that random matrices are far from singular ones.
    private static Var<T> Shifted<T>(Var<T> x, int factor = 4)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int rows, int columns) = (x.Shape[-2], x.Shape[-1]);
        return x + x.Tape.Constant(Shape.Of(rows, columns), Diagonal<T>.Of(rows, columns, factor));
    }

    private static class Diagonal<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private static readonly Dictionary<(int Rows, int Columns, int Factor), T[]> Made = [];

        public static ReadOnlySpan<T> Of(int rows, int columns, int factor)
        {
            lock (Made)
            {
                if (!Made.TryGetValue((rows, columns, factor), out T[]? elements))
                {
                    elements = new T[rows * columns];
                    for (int i = 0; i < Math.Min(rows, columns) * columns; i += columns + 1)
                        elements[i] = T.CreateTruncating(factor);
                    Made.Add((rows, columns, factor), elements);
                }

                return elements;
            }
        }
    }

    private sealed class Solve() : OperationCase("solve", typeof(Solve<>)) { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).Solve(x[1]); }

    private sealed class SolveVector()
        : OperationCase("solve for a vector", typeof(Solve<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).Solve(x[1]); }

    private sealed class TriangularSolve()
        : OperationCase("triangular solve", typeof(TriangularSolve<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).TriangularSolve(x[1]); }

    private sealed class TriangularSolveUpper()
        : OperationCase("triangular solve, upper", typeof(TriangularSolve<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).TriangularSolve(x[1], true); }

    private sealed class Cholesky()
        : OperationCase("cholesky", typeof(Cholesky<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0].MatMul(x[0].Transpose()), 1).Cholesky(); }

    private sealed class Determinant()
        : OperationCase("determinant", typeof(Determinant<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Determinant(); }

    private sealed class LogAbsDeterminant()
        : OperationCase("log of a determinant", typeof(LogAbsDeterminant<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).LogAbsDeterminant(); }

    private sealed class DeterminantSign()
        : OperationCase("sign of a determinant", typeof(DeterminantSign<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).DeterminantSign(); }

    private sealed class Qr() : OperationCase("qr", typeof(Qr<>)) { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).Apply(default(Qr<T>)); }

    private sealed class SymmetricEigenvalues()
        : OperationCase("symmetric eigenvalues", typeof(SymmetricEigenvalues<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SymmetricPart().SymmetricEigenvalues(); }

    private sealed class SumOfLargestEigenvalues()
        : OperationCase("sum of largest eigenvalues", typeof(SumOfLargestEigenvalues<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SymmetricPart().SumOfLargestEigenvalues(2); }

    private sealed class SingularValues()
        : OperationCase("singular values", typeof(SingularValues<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SingularValues(); }

    private sealed class SumOfLargestSingularValues()
        : OperationCase("sum of largest singular values", typeof(SumOfLargestSingularValues<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SumOfLargestSingularValues(Math.Min(2, x[0].Shape[-1])); }

    private sealed class SymmetricEigenvectors()
        : OperationCase("symmetric eigenvectors", typeof(SymmetricEigenvectors<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SymmetricPart().SymmetricEigenvectors(); }

    private sealed class PositiveSemidefinitePart()
        : OperationCase("positive semidefinite part", typeof(PositiveSemidefinitePart<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SymmetricPart().PositiveSemidefinitePart(); }

    private sealed class SingularVectors()
        : OperationCase("singular vectors", typeof(SingularVectors<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Apply(default(SingularVectors<T>)); }

    private sealed class PseudoInverse()
        : OperationCase("pseudo-inverse", typeof(PseudoInverse<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Shifted(x[0]).PseudoInverse(); }

    private sealed class MatrixExponential()
        : OperationCase("matrix exponential", typeof(MatrixExponential<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MatrixExponential(); }
}
