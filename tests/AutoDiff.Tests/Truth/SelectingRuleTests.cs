using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Truth;

/// <summary>
/// Rules that say that they only select run on the bits of halves. They give what their formula gives in float, rounded: for every half, and for every half
/// beside special ones.
/// </summary>
public class SelectingRuleTests
{
    // Zeros, the smallest and the largest numbers, infinities, NaN and ordinary numbers of both signs.
    private static readonly ushort[] Special =
        [0, 0x8000, 1, 0x8001, 0x3ff, 0x400, 0x3c00, 0xbc00, 0x4600, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7c01, 0x3555, 0xb555];

    private static readonly Half[] All = [.. Enumerable.Range(0, 1 << 16).Select(i => BitConverter.UInt16BitsToHalf((ushort)i))];

    public static TheoryData<string> Unary => [.. Selecting(typeof(IUnaryRule<>)).Select(type => type.Name)];

    public static TheoryData<string> Binary => [.. Selecting(typeof(IBinaryRule<>)).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Unary))]
    public void EveryHalfIsRight(string name) => Call(nameof(OfOne), Selecting(typeof(IUnaryRule<>)).Single(type => type.Name == name));

    [Theory]
    [MemberData(nameof(Binary))]
    public void EveryHalfBesideSpecialOnesIsRight(string name) => Call(nameof(OfTwo), Selecting(typeof(IBinaryRule<>)).Single(type => type.Name == name));

    // The library's own maps of two and three numbers: comparisons, and choices by a mask.
    [Fact]
    public void MapsThatSelectAreRight()
    {
        Type[] maps = [.. typeof(Abs).Assembly.GetTypes().Where(type => type is { IsValueType: true, ContainsGenericParameters: false } && Selects(type))];
        Type[] ofTwo = [.. maps.Where(type => type.IsAssignableTo(typeof(IBinaryMap)))];
        Type[] ofThree = [.. maps.Where(type => type.IsAssignableTo(typeof(ITernaryMap)))];
        Assert.NotEmpty(ofTwo);
        Assert.NotEmpty(ofThree);
        foreach (Type map in ofTwo)
            Call(nameof(OfMap), map);
        foreach (Type map in ofThree)
            Call(nameof(OfChoice), map);
    }

    private static void OfMap<TMap>()
        where TMap : struct, IBinaryMap => Compare(default(TMap), (x, y) => default(TMap).Invoke(new ScalarLane<float>(x), new ScalarLane<float>(y)).Value);

    private static void OfChoice<TMap>()
        where TMap : struct, ITernaryMap
    {
        for (int place = 0; place < 3; place++)
            Compare(new Choice<TMap>(place), (x, y) => new Choice<TMap>(place).Invoke(new ScalarLane<float>(x), new ScalarLane<float>(y)).Value);
    }

    private static void OfOne<TRule>()
        where TRule : struct, IUnaryRule<TRule>
    {
        TRule rule = Instance<TRule>();
        using Device device = Device.Cpu(2);
        // The last number is left out once, so that rows end within a vector.
        foreach (int count in (int[])[All.Length, All.Length - 1])
        {
            NDArray<Half> x = device.Array<Half>(new Shape([count]), All.AsSpan(0, count)), y = device.Allocate<Half>(new Shape([count]));
            device.Map(new ValueOfOne<TRule>(rule), x, y);
            Half[] values = new Half[count];
            device.CopyToHost(y, values);
            for (int i = 0; i < count; i++)
                AssertSame((Half)rule.Value(new ScalarLane<float>((float)All[i])).Value, values[i], $"{TRule.Facts.Name} of {All[i]}");
        }
    }

    private static void OfTwo<TRule>()
        where TRule : struct, IBinaryRule<TRule>
    {
        TRule rule = Instance<TRule>();
        Compare(new ValueOfTwo<TRule>(rule), (x, y) => rule.Value(new ScalarLane<float>(x), new ScalarLane<float>(y)).Value);
    }

    private static void Compare<TMap>(TMap map, Func<float, float, float> formula)
        where TMap : struct, IBinaryMap
    {
        Assert.True(TMap.OnlySelects);
        using Device device = Device.Cpu(2);
        NDArray<Half> all = device.Array<Half>(new Shape([All.Length]), All), result = device.Allocate<Half>(new Shape([All.Length]));
        Half[] values = new Half[All.Length];
        foreach (ushort bits in Special)
        {
            Half other = BitConverter.UInt16BitsToHalf(bits);
            NDArray<Half> one = device.Array<Half>(new Shape([1]), [other]).BroadcastTo(all.Shape);
            device.Map2(map, all, one, result);
            device.CopyToHost(result, values);
            for (int i = 0; i < All.Length; i++)
                AssertSame((Half)formula((float)All[i], (float)other), values[i], $"{typeof(TMap)} of {All[i]} and {other}");
            device.Map2(map, one, all, result);
            device.CopyToHost(result, values);
            for (int i = 0; i < All.Length; i++)
                AssertSame((Half)formula((float)other, (float)All[i]), values[i], $"{typeof(TMap)} of {other} and {All[i]}");
        }
    }

    private static void AssertSame(Half expected, Half actual, string what)
    {
        if (!(Half.IsNaN(expected) && Half.IsNaN(actual)) && BitConverter.HalfToUInt16Bits(expected) != BitConverter.HalfToUInt16Bits(actual))
            Assert.Fail($"{what} is {actual}, not {expected}.");
    }

    private static TRule Instance<TRule>()
        where TRule : struct => typeof(TRule).GetConstructors() is [ConstructorInfo first, ..]
            ? (TRule)first.Invoke(new object?[first.GetParameters().Length])
            : default;

    private static Type[] Selecting(Type definition) => [.. typeof(Abs).Assembly.GetTypes()
        .Where(type => type is { IsValueType: true, IsGenericType: false, IsPublic: true }
            && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == definition)
            && Selects(type))
        .OrderBy(type => type.Name)];

    private static bool Selects(Type type) =>
        type.GetProperty(nameof(IUnaryMap.OnlySelects), BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is true;

    private static void Call(string method, Type rule) =>
        typeof(SelectingRuleTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(rule).Invoke(null, null);

    private readonly struct ValueOfOne<TRule>(TRule rule) : IUnaryMap
        where TRule : struct, IUnaryRule<TRule>
    {
        public static bool OnlySelects => TRule.OnlySelects;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => rule.Value(x);
    }

    private readonly struct ValueOfTwo<TRule>(TRule rule) : IBinaryMap
        where TRule : struct, IBinaryRule<TRule>
    {
        public static bool OnlySelects => TRule.OnlySelects;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => rule.Value(x, y);
    }

    // A map of three numbers with the first argument at one place and the second at the others.
    private readonly struct Choice<TMap>(int place) : IBinaryMap
        where TMap : struct, ITernaryMap
    {
        public static bool OnlySelects => TMap.OnlySelects;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => default(TMap).Invoke(place == 0 ? x : y, place == 1 ? x : y, place == 2 ? x : y);
    }
}
