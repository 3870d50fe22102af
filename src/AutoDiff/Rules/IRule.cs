using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// Defines an operation for the engine: its value, pullback, tangent and kinks. A rule is a struct. Its fields hold its attributes (an axis, a stride) and the
/// data it keeps from the forward pass (indices, statistics), so that recording it does not allocate.
/// </summary>
/// <typeparam name="T">The element type: float, double or Half.</typeparam>
public interface IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The facts about the operation that theory needs.</summary>
    static abstract OperationFacts Facts { get; }

    /// <summary>
    /// Checks the inputs' shapes and computes the output, into memory from <see cref="Recording{T}.Rent(in Shape)"/> or as a view of an input.
    /// </summary>
    /// <param name="recording">The inputs and the tape's memory.</param>
    NDArray<T> Value(in Recording<T> recording);

    /// <summary>Adds the output's cotangent, pulled back, to the cotangent of each input that needs one.</summary>
    /// <param name="context">Inputs, output and cotangents.</param>
    void Pullback(in PullbackContext<T> context);

    /// <summary>
    /// The pullback with every kink locked to the piece that the tangents lead to, instead of the selected element. It pulls the output's cotangent back
    /// through the derivative at x + t·ẋ as t → 0⁺ (<see cref="PullbackContext{T}.Tangent"/> returns ẋ). Where the tangent does not decide, any one-sided
    /// derivative is valid. A smooth operation need not define it.
    /// </summary>
    /// <remarks>Nesterov, Math. Program. 2005 (lexicographic differentiation); Khan, Optim. Methods Softw. 2018 (branch locking).</remarks>
    /// <param name="context">Inputs, output, tangents and cotangents.</param>
    void LockedPullback(in PullbackContext<T> context) => Pullback(context);

    /// <summary>
    /// The derivative of the pullback along the tangents. With the output's cotangent held fixed, it pulls that cotangent back at x + ε·ẋ, differentiates at ε
    /// = 0 (for an elementwise f, w·f''(x)·ẋ) and adds the result to the tangent of each input's cotangent. It is called if an input has a tangent. A linear or
    /// piecewise linear operation contributes nothing and implements <see cref="IPiecewiseLinearRule{T}"/>.
    /// </summary>
    /// <remarks>Pearlmutter, Neural Computation 1994. The engine pulls back the cotangent's own tangent through <see cref="Pullback"/>.</remarks>
    /// <param name="context">Inputs, output, tangents and cotangents.</param>
    /// <exception cref="NotSupportedException">The operation does not define it.</exception>
    void PullbackTangent(in SecondOrderContext<T> context) =>
        throw new NotSupportedException(
            $"{context.Operation.Name} does not define how its pullback changes along tangents, which second order needs; implement IRule<T>.PullbackTangent "
                + $"on its rule (or IPiecewiseLinearRule<T>, if it is linear on each of its pieces).");

    /// <summary>Computes the output's tangent: the one-sided directional derivative, at kinks too.</summary>
    /// <param name="context">Inputs, output and tangents.</param>
    void Tangent(in TangentContext<T> context);

    /// <summary>
    /// Marks each element at a kink with 1 and every other element with 0. An operation without kinks implements <see cref="ISmoothRule{T}"/>.
    /// </summary>
    /// <param name="context">Inputs, output and temporary memory for the marks.</param>
    /// <returns>The marks, from <see cref="KinkContext{T}.Rent(in Shape)"/>; the default value if the operation has no kinks.</returns>
    NDArray<T> Kinks(in KinkContext<T> context);

    /// <summary>
    /// Reports the linear forms of the input tangents that decided at the kinks. They define the cone of all directions that lead to the same piece. Every
    /// statement about all cells that meet at a point relies on these forms. A rule that has kinks and reports no form is treated as one whose pieces are not
    /// divided by linear forms.
    /// </summary>
    /// <param name="context">Inputs, output and tangents, and the methods to report the forms.</param>
    void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<T> marks = Kinks(context.Census);
        if (marks.IsNone)
            return;
        if (context.Device.Count(default(Identity), marks) > 0)
            context.AddCurved();
        context.Census.Return(marks);
    }

    /// <summary>
    /// Like <see cref="Kinks"/>, for the derivative: marks each element where the operation is not twice differentiable. The default is its kinks.
    /// </summary>
    /// <param name="context">Inputs, output and temporary memory for the marks.</param>
    NDArray<T> SecondOrderKinks(in KinkContext<T> context) => Kinks(context);
}
