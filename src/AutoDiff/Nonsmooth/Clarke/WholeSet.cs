using System.Numerics;

namespace ConservativeAD.Nonsmooth;

/// <summary>A set ∂F(x) that answers questions without a list of its pieces, or a set around it.</summary>
internal abstract class WholeSet
{
    /// <summary>What proves the answers.</summary>
    public abstract SetProof Proof { get; }

    /// <summary>Whether F is regular, so that Clarke, limiting and Fréchet subgradients are the same.</summary>
    public abstract bool IsOfRegular { get; }

    /// <summary>Whether there are no Fréchet subgradients; null if that is unknown.</summary>
    public abstract bool? HasNoFrechet { get; }

    /// <summary>What the kinks pass back at the element found last; empty if it is not known.</summary>
    public virtual IReadOnlyList<PassedBack> PassedBack => [];

    /// <summary>The number of extreme points; null if it is infinite or not known.</summary>
    public virtual BigInteger? VertexCount => null;

    /// <summary>The extreme points one by one, where their number is known.</summary>
    public virtual IEnumerable<double[]> Vertices() => [];

    /// <summary>An element that maximises ⟨v, d⟩; null if the program is not certified beside the point along d.</summary>
    /// <param name="direction">d, not 0.</param>
    public abstract double[]? Extreme(double[] direction);

    /// <summary>The element nearest to a vector.</summary>
    /// <param name="target">The vector; 0 if null.</param>
    /// <param name="goal">The search ends at this distance, and, if the element is not needed, once the distance is proved to be above it.</param>
    /// <param name="needsElement">Whether the element is needed, or only whether the distance is above the goal.</param>
    public abstract NearestElement Nearest(double[]? target = null, double goal = 0, bool needsElement = true);
}

/// <summary>The element of a set that is nearest to a vector.</summary>
/// <param name="Element">The element; empty if none is known.</param>
/// <param name="Elements">The elements that combine to it.</param>
/// <param name="Weights">Their weights.</param>
/// <param name="Distance">The distance of the set from the vector.</param>
internal sealed record NearestElement(double[] Element, IReadOnlyList<double[]> Elements, double[] Weights, Bounds Distance);
