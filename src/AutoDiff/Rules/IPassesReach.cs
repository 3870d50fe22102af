using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>
/// A rule that knows which elements of its inputs affect given elements of its output. For other rules, every element of every input is assumed to affect every
/// element of the output.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface IPassesReach<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Adds a positive number to the cotangent of each input element that affects an output element with cotangent 1; the other output elements have cotangent
    /// 0.
    /// </summary>
    /// <param name="context">Inputs, output and, as cotangents, the marks of the output elements.</param>
    void PassReach(in PullbackContext<T> context);
}
