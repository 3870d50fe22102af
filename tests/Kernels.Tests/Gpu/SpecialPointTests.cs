using System.Numerics;
using System.Reflection;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Tests;

namespace ConservativeAD.Kernels.Tests.Gpu;

/// <summary>
/// Every function of lanes on a GPU at NaN, the infinities, both zeros, subnormal numbers and the ends of the range, against the CPU: the same kind of number
/// everywhere, and the same number up to rounding.
/// </summary>
[Collection(TestGpu.Collection)]
public sealed class SpecialPointTests
{
    // A number of elements that leaves a remainder for groups of 4 and of 256.
    private const int Count = 261;

    private readonly Device gpu = TestGpu.Shared;

    public static TheoryData<string> Names => [.. Functions.Select(method => method.Name)];

    // Functions of one or two lanes, found by reflection, so that new ones are included.
    private static IEnumerable<MethodInfo> Functions => typeof(ILane<>).GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(method => !method.IsSpecialName && method.GetParameters() is { Length: 1 or 2 } parameters
            && parameters.All(parameter => parameter.ParameterType.IsGenericParameter) && method.ReturnType.IsGenericParameter)
        .OrderBy(method => method.Name, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void FunctionsAreThoseOfTheCpu(string name)
    {
        Assert.True(Maps.Unary.ContainsKey(name) || Maps.Binary.ContainsKey(name), $"{name} is a function of lanes that no map here calls; add one.");
        AssertSame<float>(name, 4e-6);
        AssertSame<double>(name, 1e-14);
        AssertSame<Half>(name, 2e-3);
    }

    [Fact]
    public void SortKeysTellNeitherZerosNorNaNApart()
    {
        // Ties of −0 and 0 keep their order; every NaN comes last.
        foreach (float[] row in (float[][])[[0, -0f, 1, -0f, 0], [float.NaN, -1, -float.NaN, float.PositiveInfinity, -0f]])
        {
            (float[] Values, int[] Places) Run(Device device)
            {
                NDArray<float> values = device.Allocate<float>([1, row.Length]);
                NDArray<int> places = device.Allocate<int>([1, row.Length]);
                device.Sort(device.Array<float>([1, row.Length], row), values, places, false, TieOrder.First);
                return (values.ToArray(), places.ToArray());
            }

            Assert.Equal(Run(Device.Default).Places, Run(gpu).Places);
        }
    }

    private static T[] Points<T>(int shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T two = T.One + T.One, largest = T.BitDecrement(T.PositiveInfinity);
        T[] special = [T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Zero, T.NegativeZero, T.Epsilon, -T.Epsilon, T.Epsilon * (two * two * two), largest,
            -largest, T.One, -T.One, two, -two, T.One / two, -T.One / two, T.BitIncrement(T.One), T.BitDecrement(T.One)];
        T[] values = new T[Count];
        new Philox(7, (ulong)shift).Uniform(values, T.CreateTruncating(-6), T.CreateTruncating(6));
        // Every pair of special points occurs: 18 of the first, with the second rotated by one for each of the 14 rows that fit; the rest is random.
        for (int i = 0; i < Count - special.Length; i++)
            values[i] = special[(i + (shift * (i / special.Length))) % special.Length];
        return values;
    }

    private void AssertSame<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Points<T>(0), y = Points<T>(1);
        T[] Run(Device device)
        {
            NDArray<T> a = device.Array<T>([Count], x), b = device.Array<T>([Count], y), result = device.Allocate<T>([Count]);
            if (Maps.Unary.TryGetValue(name, out IUnaryApplication? unary))
                unary.Apply(device, a, result);
            else
                Maps.Binary[name].Apply(device, a, b, result);
            return result.ToArray();
        }

        T[] expected = Run(Device.Default), actual = Run(gpu);
        for (int i = 0; i < Count; i++)
        {
            // A kernel has no accurate digit of the reduced argument for such a large argument (docs/gpu.md).
            if (name is "Sin" or "Cos" or "Tan" && T.Abs(x[i]) > T.CreateSaturating(4503599627370496.0))
                continue;
            double right = double.CreateTruncating(expected[i]), found = double.CreateTruncating(actual[i]);
            bool isSame = right.Equals(found)
                ? double.IsNegative(right) == double.IsNegative(found) || double.IsNaN(right)
                : Math.Abs(right - found) <= tolerance * Math.Abs(right) + double.CreateTruncating(T.Epsilon);
            Assert.True(isSame, $"{name} of {typeof(T).Name} at {x[i]}, {y[i]}: {right:R} on the CPU, {found:R} on the GPU.");
        }
    }
}
