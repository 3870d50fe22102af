using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>A rule that knows at which elements its value lost precision near 0. For other rules on whole arrays the tape guesses from the numbers.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface IKnowsUnderflow<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether underflow can occur in this rule at all.</summary>
    bool MayUnderflow { get; }

    /// <summary>Selects the given output elements where underflow occurred.</summary>
    /// <param name="context">Inputs and output.</param>
    /// <param name="asked">The elements to check, whose values are subnormal or 0.</param>
    int[] Underflows(in KinkContext<T> context, int[] asked);
}
