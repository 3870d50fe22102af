using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The state that one LSTM layer passes from step to step.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Hidden">h, of shape [batch, width].</param>
/// <param name="Cell">c, of shape [batch, width].</param>
public readonly record struct LstmState<T>(Var<T> Hidden, Var<T> Cell)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
