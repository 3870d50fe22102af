using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>A rule with curved kinks that divides its input into groups, each with its own kink, such as a norm along an axis.</summary>
internal interface IHasGroups
{
    /// <summary>The group that an element of the input belongs to.</summary>
    /// <param name="input">The input's shape.</param>
    /// <param name="element">The element, in row-major order.</param>
    int GroupOf(in Shape input, int element);
}
