using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>
/// An equation F(z, x) = 0 with as many values as unknowns z, and parameters x. It is given by a program and may have kinks. A solver finds z; the equation
/// gives the derivatives of z in x.
/// </summary>
/// <remarks>
/// J. Bolte, T. Le, E. Pauwels and A. Silveti-Falls, Nonsmooth implicit differentiation for machine-learning and optimization, NeurIPS 2021: if every matrix
/// [A B] in the conservative Jacobian of F has an invertible B (the part of z), then −B⁻¹A is a conservative Jacobian of the solution.
/// </remarks>
public abstract class Equation
{
    private protected Equation(int unknowns, int parameters)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unknowns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parameters);
        (Unknowns, Parameters) = (unknowns, parameters);
    }

    /// <summary>The number of unknowns, and of values of F.</summary>
    public int Unknowns { get; }

    /// <summary>The number of parameters.</summary>
    public int Parameters { get; }

    /// <summary>Whether the equation is z = T(z, x), so that its solution is a fixed point.</summary>
    public bool IsFixedPoint { get; private protected init; }

    /// <summary>An equation by a program on single numbers.</summary>
    /// <param name="unknowns">The number of unknowns.</param>
    /// <param name="parameters">The number of parameters.</param>
    /// <param name="program">F: computes as many values as there are unknowns, from unknowns and parameters.</param>
    public static Equation OfScalars(int unknowns, int parameters, Func<Active[], Active[], Active[]> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new ScalarEquation(unknowns, parameters, program);
    }

    /// <summary>An equation by a program on tensors.</summary>
    /// <param name="unknowns">The shape of the unknowns.</param>
    /// <param name="parameters">The shape of the parameters.</param>
    /// <param name="program">F: computes a tensor with as many elements as there are unknowns, from unknowns and parameters.</param>
    public static Equation OfTensors(in Shape unknowns, in Shape parameters, Func<Var<double>, Var<double>, Var<double>> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new TensorEquation(unknowns, parameters, program);
    }

    /// <summary>The equation z = T(z, x) of a fixed point, by a program on single numbers.</summary>
    /// <param name="unknowns">The number of unknowns.</param>
    /// <param name="parameters">The number of parameters.</param>
    /// <param name="map">T.</param>
    public static Equation OfFixedPoint(int unknowns, int parameters, Func<Active[], Active[], Active[]> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new ScalarEquation(unknowns, parameters, (z, x) => Differences(z, map(z, x))) { IsFixedPoint = true };
    }

    /// <summary>The equation z = T(z, x) of a fixed point, by a program on tensors.</summary>
    /// <param name="unknowns">The shape of the unknowns.</param>
    /// <param name="parameters">The shape of the parameters.</param>
    /// <param name="map">T; its value has the shape of the unknowns.</param>
    public static Equation OfFixedPoint(in Shape unknowns, in Shape parameters, Func<Var<double>, Var<double>, Var<double>> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new TensorEquation(unknowns, parameters, (z, x) => z - map(z, x)) { IsFixedPoint = true };
    }

    /// <summary>
    /// The equation ∇f = 0 in z, whose solutions are the stationary points of f(z, x). The gradient must exist: for functions with kinks in z, take the fixed
    /// point of a proximal step instead.
    /// </summary>
    /// <param name="unknowns">The number of unknowns.</param>
    /// <param name="parameters">The number of parameters.</param>
    /// <param name="objective">f.</param>
    public static Equation OfStationaryPoint(int unknowns, int parameters, Func<Active[], Active[], Active> objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return new ScalarEquation(unknowns, parameters, (z, x) => NestedTape.Gradient(inner => objective(inner, x), z));
    }

    /// <summary>The values of F.</summary>
    /// <param name="unknowns">z.</param>
    /// <param name="parameters">x.</param>
    /// <exception cref="ArgumentException">The numbers of unknowns or parameters are not those of the equation.</exception>
    public double[] Residual(ReadOnlySpan<double> unknowns, ReadOnlySpan<double> parameters)
    {
        using EquationRecord record = Record(Joined(unknowns, parameters), null);
        return record.Values;
    }

    /// <summary>The derivatives of a solution in the parameters.</summary>
    /// <param name="unknowns">z, found by any method.</param>
    /// <param name="parameters">x.</param>
    /// <param name="options">What counts as a solution, and how linear systems are solved; the defaults if null.</param>
    /// <exception cref="ArgumentException">The numbers of unknowns or parameters are not those of the equation.</exception>
    /// <exception cref="NotASolutionException">The residual is above the tolerance.</exception>
    public ImplicitSolution At(ReadOnlySpan<double> unknowns, ReadOnlySpan<double> parameters, ImplicitOptions? options = null) =>
        new(this, Joined(unknowns, parameters), options ?? new ImplicitOptions());

    /// <summary>Records F at a point of unknowns and parameters.</summary>
    internal abstract EquationRecord Record(double[] point, Selections? selections);

    /// <summary>The sum of the values of F, each times a weight, as a function of unknowns and parameters. Values with weight 0 are left out.</summary>
    internal abstract Objective Weighted(double[] weights);

    private static Active[] Differences(Active[] z, Active[] image)
    {
        if (image.Length != z.Length)
            throw new InvalidOperationException($"The map has {image.Length} values for {z.Length} unknowns; there must be as many.");
        Active[] differences = new Active[z.Length];
        for (int i = 0; i < z.Length; i++)
            differences[i] = z[i] - image[i];
        return differences;
    }

    private double[] Joined(ReadOnlySpan<double> unknowns, ReadOnlySpan<double> parameters)
    {
        if (unknowns.Length != Unknowns || parameters.Length != Parameters)
        {
            throw new ArgumentException($"{unknowns.Length} unknowns and {parameters.Length} parameters were given; the equation has {Unknowns} and "
                + $"{Parameters}.");
        }

        return [.. unknowns, .. parameters];
    }
}
