using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>A point where an operation has kinks.</summary>
/// <param name="Shapes">Shapes of the inputs.</param>
/// <param name="Values">The inputs.</param>
/// <param name="Positions">The elements at a kink, in the order of the census.</param>
/// <param name="Expectations">The expected gradients, for a cotangent of <see cref="Cotangent"/> everywhere (the k-th output gets k + 3).</param>
public sealed record KinkPoint(Shape[] Shapes, double[][] Values, int[] Positions, params Expectation[] Expectations)
{
    /// <summary>The cotangent of the first output element; each further one is 1 more.</summary>
    public const double Cotangent = 3;

    /// <summary>
    /// Directions whose span near the point stays among the kinks: along them the function is smooth, and every selection must give its derivative.
    /// </summary>
    public double[][][] Stratum { get; init; } = [];
}

/// <summary>The gradient that a choice must give.</summary>
/// <param name="Choice">The choice, for messages.</param>
/// <param name="Selections">The selections.</param>
/// <param name="Gradient">The gradient of each input.</param>
/// <param name="Program">The program, if the operation itself overrides the selections; the row's program if null.</param>
public sealed record Expectation(string Choice, Selections Selections, double[][] Gradient, Func<Var<double>[], Var<double>>? Program = null);
