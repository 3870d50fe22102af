using System.Numerics;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Training;

/// <summary><see cref="PublishedRelu{T}"/> as a layer.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class PublishedReluLayer<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.Apply(default(PublishedRelu<T>));
}
