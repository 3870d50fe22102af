using System.Globalization;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using MathNet.Numerics.LinearAlgebra;

namespace ConservativeAD.Solutions;

/// <summary>
/// A solution z of F(z, x) = 0 and its derivatives in x: the Jacobian −B⁻¹A, where [B A] is the Jacobian of F at (z, x). Forward, reverse and second
/// derivatives agree with each other, and do not depend on the solver.
/// </summary>
public sealed class ImplicitSolution
{
    // Points beside the solution at which its kinks are looked for, and how far, in lengths of the solver's error.
    private const int Probes = 6;
    private const double Reach = 2;
    private const double SameSlope = 1e-4;

    // What slopes may change over so short a way without a kink, as a share of the largest.
    private const double Curvature = 1e-7;

    // Errors of a few units in the last place, as shares of the solution's length.
    private const double RoundingBesideKinks = 1e-15;
    private const double RoundingAtKinks = 1e-13;

    private readonly Equation equation;
    private readonly double[] point;
    private readonly ImplicitOptions options;
    private readonly double[] values;

    internal ImplicitSolution(Equation equation, double[] point, ImplicitOptions options)
    {
        (this.equation, this.point, this.options) = (equation, point, options.Checked());
        using EquationRecord record = equation.Record(point, null);
        values = record.Values;
        Residual = Dense.Largest(values);
        double allowed = options.Tolerance * (1 + Dense.Largest(Unknowns));
        if (!(Residual <= allowed) || !double.IsFinite(allowed))
        {
            throw new NotASolutionException(string.Create(CultureInfo.InvariantCulture,
                $"What was given is not a solution: a value of the equation is {Residual}, and at most {allowed} is tolerated. Solve more exactly, or "
                + $"allow more by ImplicitOptions.Tolerance."), Residual);
        }
    }

    /// <summary>z.</summary>
    public IReadOnlyList<double> Value => point[..equation.Unknowns];

    /// <summary>The largest magnitude of a value of F.</summary>
    public double Residual { get; }

    private ReadOnlySpan<double> Unknowns => point.AsSpan(0, equation.Unknowns);

    /// <summary>The Jacobian of the solution: a row for each unknown, a column for each parameter.</summary>
    /// <param name="selections">The choices at kinks of F; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="SingularEquationException">∂F/∂z cannot be inverted with these choices.</exception>
    public double[,] Jacobian(Selections? selections = null)
    {
        using EquationRecord record = equation.Record(point, selections);
        ILinearSystem system = SystemOf(record, selections);
        double[,] jacobian = new double[equation.Unknowns, equation.Parameters];
        if (equation.Parameters <= equation.Unknowns)
        {
            double[] direction = new double[point.Length];
            for (int column = 0; column < equation.Parameters; column++)
            {
                direction[equation.Unknowns + column] = 1;
                double[] moved = system.Solve(Dense.Negated(record.Push(direction)));
                direction[equation.Unknowns + column] = 0;
                for (int row = 0; row < moved.Length; row++)
                    jacobian[row, column] = moved[row];
            }

            return jacobian;
        }

        for (int row = 0; row < equation.Unknowns; row++)
        {
            double[] weights = new double[equation.Unknowns];
            weights[row] = 1;
            double[] gradient = Pulled(record, system, weights);
            for (int column = 0; column < gradient.Length; column++)
                jacobian[row, column] = gradient[column];
        }

        return jacobian;
    }

    /// <summary>How the solution moves when the parameters move: the Jacobian times a direction, by one linear system.</summary>
    /// <param name="direction">A number for each parameter.</param>
    /// <param name="selections">The choices at kinks of F; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="SingularEquationException">∂F/∂z cannot be inverted with these choices.</exception>
    public double[] Forward(ReadOnlySpan<double> direction, Selections? selections = null)
    {
        Demand(direction.Length, equation.Parameters, "direction", "parameters");
        using EquationRecord record = equation.Record(point, selections);
        return Moved(record, SystemOf(record, selections), direction);
    }

    /// <summary>The gradient of a weighted sum of the unknowns in the parameters: the transposed Jacobian times the weights, by one linear system.</summary>
    /// <param name="weights">A weight for each unknown.</param>
    /// <param name="selections">The choices at kinks of F; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="SingularEquationException">∂F/∂z cannot be inverted with these choices.</exception>
    public double[] Reverse(ReadOnlySpan<double> weights, Selections? selections = null)
    {
        Demand(weights.Length, equation.Unknowns, "weights", "unknowns");
        using EquationRecord record = equation.Record(point, selections);
        return Pulled(record, SystemOf(record, selections), weights.ToArray());
    }

    /// <summary>
    /// The Hessian of a weighted sum of the unknowns, times a direction of the parameters. F must be twice differentiable at the solution.
    /// </summary>
    /// <param name="weights">A weight for each unknown.</param>
    /// <param name="direction">A number for each parameter.</param>
    /// <exception cref="SingularEquationException">∂F/∂z cannot be inverted.</exception>
    /// <exception cref="InvalidOperationException">F is not twice differentiable at the solution.</exception>
    public double[] HessianProduct(ReadOnlySpan<double> weights, ReadOnlySpan<double> direction)
    {
        Demand(weights.Length, equation.Unknowns, "weights", "unknowns");
        Demand(direction.Length, equation.Parameters, "direction", "parameters");
        using EquationRecord record = equation.Record(point, null);
        ILinearSystem system = SystemOf(record, null);
        double[] moved = Moved(record, system, direction), multipliers = Dense.Negated(system.SolveTransposed(weights.ToArray()));
        HessianProduct second = equation.Weighted(multipliers).HessianProduct(point, [.. moved, .. direction]);
        if (!second.IsTwiceDifferentiable)
        {
            throw new InvalidOperationException(
                $"The solution has no second derivative here: the equation is not twice differentiable ({second.Kinks}).");
        }

        double[] carried = Pulled(record, system, second.Product[..equation.Unknowns]), result = second.Product[equation.Unknowns..];
        for (int i = 0; i < result.Length; i++)
            result[i] += carried[i];
        return result;
    }

    /// <summary>What the derivatives for some choices at kinks are known to be.</summary>
    /// <param name="selections">The choices at kinks of F; <see cref="Selections.PyTorch"/> if null.</param>
    public ImplicitCertificate Certificate(Selections? selections = null)
    {
        KinkCensus kinks = Kinks();
        using EquationRecord record = equation.Record(point, selections);
        double condition = double.NaN;
        ILinearSystem? system = options.Factorises(equation.Unknowns)
            ? FactorisedSystem.Of(Dense.Columns(record.Jacobian(), 0, equation.Unknowns), out condition)
            : SystemOf(record, selections);
        ImplicitCertificate none = new(ImplicitClaim.None, "", Residual, kinks)
        {
            Condition = system is null ? condition : system.Condition,
            ContractionFactor = ContractionFactor(record),
        };
        if (system is null)
            return none with { Reason = SingularText(condition, kinks, selections) };
        if (Insoluble(system) is { } insoluble)
            return none with { Reason = insoluble };
        if (kinks.IsEmpty)
        {
            ClarkeCertificate smooth = Clarke.Gradient(equation.Weighted(Generic()), point).Certificate;
            return !smooth.IsCertified ? none with { Reason = $"the equation is {smooth}" }
                : NearKink(record, system) is { } near ? none with { Reason = near }
                : none with { Claim = ImplicitClaim.Derivative };
        }

        ImplicitCells cells = ImplicitCells.Of(equation, point, new SetOptions());
        if (Trouble(cells) is { } trouble)
            return none with { Reason = trouble };
        // The determinant is affine in the choice at a single kink, so between two choices with one sign it is not 0.
        return kinks.Count == 1
            ? OffKink() is { } off ? none with { Reason = off } : none with { Claim = ImplicitClaim.ConservativeJacobian }
            : none with
            {
                Reason = $"{kinks.Count} kinks meet ({kinks}), and it is not examined whether all choices at them together leave ∂F/∂z invertible; "
                    + "ClarkeJacobians has the limits of derivatives",
            };
    }

    /// <summary>
    /// An element of Clarke's Jacobian of the solution: the derivative on the piece that the solution enters when the parameters move along a drawn direction.
    /// </summary>
    /// <param name="seed">The seed of the direction.</param>
    public ImplicitJacobian ClarkeJacobian(ulong seed = 0)
    {
        double[] direction = new double[equation.Parameters];
        Philox.For(seed, (uint)Streams.ImplicitDirections).Normal<double>(direction, 0, 1);
        return ClarkeJacobian(direction);
    }

    /// <summary>The derivative on the piece that the solution enters when the parameters move along a given direction.</summary>
    /// <param name="direction">A number for each parameter. For almost every direction the result is in Clarke's Jacobian.</param>
    /// <exception cref="SingularEquationException">No piece with an invertible ∂F/∂z lies in that direction.</exception>
    public ImplicitJacobian ClarkeJacobian(double[] direction)
    {
        ArgumentNullException.ThrowIfNull(direction);
        Demand(direction.Length, equation.Parameters, "direction", "parameters");
        KinkCensus kinks = Kinks();
        if (kinks.IsEmpty)
            return new ImplicitJacobian(Jacobian(), Certificate());
        ImplicitCells cells = ImplicitCells.Of(equation, point, new SetOptions());
        double[,] jacobian = cells.Along(direction) ?? throw new SingularEquationException(
            $"The solution does not move along this direction on any linear piece of the equation: {Trouble(cells) ?? "the direction lies between pieces"}.");
        return new ImplicitJacobian(jacobian, OfCells(cells, kinks));
    }

    /// <summary>All limits of derivatives at nearby parameters. Their hull is Clarke's Jacobian of the solution.</summary>
    /// <param name="set">The budget of the search; the defaults if null.</param>
    public ImplicitJacobians ClarkeJacobians(SetOptions? set = null)
    {
        KinkCensus kinks = Kinks();
        if (kinks.IsEmpty)
        {
            ImplicitCertificate smooth = Certificate();
            return new ImplicitJacobians(smooth.IsCertified ? [Jacobian()] : [], smooth);
        }

        ImplicitCells cells = ImplicitCells.Of(equation, point, set ?? new SetOptions());
        ImplicitCertificate certificate = OfCells(cells, kinks);
        return new ImplicitJacobians(certificate.IsCertified ? cells.Entered : [], certificate);
    }

    /// <summary>∂F/∂z for some choices, factorised.</summary>
    /// <exception cref="SingularEquationException">It cannot be inverted.</exception>
    internal FactorisedSystem Factorised(Selections? selections)
    {
        using EquationRecord record = equation.Record(point, selections);
        return FactorisedOf(record, selections);
    }

    private static void Demand(int given, int needed, string what, string of)
    {
        if (given != needed)
            throw new ArgumentException($"The {what} has {given} numbers; there are {needed} {of}.", what);
    }

    private double[] Moved(EquationRecord record, ILinearSystem system, ReadOnlySpan<double> direction) =>
        system.Solve(Dense.Negated(record.Push([.. new double[equation.Unknowns], .. direction])));

    private double[] Pulled(EquationRecord record, ILinearSystem system, double[] weights) =>
        Dense.Negated(record.Pull(system.SolveTransposed(weights))[equation.Unknowns..]);

    private ILinearSystem SystemOf(EquationRecord record, Selections? selections)
    {
        if (!options.Factorises(equation.Unknowns))
            return new IterativeSystem(record, equation.Unknowns, equation.Parameters, options);
        return FactorisedOf(record, selections);
    }

    private FactorisedSystem FactorisedOf(EquationRecord record, Selections? selections) =>
        FactorisedSystem.Of(Dense.Columns(record.Jacobian(), 0, equation.Unknowns), out double condition)
            ?? throw new SingularEquationException($"The solution has no derivative: {SingularText(condition, Kinks(), selections)}.");

    private static string SingularText(double condition, KinkCensus kinks, Selections? selections) => double.IsNaN(condition)
        ? "∂F/∂z is not finite"
        : string.Create(CultureInfo.InvariantCulture, $"∂F/∂z is singular (condition {condition:0.#E+0})")
            + (kinks.IsEmpty ? "" : $" at this selection: {kinks} at a kink, with {selections ?? Selections.PyTorch}");

    private ImplicitCertificate OfCells(ImplicitCells cells, KinkCensus kinks)
    {
        string? trouble = Trouble(cells) ?? OffKink();
        return new ImplicitCertificate(trouble is null ? ImplicitClaim.ClarkeJacobian : ImplicitClaim.None, trouble ?? "", Residual, kinks)
        {
            Condition = cells.Condition,
        };
    }

    private double[] Generic()
    {
        double[] weights = new double[equation.Unknowns];
        Philox.For(0, (uint)Streams.ImplicitWeights).Uniform<double>(weights, 1, 2);
        return weights;
    }

    // Generic weights by which the rows of the Jacobian get one size, so that a kink of a small one is seen.
    private double[] Scaled(EquationRecord record)
    {
        double[] weights = Generic();
        if (!options.Factorises(equation.Unknowns))
            return weights;
        double[,] jacobian = record.Jacobian();
        for (int row = 0; row < weights.Length; row++)
        {
            double size = Vectors.Norm(Dense.Row(jacobian, row));
            if (size > 0)
                weights[row] /= size;
        }

        return weights;
    }

    private KinkCensus Kinks() => equation.Weighted(Generic()).Kinks(point);

    // Why the pieces that meet at the solution do not make it a function of the parameters; null if they do.
    private string? Trouble(ImplicitCells cells)
    {
        if (!cells.Equation.IsCertified)
            return $"the equation is {cells.Equation}";
        if (!cells.IsRegular)
            return $"∂F/∂z is singular for a choice at {cells.Equation.Kinks}";
        if (!cells.IsWhole)
            return "not all pieces of the equation that meet at the solution are known";
        if (!cells.IsCoherent)
            return $"the determinant of ∂F/∂z changes its sign between choices at {cells.Equation.Kinks}, so nearby parameters may have no solution or several";
        double[] direction = new double[equation.Parameters];
        Philox.For(1, (uint)Streams.ImplicitDirections).Normal<double>(direction, 0, 1);
        int answers = cells.AnswersTo(direction);
        return answers == 1 ? null : $"parameters nearby have {answers} solutions beside this one";
    }

    // Without a factorisation, a singular matrix shows in a system with a generic right side.
    private string? Insoluble(ILinearSystem system)
    {
        if (system is FactorisedSystem)
            return null;
        try
        {
            system.Solve(Generic());
            return null;
        }
        catch (SingularEquationException singular)
        {
            return singular.Message;
        }
    }

    // At a kink only rounding may stand between what the solver returned and the solution.
    private string? OffKink()
    {
        using EquationRecord record = equation.Record(point, null);
        if (Residual == 0)
            return null;
        if (FactorisedSystem.Of(Dense.Columns(record.Jacobian(), 0, equation.Unknowns), out _) is not { } system)
            return "the solver's error is not known, since ∂F/∂z is singular for the usual selection; give a solution whose residual is 0";
        double length = Vectors.Norm(system.Solve(values)), allowed = RoundingAtKinks * (1 + Vectors.Norm(Unknowns));
        return length <= allowed ? null : string.Create(CultureInfo.InvariantCulture,
            $"the solver's error is about {length:0.#E+0}, and at a kink at most {allowed:0.#E+0} is taken for rounding; solve more exactly");
    }

    // Whether another piece of the equation lies within the solver's error and rounding, so that the exact solution may have another derivative.
    private string? NearKink(EquationRecord record, ILinearSystem system)
    {
        double[] step = system.Solve(values), weights = Scaled(record), before = record.Pull(weights);
        double length = Math.Max(Vectors.Norm(step), RoundingBesideKinks * Vectors.Norm(Unknowns)), scale = Dense.Largest(before);
        if (length == 0)
            return null;
        double[] drawn = new double[equation.Unknowns];
        for (int probe = 0; probe < Probes; probe++)
        {
            Philox.For((ulong)probe, (uint)Streams.ImplicitProbes).Normal<double>(drawn, 0, 1);
            double[] aside = probe < 2 ? Vectors.Scaled(step, -(probe + 1)) : Vectors.Scaled(drawn, Reach * length / Vectors.Norm(drawn)), moved = [.. point];
            for (int i = 0; i < aside.Length; i++)
                moved[i] += aside[i];
            using EquationRecord beside = equation.Record(moved, null);
            double[] after = beside.Pull(weights);
            if (before.Zip(after).Any(pair => !(Math.Abs(pair.First - pair.Second)
                <= (SameSlope * Math.Max(Math.Abs(pair.First), Math.Abs(pair.Second))) + (Curvature * scale))))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"within the solver's error, about {length:0.#E+0}, the equation has another derivative; solve more exactly");
            }
        }

        return null;
    }

    private double? ContractionFactor(EquationRecord record)
    {
        if (!equation.IsFixedPoint || !options.Factorises(equation.Unknowns))
            return null;
        Matrix<double> map = Matrix<double>.Build.DenseIdentity(equation.Unknowns)
            - Matrix<double>.Build.DenseOfArray(Dense.Columns(record.Jacobian(), 0, equation.Unknowns));
        return map.ForAll(double.IsFinite) ? map.L2Norm() : null;
    }
}
