using System.Numerics.Tensors;

namespace ConservativeAD.Nonsmooth;

/// <summary>Orthonormal bases of small subspaces, by Gram-Schmidt with a second pass.</summary>
internal static class Orthonormal
{
    private const double Dependent = 1e-9;

    /// <summary>Adds the direction of a vector to a basis, unless the basis spans it.</summary>
    public static void Extend(List<double[]> basis, double[] vector)
    {
        double[] rest = Reject(basis, vector);
        double norm = Vectors.Norm(rest);
        if (norm > Dependent * Vectors.Norm(vector))
            basis.Add(Vectors.Scaled(rest, 1 / norm));
    }

    /// <summary>The part of a vector that is orthogonal to a basis.</summary>
    public static double[] Reject(List<double[]> basis, double[] vector)
    {
        double[] rest = [.. vector];
        RejectInPlace(basis, rest);
        return rest;
    }

    /// <summary>Replaces a vector by its part that is orthogonal to a basis.</summary>
    public static void RejectInPlace(List<double[]> basis, double[] vector)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] unit in basis)
                TensorPrimitives.MultiplyAdd(unit, -Vectors.Dot(unit, vector), vector, vector);
        }
    }

    /// <summary>A unit vector orthogonal to a basis that does not span the space.</summary>
    public static double[] AnyOutside(List<double[]> basis, int dimension)
    {
        double[] furthest = [];
        for (int i = 0; i < dimension; i++)
        {
            double[] axis = new double[dimension];
            axis[i] = 1;
            double[] rest = Reject(basis, axis);
            if (furthest.Length == 0 || Vectors.Norm(rest) > Vectors.Norm(furthest))
                furthest = rest;
        }

        return Vectors.Scaled(furthest, 1 / Vectors.Norm(furthest));
    }
}
