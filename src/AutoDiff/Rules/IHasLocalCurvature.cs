using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>
/// A rule that knows to which side its outputs bend at their kinks when they are weighted and summed, as <c>Regularity.Certify</c> asks it. An elementwise rule
/// of one input needs no such member, since its two slopes tell; a rule that is convex or concave states <see cref="OperationFacts.Curvature"/>, but may state
/// here that only the outputs at a kink count.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IHasLocalCurvature<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The curvature of Σᵢ cᵢ·yᵢ at the inputs, for all cotangents c between two bounds: convex if it bends upwards only, as a maximum of smooth functions
    /// does, concave if downwards only, affine if it is smooth there, and unknown otherwise.
    /// </summary>
    /// <param name="context">Inputs, output and temporary memory.</param>
    /// <param name="lower">The least cotangent of each output, in row-major order; it may be infinite.</param>
    /// <param name="upper">The greatest.</param>
    Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper);
}
