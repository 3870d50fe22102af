using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <content>Solutions within programs.</content>
public sealed partial class ImplicitFunction
{
    /// <summary>The facts by which results name a solution. Of its equation nothing is known in general; the certificate is per solution.</summary>
    internal static OperationFacts Facts { get; } =
        new("implicit function", TameClass.NotTame) { IsSmooth = false, IsLocallyLipschitz = false, IsContinuous = false };

    /// <summary>
    /// Solves within a recorded program of arrays. The solver runs on the host, in double; reverse, forward and second derivatives come from the equation, and
    /// certificates refuse a solution whose own derivative is not certified.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parameters">x; its elements are the parameters in row-major order.</param>
    /// <returns>z, of one axis.</returns>
    /// <exception cref="NotASolutionException">What the solver returned does not solve the equation.</exception>
    public Var<T> Solve<T>(Var<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        parameters.Apply(new Solution<T>(this, new SolutionHolder()));

    /// <summary>
    /// Solves within a program on single numbers, for an equation on numbers. The equation is recorded beside the solution, so that derivatives of every order
    /// are right, nested tapes among them; certificates refuse a solution whose own derivative is not certified.
    /// </summary>
    /// <param name="parameters">x.</param>
    /// <returns>z.</returns>
    /// <exception cref="NotASolutionException">What the solver returned does not solve the equation.</exception>
    /// <exception cref="SingularEquationException">∂F/∂z cannot be inverted.</exception>
    /// <exception cref="NotSupportedException">The equation is one of tensors.</exception>
    public Active[] Solve(params ReadOnlySpan<Active> parameters)
    {
        if (Equation is not ScalarEquation equation)
            throw new NotSupportedException("The equation is given by a program on tensors; solve it within a program on tensors, or give it on numbers.");
        double[] plain = new double[parameters.Length];
        int depth = 0;
        Selections selections = Selections.PyTorch;
        for (int i = 0; i < plain.Length; i++)
        {
            plain[i] = parameters[i].Value;
            depth = Math.Max(depth, ScalarTape.DepthOf(parameters[i]));
            if (!parameters[i].IsConstant)
                selections = ScalarTape.SelectionsOf(parameters[i]);
        }

        ImplicitSolution solution = At(plain);
        Active[] z = [.. solution.Value];
        if (depth == 0)
            return z;
        Active[] x = parameters.ToArray();
        FactorisedSystem system = solution.Factorised(selections);
        // Each step of Newton's method with a fixed matrix makes one more order of derivatives right. A tape may be asked for two.
        for (int order = 0; order <= depth; order++)
            z = Stepped(equation, system, z, x);
        ObstacleKind obstacle = !Array.Exists(x, ScalarTape.IsExamined) || solution.Certificate(selections).Claim == ImplicitClaim.Derivative
            ? ObstacleKind.None
            : ObstacleKind.SolutionNotCertified;
        return Array.ConvertAll(z, number => ScalarTape.RecordMarked(number, Facts, obstacle));
    }

    private static Active[] Stepped(ScalarEquation equation, FactorisedSystem system, Active[] z, Active[] x)
    {
        Active[] residual = equation.Values([.. z, .. x]), next = new Active[z.Length];
        for (int row = 0; row < z.Length; row++)
        {
            next[row] = z[row];
            for (int column = 0; column < z.Length; column++)
                next[row] -= system.Inverse(row, column) * residual[column];
        }

        return next;
    }
}
