using System.Collections.Concurrent;

namespace ConservativeAD.Rules;

/// <summary>What certificates need to know of functions that a program gives by value and slope.</summary>
internal static class OwnFunctions
{
    /// <summary>The facts of a function of which nothing was stated.</summary>
    public static OperationFacts Undeclared { get; } =
        new("own function", TameClass.NotTame) { IsSmooth = false, IsLocallyLipschitz = false, IsContinuous = false };

    private static readonly ConcurrentDictionary<OperationFacts, OperationFacts> Stated = [];

    /// <summary>The facts that were stated, as one object for all equal ones; <see cref="Undeclared"/> for null.</summary>
    public static OperationFacts Known(OperationFacts? facts) => facts is null ? Undeclared : Stated.GetOrAdd(facts, facts);

    /// <summary>Whether a function was stated to be smooth.</summary>
    public static bool IsDeclaredSmooth(OperationFacts facts) => facts is { IsSmooth: true, IsLocallyLipschitz: true, IsContinuous: true };

    /// <summary>Whether a slope is that of the differences on both sides of a number.</summary>
    public static bool Agrees(Func<double, double> value, double x, double slope, double tolerance)
    {
        double step = 1e-6 * Math.Max(1, Math.Abs(x)), at = value(x), ahead = (value(x + step) - at) / step, behind = (at - value(x - step)) / step;
        double rounding = Math.Abs(at) * 1e-15 / step, allowed = (tolerance * (1 + Math.Abs(slope))) + rounding;
        return Math.Abs(ahead - slope) <= allowed && Math.Abs(behind - slope) <= allowed;
    }
}
