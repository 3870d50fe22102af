using System.Runtime.CompilerServices;

namespace ConservativeAD.Optimizers;

/// <summary>Checks of settings, with messages that name the setting, its allowed range and its value.</summary>
internal static class Demand
{
    public static double Positive(double value, [CallerMemberName] string name = "") =>
        value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a positive finite number; it was {value}.");

    public static double NotNegative(double value, [CallerMemberName] string name = "") =>
        value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a finite number, 0 or more; it was {value}.");

    public static double FractionBelowOne(double value, [CallerMemberName] string name = "") =>
        value >= 0 && value < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} lies in [0, 1); it was {value}.");

    public static double InsideUnitInterval(double value, [CallerMemberName] string name = "") =>
        value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} lies in (0, 1); it was {value}.");

    public static long AtLeast(long least, long value, [CallerMemberName] string name = "") =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {least} or more; it was {value}.");
}
