using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>A rule that can be recorded once for many examples, whose values lie along a leading axis of its inputs.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the operation has a form for examples, given which of its inputs vary with the example.</summary>
    /// <param name="of">The operation as recorded for one example.</param>
    bool CanVectorise(in Examples<T> of) => true;

    /// <summary>Records the operation for all examples.</summary>
    /// <param name="of">The operation as recorded for one example, and its inputs for all.</param>
    /// <returns>The values of all examples, along a new first axis.</returns>
    Var<T> Vectorise(in Examples<T> of);
}
