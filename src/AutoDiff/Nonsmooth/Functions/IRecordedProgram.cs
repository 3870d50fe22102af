namespace ConservativeAD.Nonsmooth;

/// <summary>A recorded program whose operations can be asked one by one: what they are, and what they do near their inputs.</summary>
internal interface IRecordedProgram
{
    /// <summary>Every operation that ran.</summary>
    IEnumerable<RecordedOperation> Operations { get; }

    /// <summary>The index of the value among the operations.</summary>
    int OutputNode { get; }

    /// <summary>The number of elements of a node.</summary>
    int SizeOf(int node);

    /// <summary>The cotangents that an operation passes back to those of its inputs that depend on a variable.</summary>
    IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent);

    /// <summary>Like <see cref="PullbackOf"/>, through one of the pieces that meet at the operation's kinks.</summary>
    IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent);

    /// <summary>The slopes of an elementwise operation of one input on either side of every element's argument; null if they are not known.</summary>
    (double[] Left, double[] Right)? SlopesBeside(int node);

    /// <summary>
    /// The curvature of the sum of an operation's outputs weighted with cotangents between two bounds, as its rule tells; null if the rule does not.
    /// </summary>
    Curvature? CurvatureUnder(int node, double[] lower, double[] upper);
}
