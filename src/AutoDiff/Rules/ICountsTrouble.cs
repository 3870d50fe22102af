using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>
/// A rule that can count, in one pass over its inputs, the elements that may be at a kink or an obstacle. A certificate starts with this count.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface ICountsTrouble<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Counts these elements. It also tells the context which arrays it found finite.</summary>
    /// <param name="context">Inputs and output.</param>
    void CountTrouble(in KinkContext<T> context);
}
