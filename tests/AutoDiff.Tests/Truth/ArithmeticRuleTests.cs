using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Truth;

/// <summary>
/// Rules that name their operation of arithmetic run on halves by the processor's instructions. The results are those of the rule's formula in float, rounded,
/// for every half beside special ones and for rows of any length.
/// </summary>
public class ArithmeticRuleTests
{
    // Zeros, the smallest and the largest numbers, infinities, NaN and ordinary numbers of both signs.
    private static readonly ushort[] Special =
        [0, 0x8000, 1, 0x8001, 0x3ff, 0x400, 0x3c00, 0xbc00, 0x4600, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7c01, 0x3555, 0xb555];

    private static readonly Half[] All = [.. Enumerable.Range(0, 1 << 16).Select(i => BitConverter.UInt16BitsToHalf((ushort)i))];

    private static Type[] Rules => [.. typeof(Add).Assembly.GetTypes()
        .Where(type => type is { IsValueType: true, IsGenericType: false, IsPublic: true }
            && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IBinaryRule<>))
            && OperationOf(type) is not (null or ArithmeticOperation.Other))];

    public static TheoryData<string> Names => [.. Rules.Select(type => type.Name)];

    [Fact]
    public void EachOperationHasARule() => Assert.Equal(4, Rules.Length);

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryHalfBesideSpecialOnesIsRight(string name) => Call(nameof(BesideSpecialOnes), name);

    [Theory]
    [MemberData(nameof(Names))]
    public void RowsOfAnyLengthAreRightAndNothingElseIsWritten(string name) => Call(nameof(OfAnyLength), name);

    private static void BesideSpecialOnes<TRule>()
        where TRule : struct, IBinaryRule<TRule>
    {
        using Device device = Device.Cpu(2);
        foreach (ushort bits in Special)
        {
            Half other = BitConverter.UInt16BitsToHalf(bits);
            Half[] others = new Half[All.Length];
            Array.Fill(others, other);
            Compare<TRule>(device, All, others);
            Compare<TRule>(device, others, All);
        }
    }

    private static void OfAnyLength<TRule>()
        where TRule : struct, IBinaryRule<TRule>
    {
        const int Spare = 3;
        using Device device = Device.Cpu(2);
        for (int count = 0; count < 70; count++)
        {
            NDArray<Half> x = device.Array<Half>(new Shape([count + Spare]), All.AsSpan(0x3c01, count + Spare));
            NDArray<Half> y = device.Array<Half>(new Shape([count + Spare]), All.AsSpan(0x3805, count + Spare));
            NDArray<Half> first = x.Slice(0, 1, count), second = y.Slice(0, 2, count), result = x.Slice(0, 1, count);
            device.Map2(default(Map<TRule>), first, second, result);
            Half[] values = new Half[count + Spare];
            device.CopyToHost(x, values);
            for (int i = 0; i < values.Length; i++)
            {
                Half expected = i < 1 || i > count ? All[0x3c01 + i] : Formula<TRule>(All[0x3c01 + i], All[0x3805 + i + 1]);
                AssertSame(expected, values[i], $"{TRule.Facts.Name} of {count}, element {i}");
            }
        }
    }

    private static void Compare<TRule>(Device device, Half[] x, Half[] y)
        where TRule : struct, IBinaryRule<TRule>
    {
        NDArray<Half> result = device.Allocate<Half>(new Shape([x.Length]));
        device.Map2(default(Map<TRule>), device.Array<Half>(result.Shape, x), device.Array<Half>(result.Shape, y), result);
        Half[] values = new Half[x.Length];
        device.CopyToHost(result, values);
        for (int i = 0; i < x.Length; i++)
            AssertSame(Formula<TRule>(x[i], y[i]), values[i], $"{TRule.Facts.Name} of {x[i]} and {y[i]}");
    }

    private static Half Formula<TRule>(Half x, Half y)
        where TRule : struct, IBinaryRule<TRule> => (Half)default(TRule).Value(new ScalarLane<float>((float)x), new ScalarLane<float>((float)y)).Value;

    private static void AssertSame(Half expected, Half actual, string what)
    {
        if (!(Half.IsNaN(expected) && Half.IsNaN(actual)) && BitConverter.HalfToUInt16Bits(expected) != BitConverter.HalfToUInt16Bits(actual))
            Assert.Fail($"{what} is {actual}, not {expected}.");
    }

    private static object? OperationOf(Type rule) =>
        rule.GetProperty(nameof(IBinaryMap.ArithmeticOperation), BindingFlags.Public | BindingFlags.Static)?.GetValue(null);

    private static void Call(string method, string rule) => typeof(ArithmeticRuleTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(Rules.Single(type => type.Name == rule)).Invoke(null, null);

    private readonly struct Map<TRule> : IBinaryMap
        where TRule : struct, IBinaryRule<TRule>
    {
        public static ArithmeticOperation ArithmeticOperation => TRule.ArithmeticOperation;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => default(TRule).Value(x, y);
    }
}
