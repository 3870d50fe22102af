using System.Numerics;

namespace ConservativeAD;

/// <content>selu.</content>
public static partial class Operations
{
    // The numbers with which mean 0 and variance 1 are a fixed point (Klambauer et al., NeurIPS 2017).
    private const double SeluAlpha = 1.6732632423543772848170429916717;
    private const double SeluScale = 1.0507009873554804934193349852946;

    /// <summary>
    /// 1.0507·x for x > 0, otherwise 1.0507·1.6733·(eˣ − 1), elementwise: a scaled elu that keeps means at 0 and variances at 1. The kink at 0 is that of
    /// <see cref="Elu{T}(Var{T}, double, double?)"/>, with its selection.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    public static Var<T> Selu<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Elu(SeluAlpha).Scale(SeluScale);
}
