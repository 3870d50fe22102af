using System.Numerics;

namespace ConservativeAD.Auditor.Programs;

/// <summary>The operators that write to their operand, as functions.</summary>
public static class Step
{
    public static T Up<T>(T x)
        where T : IFloatingPointIeee754<T> => ++x;

    public static T Down<T>(T x)
        where T : IFloatingPointIeee754<T> => --x;

    public static T CheckedUp<T>(T x)
        where T : IFloatingPointIeee754<T> => checked(++x);

    public static T CheckedDown<T>(T x)
        where T : IFloatingPointIeee754<T> => checked(--x);
}
