using System.Numerics;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Products that leave zeros out have the bits of those that do not, but for the signs of zeros.</summary>
public unsafe class SparseProductTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 64, 784)]
    [InlineData(65, 200, 97)]
    [InlineData(40, 129, 1153)]
    public void ItHasTheBitsOfTheWholeProductInFloat(int rows, int outputs, int k) => AssertSameBits<float>(rows, outputs, k, float.Epsilon);

    [Theory]
    [InlineData(2, 1, 193)]
    [InlineData(31, 70, 784)]
    public void ItHasTheBitsOfTheWholeProductInDouble(int rows, int outputs, int k) => AssertSameBits<double>(rows, outputs, k, double.Epsilon);

    [Theory]
    [InlineData(float.MinValue)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void WhatReluLeavesIsTakenAndZerosOfBothSignsAreCounted(float special)
    {
        const int Outputs = 70, Count = 2;
        SparseProduct<float> product = new(Outputs, 1, Count);
        float[] bias = [.. Enumerable.Range(0, Outputs).Select(i => (i % 7) switch
        {
            0 => 0f,
            1 => -0f,
            2 => 1f + i,
            3 => -1f - i,
            4 => float.MaxValue,
            5 => float.Epsilon,
            _ => -float.Epsilon,
        })];
        bias[^1] = special;
        float[] weights = new float[Outputs];
        SparseRows<float> input = new(Count, 1), taken = new(Count, Outputs);
        input.Take(new float[Count]);
        AlignedArray<float> sums = new(product.Stride * Count);
        fixed (float* matrix = weights, shift = bias)
            product.Pack(matrix, shift);
        product.Run(input, Count, sums.Pointer);
        Assert.Equal(Count * bias.Count(value => value == 0), taken.TakePositive(sums.Pointer, product.Stride, Count));

        // Each column of the identity tells what was taken there.
        float[] relu = [.. bias.Select(value => value <= 0 ? 0 : value)], identity = new float[Outputs * Outputs];
        for (int i = 0; i < Outputs; i++)
            identity[i * (Outputs + 1)] = 1;
        for (int from = 0; from < Outputs; from++)
        {
            SparseProduct<float> one = new(1, Outputs, Count);
            float[] row = identity[(from * Outputs)..((from + 1) * Outputs)];
            float none = 0;
            fixed (float* matrix = row)
                one.Pack(matrix, &none);
            AlignedArray<float> sum = new(one.Stride * Count);
            one.Run(taken, Count, sum.Pointer);

            // What is not finite spreads by 0 · ∞ as it does in a whole product.
            Assert.Equal(from < Outputs - 1 && !float.IsFinite(relu[^1]) ? float.NaN : relu[from], sum.Pointer[one.Stride]);
        }
    }

    private static void AssertSameBits<T>(int rows, int outputs, int k, T tiny)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Device device = Device.Cpu(1);
        Random random = new(7);
        T[] left = [.. Enumerable.Range(0, rows * k).Select(i => random.Next(8) switch
        {
            < 4 => T.Zero,
            4 => -T.Zero,
            5 => tiny,
            _ => T.CreateTruncating((2 * random.NextDouble()) - 1),
        })];
        Array.Clear(left, 0, Math.Min(k, left.Length / 2));
        T[] weights = [.. Enumerable.Range(0, outputs * k).Select(_ => T.CreateTruncating((2 * random.NextDouble()) - 1))];
        T[] bias = [.. Enumerable.Range(0, outputs).Select(_ => T.CreateTruncating(random.NextDouble()))];
        NDArray<T> whole = device.Allocate<T>([rows, outputs]);
        device.MatrixProduct(device.Array<T>([rows, k], left), device.Array<T>([outputs, k], weights).Transpose(0, 1), whole,
            bias: device.Array<T>([outputs], bias));

        SparseRows<T> sparse = new(rows + 5, k);
        sparse.Take(left);
        SparseProduct<T> product = new(outputs, k, rows + 5);
        fixed (T* matrix = weights, shift = bias)
            product.Pack(matrix, shift);
        foreach (SparseRows<T> form in (SparseRows<T>[])[sparse, sparse.Compact(rows)])
        {
            AlignedArray<T> sums = new((long)product.Stride * (rows + 5));
            product.Run(form, rows, sums.Pointer);
            for (int row = 0; row < rows; row++)
            {
                Assert.Equal(whole.Slice(0, row, 1).ToArray(), sums.Span.Slice(row * product.Stride, outputs).ToArray());
                Assert.All(sums.Span[((row * product.Stride) + outputs)..((row + 1) * product.Stride)].ToArray(), rest => Assert.Equal(-T.One, rest));
            }
        }
    }
}
