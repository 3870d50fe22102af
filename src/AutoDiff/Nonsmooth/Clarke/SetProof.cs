namespace ConservativeAD.Nonsmooth;

/// <summary>What proves the answers of a <see cref="ClarkeSubdifferential"/>.</summary>
public enum SetProof
{
    /// <summary>Nothing is known of the set.</summary>
    None,

    /// <summary>No operation is at a kink; the set is the gradient.</summary>
    Differentiable,

    /// <summary>
    /// F or −F is regular, so that gradients locked along a direction are extreme elements (R. T. Rockafellar and R. Wets, Variational Analysis, 1998, 10.25).
    /// </summary>
    Regularity,

    /// <summary>
    /// No kink lies downstream of another and the derivatives of their arguments are linearly independent, so that every combination of sides lies next to the
    /// point.
    /// </summary>
    IndependentKinks,

    /// <summary>All pieces that meet at the point were enumerated.</summary>
    Pieces,

    /// <summary>
    /// A part of the set is known, and perhaps a set around it: what backpropagation returns for all choices at the kinks (F. Clarke, Optimization and
    /// Nonsmooth Analysis, 2.6.6). Questions are answered within those bounds.
    /// </summary>
    Bounds,
}
