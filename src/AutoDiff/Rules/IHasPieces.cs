using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>
/// A rule that tells which cotangents it may pass back at its kinks: for each output element at a kink, an interval, a simplex, a ball or the permutations of
/// given numbers. Sets of gradients are then found without enumerating combinations. Elementwise rules do this by themselves.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IHasPieces<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Adds, for each output element at a kink, the set of cotangents that its own cotangent may become at the input elements. Together they replace
    /// everything that these output elements pass back.
    /// </summary>
    /// <param name="context">Inputs, output, its cotangent, and the sets added so far.</param>
    void AddPieces(in PiecesContext<T> context);
}
