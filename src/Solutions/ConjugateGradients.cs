using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>Conjugate gradients, for a symmetric positive definite system that is known by products alone.</summary>
internal static class ConjugateGradients
{
    /// <summary>Solves a system.</summary>
    /// <param name="product">The matrix times a vector.</param>
    /// <param name="right">The right side.</param>
    /// <param name="tolerance">The residual to end at, relative to the right side.</param>
    /// <param name="maximumSteps">The most products.</param>
    /// <returns>The solution, the Euclidean norm of its residual, and the products taken.</returns>
    public static (double[] Solution, double Residual, int Steps) Solve(Func<double[], double[]> product, double[] right, double tolerance, int maximumSteps)
    {
        double[] solution = new double[right.Length], left = [.. right], direction = [.. right];
        double target = tolerance * Vectors.Norm(right), square = Vectors.Dot(left, left);
        int steps = 0;
        for (; Math.Sqrt(square) > target / 2 && steps < maximumSteps; steps++)
        {
            double[] image = product(direction);
            double curvature = Vectors.Dot(direction, image);
            // Along a direction without curvature the matrix is not positive definite.
            if (!(curvature > 0) || !double.IsFinite(curvature))
                break;
            double length = square / curvature;
            TensorPrimitives.MultiplyAdd(direction, length, solution, solution);
            TensorPrimitives.MultiplyAdd(image, -length, left, left);
            double next = Vectors.Dot(left, left);
            TensorPrimitives.MultiplyAdd(direction, next / square, left, direction);
            square = next;
        }

        return (solution, Vectors.Norm(Vectors.Difference(right, product(solution))), steps);
    }
}
