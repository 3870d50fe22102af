using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>
/// A rule that knows which elements of an input each element of its output depends on, whatever the values are: a factor that happens to be 0 counts. For other
/// rules every output element is assumed to depend on every element of every input.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface IKnowsDependence<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The dependence on an input; null for every element on every other.</summary>
    /// <param name="input">The index of the input.</param>
    /// <param name="node">The recorded operation.</param>
    Dependence? DependenceOn(int input, in Node<T> node);
}
