using System.Numerics;

namespace ConservativeAD;

/// <summary>An elementwise operation that can be taken together with one of one input that follows it.</summary>
internal interface IFusible<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Hands the two as one operation to what asks for it.</summary>
    void Then<TThen>(TThen then, IFusion<T> fusion)
        where TThen : struct, IUnaryRule<TThen>;
}

/// <summary>An elementwise operation of one input, which can follow another.</summary>
internal interface IFollower<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tells the operation before what follows it.</summary>
    void After(IFusible<T> before, IFusion<T> fusion);
}

/// <summary>What takes a fused operation.</summary>
internal interface IFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    void Take<TRule>(in TRule rule)
        where TRule : struct, IRule<T>;
}
