namespace ConservativeAD.Solutions;

/// <summary>
/// A solution as a function of parameters: z = G(x) with F(z, x) = 0. Any solver may compute it; the equation gives the derivatives, which do not depend on how
/// the solver worked.
/// </summary>
public sealed partial class ImplicitFunction
{
    private readonly Func<double[], double[]> solver;
    private readonly ImplicitOptions options;

    /// <summary>Makes a function.</summary>
    /// <param name="equation">F.</param>
    /// <param name="solver">Computes z from x by any method.</param>
    /// <param name="options">What counts as a solution, and how linear systems are solved; the defaults if null.</param>
    public ImplicitFunction(Equation equation, Func<double[], double[]> solver, ImplicitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(equation);
        ArgumentNullException.ThrowIfNull(solver);
        (Equation, this.solver, this.options) = (equation, solver, (options ?? new ImplicitOptions()).Checked());
    }

    /// <summary>F.</summary>
    public Equation Equation { get; }

    /// <summary>Solves for some parameters.</summary>
    /// <param name="parameters">x.</param>
    /// <exception cref="ArgumentException">There are more or fewer parameters than the equation has.</exception>
    /// <exception cref="NotASolutionException">What the solver returned does not solve the equation.</exception>
    public ImplicitSolution At(params ReadOnlySpan<double> parameters)
    {
        if (parameters.Length != Equation.Parameters)
            throw new ArgumentException($"{parameters.Length} parameters were given; the equation has {Equation.Parameters}.", nameof(parameters));
        double[] found = solver(parameters.ToArray()) ?? throw new InvalidOperationException("The solver returned nothing.");
        return found.Length == Equation.Unknowns
            ? Equation.At(found, parameters, options)
            : throw new InvalidOperationException($"The solver returned {found.Length} numbers; the equation has {Equation.Unknowns} unknowns.");
    }
}
