using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>A rule that can detect where a cotangent of 0 meets a slope that is not finite.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface ICountsAbsorbedZeros<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of output elements where this happens.</summary>
    /// <param name="context">Inputs, output and cotangent.</param>
    long CountAbsorbedZeros(in PullbackContext<T> context);
}
