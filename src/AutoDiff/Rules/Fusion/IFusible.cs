using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>An elementwise operation that can be fused with a following operation of one input.</summary>
internal interface IFusible<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Passes the two operations, fused into one, to a receiver.</summary>
    void Then<TThen>(TThen then, IFusion<T> fusion)
        where TThen : struct, IUnaryRule<TThen>;
}

/// <summary>An elementwise operation of one input, which can follow another.</summary>
internal interface IFollower<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tells the preceding operation which operation follows it.</summary>
    void After(IFusible<T> before, IFusion<T> fusion);
}

/// <summary>Receives a fused operation.</summary>
internal interface IFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    void Take<TRule>(in TRule rule)
        where TRule : struct, IRule<T>;
}
