using System.Numerics;

namespace ConservativeAD;

/// <content>Symmetric parts.</content>
public static partial class Operations
{
    /// <summary>The symmetric part of square matrices, (A + Aᵀ)/2, as operations on symmetric matrices ask for.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., n, n].</param>
    /// <returns>[..., n, n].</returns>
    /// <exception cref="ArgumentException">The matrices are not square.</exception>
    public static Var<T> SymmetricPart<T>(this Var<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Rules.Matrices.CheckSquare(a.Shape, "symmetric part");
        return (a + a.Transpose()).Scale(0.5);
    }
}
