using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// Everything the engine knows of one operation: its value, pullback, tangent and kinks. A rule is a struct; its attributes (an axis, a stride) and
/// what it keeps from the forward pass (indices, statistics) are its fields, so that recording it allocates nothing.
/// </summary>
/// <typeparam name="T">The element type: float, double or Half.</typeparam>
public interface IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What theory needs to know of the operation.</summary>
    static abstract OperationFacts Facts { get; }

    /// <summary>Checks the inputs' shapes and computes the output, into memory from <see cref="Recording{T}.Rent(in Shape)"/> or as a view of an input.</summary>
    /// <param name="recording">The inputs and the tape's memory.</param>
    NDArray<T> Value(in Recording<T> recording);

    /// <summary>Adds the output's cotangent, pulled back, to the cotangent of each input that needs one.</summary>
    /// <param name="context">Inputs, output and cotangents.</param>
    void Pullback(in PullbackContext<T> context);

    /// <summary>
    /// The pullback with every kink locked to the piece that the tangents lead to, instead of the selected element: the output's cotangent, pulled back through the derivative at
    /// x + t·ẋ as t → 0⁺ (<see cref="PullbackContext{T}.Tangent"/> gives ẋ). Where the tangent decides nothing any one-sided derivative will do. A smooth operation has nothing to add.
    /// </summary>
    /// <remarks>Nesterov, Math. Program. 2005 (lexicographic differentiation); Khan, Optim. Methods Softw. 2018 (branch locking).</remarks>
    /// <param name="context">Inputs, output, tangents and cotangents.</param>
    void LockedPullback(in PullbackContext<T> context) => Pullback(context);

    /// <summary>
    /// The change of the pullback along the tangents: adds to the tangent of each input's cotangent what the output's cotangent, held fixed, comes to when it is pulled back at x + ε·ẋ, differentiated at
    /// ε = 0 (for an elementwise f, w·f''(x)·ẋ). Called where an input moves. An operation that is linear, or linear on each of its pieces, has nothing to add and states an empty body.
    /// </summary>
    /// <remarks>Pearlmutter, Neural Computation 1994. The engine pulls back the cotangent's own tangent through <see cref="Pullback"/>.</remarks>
    /// <param name="context">Inputs, output, tangents and cotangents.</param>
    /// <exception cref="NotSupportedException">The operation does not state it.</exception>
    void PullbackTangent(in SecondOrderContext<T> context) =>
        throw new NotSupportedException($"{context.Operation.Name} does not say how its pullback changes along tangents, which second order needs; implement IRule<T>.PullbackTangent on its rule (an empty body if it is linear).");

    /// <summary>Computes the output's tangent: the one-sided directional derivative, at kinks too.</summary>
    /// <param name="context">Inputs, output and tangents.</param>
    void Tangent(in TangentContext<T> context);

    /// <summary>Marks with 1 each element that sits at a kink and with 0 each that does not.</summary>
    /// <param name="context">Inputs, output and temporary memory for the marks.</param>
    /// <returns>The marks, from <see cref="KinkContext{T}.Rent(in Shape)"/>; the default value where the operation has no kinks.</returns>
    NDArray<T> Kinks(in KinkContext<T> context);

    /// <summary>
    /// Names the linear forms of the input tangents that decided at the kinks: for the piece that a direction leads to, the cone of directions that lead to it too. What is
    /// known of all cells that meet at a point rests on it. A rule that has kinks and does not say is treated as one whose pieces no linear form divides.
    /// </summary>
    /// <param name="context">Inputs, output and tangents, and where the forms are told.</param>
    void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<T> marks = Kinks(context.Census);
        if (marks.IsNone)
            return;
        if (context.Device.Count(default(Identity), marks) > 0)
            context.AddCurved();
        context.Census.Return(marks);
    }

    /// <summary>As <see cref="Kinks"/>, of the derivative: marks each element where the operation is not twice differentiable. Its kinks, unless the rule says more.</summary>
    /// <param name="context">Inputs, output and temporary memory for the marks.</param>
    NDArray<T> SecondOrderKinks(in KinkContext<T> context) => Kinks(context);
}
