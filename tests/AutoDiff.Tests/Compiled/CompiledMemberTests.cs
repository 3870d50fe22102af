using ConservativeAD.Scalars;
using ConservativeAD.Tests.Scalars;

namespace ConservativeAD.AutoDiff.Tests.Compiled;

/// <summary>Every member of .NET's generic mathematics gives the tape's bits when compiled, at special numbers too.</summary>
public class CompiledMemberTests
{
    // What has no formula, or jumps, runs on the tape. Everything else is compiled.
    private static readonly string[] Interpreted =
    [
        "BitDecrement", "BitIncrement", "ClampNative", "ILogB", "Ieee754Remainder", "MaxNative", "MinNative", "op_Modulus", "Round", "Truncate", "GetHashCode",
        "Equals", "ToString", "TryFormat", "Clamp", "RootN", "GetExponentByteCount", "GetExponentShortestBitLength", "GetSignificandBitLength",
        "GetSignificandByteCount",
    ];

    public static TheoryData<string> Members => [.. NumberMember.All
        .Where(member => !member.Name.Contains('<', StringComparison.Ordinal) && member.Parameters.Contains(typeof(double)) && !member.Parameters.Any(IsOther))
        .Select(member => member.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Members))]
    public void EveryMemberGivesTheBitsOfTheTape(string name)
    {
        foreach (NumberMember member in NumberMember.All.Where(member => member.Name == name))
        {
            int[] numbers = [.. Enumerable.Range(0, member.Parameters.Length).Where(i => member.Parameters[i] == typeof(double))];
            foreach (IGrouping<string, object?[]> pattern in ActiveMemberTests.Arguments(member)
                .GroupBy(arguments => string.Join(' ', arguments.Where(argument => argument is not double))))
            {
                object?[] first = pattern.First();
                using CompiledCheck check = new(x => Result(member, first, numbers, x), numbers.Length);
                foreach (object?[] arguments in pattern)
                {
                    double[] point = [.. numbers.Select(i => (double)arguments[i]!)];
                    if (Thrown(() => check.Tape(point)) is { } expected)
                        Assert.Equal(expected, Thrown(() => check.Function.Value(point)));
                    else
                        check.At(point);
                }

                bool mayBeInterpreted = Array.Exists(Interpreted, other => name.Contains("." + other + "(", StringComparison.Ordinal));
                Assert.True(mayBeInterpreted || check.Function.WhyInterpreted is null, $"{name}: {check.Function.WhyInterpreted}");
            }
        }
    }

    // Numbers that depend on what a member answers, in products with the arguments, so that a wrong way shows.
    private static Active Result(NumberMember member, object?[] arguments, int[] numbers, Active[] x)
    {
        object?[] own = [.. arguments];
        for (int i = 0; i < numbers.Length; i++)
            own[numbers[i]] = x[i];
        object? result;
        try
        {
            result = member.OfActive(own);
        }
        catch (System.Reflection.TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }

        return result switch
        {
            Active number => number,
            ValueTuple<Active, Active> pair => pair.Item1 + (3 * pair.Item2),
            bool answer => answer ? 2 * x[0] : 5 * x[^1],
            int answer => answer * x[0],
            _ => x[0],
        };
    }

    private static Type? Thrown(Action call)
    {
        try
        {
            call();
            return null;
        }
        catch (Exception exception)
        {
            return exception.GetType();
        }
    }

    private static bool IsOther(Type type) => type != typeof(double) && type != typeof(int) && type != typeof(MidpointRounding);
}
