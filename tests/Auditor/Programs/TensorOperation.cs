using System.Numerics;
using ConservativeAD.Auditor.Reference;

namespace ConservativeAD.Auditor.Programs;

/// <summary>An operation on tensors, from which programs are composed.</summary>
/// <param name="Name">Its name in <see cref="TensorCalls"/> and <see cref="TensorReference"/>.</param>
/// <param name="Text">Its text as C#: {0}, {1}, … are the inputs, {a}, {b}, {c} its attributes.</param>
/// <param name="Shapes">Draws the shapes of the inputs.</param>
/// <param name="Attributes">Draws the attributes.</param>
public sealed record TensorOperation(string Name, string Text, Func<Draw, int[][]> Shapes, Func<Draw, double[]> Attributes)
{
    /// <summary>
    /// The call and its reference, if they are defined with the operation and not in <see cref="TensorCalls"/> and <see cref="TensorReference"/>.
    /// </summary>
    public TensorDefinition? Definition { get; init; }

    /// <summary>Records the operation.</summary>
    public Var<T> Call<T>(Var<T>[] x, double[] attributes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Definition is null ? TensorCalls.Call(Name, x, attributes) : Definition.Call(x, attributes);

    /// <summary>The operation on germs.</summary>
    public GermTensor Refer(GermTensor[] x, double[] attributes) =>
        Definition is null ? TensorReference.Call(Name, x, attributes) : Definition.Refer(x, attributes);
}

/// <summary>The call of an operation, and its definition.</summary>
public abstract class TensorDefinition
{
    /// <summary>Records the operation.</summary>
    public abstract Var<T> Call<T>(Var<T>[] x, double[] attributes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The operation on germs.</summary>
    public abstract GermTensor Refer(GermTensor[] x, double[] attributes);
}
