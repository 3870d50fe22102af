using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>A system by an iteration on products with B and its transpose.</summary>
/// <param name="record">The recorded equation.</param>
/// <param name="unknowns">The number of unknowns.</param>
/// <param name="parameters">The number of parameters.</param>
/// <param name="options">The iteration and its end.</param>
internal sealed class IterativeSystem(EquationRecord record, int unknowns, int parameters, ImplicitOptions options) : ILinearSystem
{
    public double? Condition => null;

    public double[] Solve(double[] right) => Solved(right, vector => record.Push([.. vector, .. new double[parameters]]));

    public double[] SolveTransposed(double[] right) => Solved(right, vector => record.Pull(vector)[..unknowns]);

    private double[] Solved(double[] right, Func<double[], double[]> product)
    {
        (double[] solution, double residual, int steps) = options.Solves == LinearSolves.ConjugateGradients
            ? ConjugateGradients.Solve(product, right, options.LinearTolerance, options.MaximumLinearSteps)
            : Gmres.Solve(product, right, options.LinearTolerance, options.MaximumLinearSteps);
        double allowed = options.LinearTolerance * Vectors.Norm(right);
        return residual <= allowed
            ? solution
            : throw new SingularEquationException($"The linear system of {unknowns} unknowns was not solved: after {steps} steps its residual is {residual} "
                + $"and should be {allowed}. ∂F/∂z may be singular or badly scaled"
                + $"{(options.Solves == LinearSolves.ConjugateGradients ? ", or not symmetric and positive definite" : "")}. A factorisation "
                + "(LinearSolves.Factorised) tells its condition.");
    }
}
