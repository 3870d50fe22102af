using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>The order of sorts: ascending, NaN last and equal to each other, 0 equal to −0.</summary>
internal static class NanLast
{
    /// <summary>−1, 0 or 1 if one number comes before another, is equal to it, or comes behind it.</summary>
    public static int Compare<T>(T one, T other)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        T.IsNaN(one) || T.IsNaN(other) ? T.IsNaN(one).CompareTo(T.IsNaN(other)) : one < other ? -1 : one > other ? 1 : 0;
}
