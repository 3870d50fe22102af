using System.Numerics;
using ConservativeAD.Auditor.Reference;
using ConservativeAD.Kernels;

namespace ConservativeAD.Auditor.Programs;

/// <summary>
/// Linear algebra on matrices of two rows, for which everything has a formula. Where a matrix must not be singular, it is T·Tᵀ + I with T = tanh(x).
/// </summary>
internal static class LinearAlgebraOperations
{
    public static IEnumerable<TensorOperation> All()
    {
        const string Positive = "({0}.Tanh().MatMul({0}.Tanh().Transpose()) + Identity)";
        yield return Operation(new Determinant(), "{0}.Determinant()", 1);
        yield return Operation(new LogAbsDeterminant(), Positive + ".LogAbsDeterminant()", 1);
        yield return Operation(new DeterminantSign(), Positive + ".DeterminantSign()", 1);
        yield return Operation(new Cholesky(), Positive + ".Cholesky()", 1);
        yield return Operation(new Qr(), Positive + ".Apply(default(Qr<T>))", 1);
        yield return Operation(new SymmetricEigenvalues(), "{0}.SymmetricPart().SymmetricEigenvalues()", 1);
        yield return Operation(new SumOfLargestEigenvalues(), "{0}.SymmetricPart().SumOfLargestEigenvalues(1)", 1);
        yield return Operation(new SingularValues(), "{0}.SingularValues()", 1);
        yield return Operation(new SumOfLargestSingularValues(), "{0}.NuclearNorm()", 1);
        yield return Operation(new SymmetricEigenvectors(), "{0}.SymmetricPart().SymmetricEigenvectors().Square()", 1);
        yield return Operation(new PositiveSemidefinitePart(), "{0}.SymmetricPart().PositiveSemidefinitePart()", 1);
        yield return Operation(new MatrixExponential(), "({0}.Tanh() + {0}.Tanh().Flip(0, 1)).MatrixExponential()", 1);
        yield return Operation(new Solve(), Positive + ".Solve({1})", 2);
        yield return Operation(new PseudoInverse(), Positive + ".PseudoInverse()", 1);
        yield return Operation(new SingularVectors(), Positive + ".Svd().U.Square()", 1);
        yield return Operation(new TriangularSolve(), Positive + ".TriangularSolve({1})", 2);
    }

    private static TensorOperation Operation(TensorDefinition definition, string text, int inputs) => new(
        definition.GetType().Name, text, _ => [.. Enumerable.Repeat<int[]>([2, 2], inputs)], _ => [])
    { Definition = definition };

    private static Var<T> Positive<T>(Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> t = x.Tanh();
        return t.MatMul(t.Transpose()) + x.Tape.Constant(Shape.Of(2, 2), [T.One, T.Zero, T.Zero, T.One]);
    }

    // A program that is made smaller may shrink its matrices.
    private static bool IsWhole(GermTensor x) => x.Shape is [2, 2];

    // The elements (p, q; q, r) of the matrix.
    private static (Germ P, Germ Q, Germ R) Positive(GermTensor x)
    {
        if (!IsWhole(x))
            return (Germ.Unknown, Germ.Unknown, Germ.Unknown);
        GermTensor t = x.Map(Germ.Tanh);
        return (Germ.One + (t[0, 0] * t[0, 0]) + (t[0, 1] * t[0, 1]), (t[0, 0] * t[1, 0]) + (t[0, 1] * t[1, 1]),
            Germ.One + (t[1, 0] * t[1, 0]) + (t[1, 1] * t[1, 1]));
    }

    private static Germ Det((Germ P, Germ Q, Germ R) a) => (a.P * a.R) - (a.Q * a.Q);

    private sealed class Determinant : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].Determinant();

        public override GermTensor Refer(GermTensor[] x, double[] attributes) =>
            GermTensor.Scalar(IsWhole(x[0]) ? (x[0][0, 0] * x[0][1, 1]) - (x[0][0, 1] * x[0][1, 0]) : Germ.Unknown);
    }

    private sealed class LogAbsDeterminant : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).LogAbsDeterminant();

        public override GermTensor Refer(GermTensor[] x, double[] attributes) => GermTensor.Scalar(Germ.Log(Det(Positive(x[0]))));
    }

    private sealed class DeterminantSign : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).DeterminantSign();

        public override GermTensor Refer(GermTensor[] x, double[] attributes) =>
            GermTensor.Scalar(Det(Positive(x[0])) is var det && det.IsFinite ? Germ.One : det);
    }

    private sealed class Cholesky : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).Cholesky();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            var a = Positive(x[0]);
            Germ first = Germ.Sqrt(a.P);
            return Factors([2, 2], [a.P, a.Q, a.R], first, Germ.Zero, a.Q / first, Germ.Sqrt(Det(a)) / first);
        }
    }

    private sealed class Qr : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).Apply(default(Rules.Qr<T>));

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            var a = Positive(x[0]);
            Germ length = Germ.Sqrt((a.P * a.P) + (a.Q * a.Q));
            return Factors([4, 2], [a.P, a.Q, a.R], a.P / length, -a.Q / length, a.Q / length, a.P / length, length, ((a.P * a.Q) + (a.Q * a.R)) / length,
                Germ.Zero, Det(a) / length);
        }
    }

    // What a factorisation of a matrix gives: its slopes are sums of products of elements of unit vectors, each rounded.
    private static GermTensor Factors(int[] shape, Germ[] matrix, params Germ[] values) =>
        new(shape, Array.ConvertAll(values, value => value.WithRoundedSlopes(matrix)));

    // The squares of the elements of unit vectors at an angle, of which the cosine of the double is given. Vectors of constants are what the program computes,
    // also where any would do.
    private static GermTensor Squares(Germ[] matrix, Germ cosine)
    {
        if (cosine.Kind == Kind.Undefined && Array.TrueForAll(matrix, element => element.IsConstant))
            cosine = Germ.Unknown;
        Germ half = Germ.Of(0.5), less = ((Germ.One - cosine) * half).WithRoundedValue(1), more = ((Germ.One + cosine) * half).WithRoundedValue(1);
        return Factors([2, 2], matrix, less, more, more, less);
    }

    // The mean of the diagonal, and half of the distance of the eigenvalues.
    private static (Germ Mean, Germ Radius) Eigenvalues(GermTensor x)
    {
        if (!IsWhole(x))
            return (Germ.Unknown, Germ.Unknown);
        Germ half = Germ.Of(0.5);
        return ((x[0, 0] + x[1, 1]) * half, Germ.Hypot((x[0, 0] - x[1, 1]) * half, (x[0, 1] + x[1, 0]) * half));
    }

    private sealed class SymmetricEigenvalues : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].SymmetricPart().SymmetricEigenvalues();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            (Germ mean, Germ radius) = Eigenvalues(x[0]);
            return Factors([2], x[0].Elements, mean - radius, mean + radius);
        }
    }

    private sealed class SumOfLargestEigenvalues : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].SymmetricPart().SumOfLargestEigenvalues(1);

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            (Germ mean, Germ radius) = Eigenvalues(x[0]);
            return Factors([], x[0].Elements, mean + radius);
        }
    }

    private sealed class SymmetricEigenvectors : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].SymmetricPart().SymmetricEigenvectors().Square();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            Germ half = Germ.Of(0.5);
            return IsWhole(x[0])
                ? Squares(x[0].Elements, (x[0][0, 0] - x[0][1, 1]) * half / Eigenvalues(x[0]).Radius)
                : Squares([], Germ.Unknown);
        }
    }

    private sealed class PositiveSemidefinitePart : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].SymmetricPart().PositiveSemidefinitePart();

        // With eigenvalues of both signs, the share of the larger in their distance times what the matrix is above the smaller.
        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            (Germ mean, Germ radius) = Eigenvalues(x[0]);
            Germ low = mean - radius, high = mean + radius, half = Germ.Of(0.5), off = (x[0][0, 1] + x[0][1, 0]) * half;
            Germ[] parts = (Germ.Sign(low), Germ.Sign(high)) switch
            {
                ( >= 0, _) => [x[0][0, 0], off, off, x[0][1, 1]],
                (_, <= 0) => [Germ.Zero, Germ.Zero, Germ.Zero, Germ.Zero],
                ( < 0, > 0) => Above(high / (high - low)),
                _ => [Germ.Unknown, Germ.Unknown, Germ.Unknown, Germ.Unknown],
            };
            return Factors([2, 2], x[0].Elements, parts);

            Germ[] Above(Germ share) => [share * (x[0][0, 0] - low), share * off, share * off, share * (x[0][1, 1] - low)];
        }
    }

    private sealed class MatrixExponential : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => (x[0].Tanh() + x[0].Tanh().Flip(0, 1)).MatrixExponential();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            if (!IsWhole(x[0]))
                return new GermTensor([2, 2], [Germ.Unknown, Germ.Unknown, Germ.Unknown, Germ.Unknown]);
            GermTensor t = x[0].Map(Germ.Tanh);
            Germ scale = Germ.Exp(t[0, 0] + t[1, 1]), off = t[0, 1] + t[1, 0], even = scale * Germ.Cosh(off), odd = scale * Germ.Sinh(off);
            return new GermTensor([2, 2], [even, odd, odd, even]);
        }
    }

    // The sum and the difference of the singular values, in any order.
    private static (Germ One, Germ Other) SingularValuesOf(GermTensor x) => IsWhole(x)
        ? (Germ.Hypot(x[0, 0] + x[1, 1], x[0, 1] - x[1, 0]), Germ.Hypot(x[0, 0] - x[1, 1], x[0, 1] + x[1, 0]))
        : (Germ.Unknown, Germ.Unknown);

    private sealed class SingularValues : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].SingularValues();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            (Germ one, Germ other) = SingularValuesOf(x[0]);
            return Factors([2], x[0].Elements, (one + other) * Germ.Of(0.5), Germ.Abs(one - other) * Germ.Of(0.5));
        }
    }

    private sealed class SumOfLargestSingularValues : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => x[0].NuclearNorm();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            (Germ one, Germ other) = SingularValuesOf(x[0]);
            return Factors([], x[0].Elements, Germ.Max(one, other));
        }
    }

    private sealed class Solve : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).Solve(x[1]);

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            var a = Positive(x[0]);
            Germ det = Det(a);
            return GermTensor.Make([2, 2], at => (at[0] == 0
                ? (a.R * x[1][0, at[1]]) - (a.Q * x[1][1, at[1]])
                : (a.P * x[1][1, at[1]]) - (a.Q * x[1][0, at[1]])) / det);
        }
    }

    private sealed class PseudoInverse : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).PseudoInverse();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            var a = Positive(x[0]);
            Germ det = Det(a);
            // The eigenvalues of the matrix are at least 1, so an element of the inverse is rounded like a number of size 1.
            return Factors([2, 2], [a.P, a.Q, a.R],
                [.. ((Germ[])[a.R / det, -a.Q / det, -a.Q / det, a.P / det]).Select(element => element.WithRoundedValue(1))]);
        }
    }

    // Those of a positive matrix are its eigenvectors, that of the larger eigenvalue first.
    private sealed class SingularVectors : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).Svd().U.Square();

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            var a = Positive(x[0]);
            Germ difference = (a.P - a.R) * Germ.Of(0.5);
            return Squares([a.P, a.Q, a.R], -(difference / Germ.Hypot(difference, a.Q)));
        }
    }

    private sealed class TriangularSolve : TensorDefinition
    {
        public override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Positive(x[0]).TriangularSolve(x[1]);

        public override GermTensor Refer(GermTensor[] x, double[] attributes)
        {
            var a = Positive(x[0]);
            return GermTensor.Make([2, 2], at => x[1][0, at[1]] / a.P is var first && at[0] == 0 ? first : (x[1][1, at[1]] - (a.Q * first)) / a.R);
        }
    }
}
