using System.Numerics;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Kernels for ties, against scans of one element at a time, for every element type and several threads.</summary>
public class TieTests
{
    public static TheoryData<int> Threads => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Threads))]
    public void SortedTiesAreCountedAsTheyAreMarked(int threads)
    {
        Count<float>(threads);
        Count<double>(threads);
        Count<Half>(threads);

        static void Count<T>(int threads)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using Device device = Device.Cpu(threads);
            foreach ((int rows, int length) in (ReadOnlySpan<(int, int)>)[(1, 1), (3, 2), (2, 9), (5, 64), (70, 333), (0, 4)])
            {
                T[] keys = Draw<T>(rows * length, 7, (ulong)length);
                if (keys.Length > 3)
                    keys[3] = T.NaN;
                NDArray<T> x = device.Array<T>([rows, length], keys), sorted = device.Allocate<T>([rows, length]), marks = device.Allocate<T>([rows, length]);
                NDArray<int> permutation = device.Allocate<int>([rows, length]);
                device.Sort(x, sorted, permutation);
                device.MarkTies(sorted, marks);
                Assert.Equal(marks.ToArray().Count(mark => mark != T.Zero), device.CountTies(sorted));
                Assert.Equal(marks.ToArray().Index().Where(mark => mark.Item != T.Zero).Select(mark => mark.Index).Take(5), device.FindNonzero(marks, 5));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void OrderWithinTiesIsTheOrderOfPairs(int threads)
    {
        Order<float>(threads);
        Order<double>(threads);
        Order<Half>(threads);

        static void Order<T>(int threads)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using Device device = Device.Cpu(threads);
            foreach ((int rows, int length, int distinct) in (ReadOnlySpan<(int, int, int)>)[(1, 1, 1), (4, 10, 3), (3, 100, 1), (9, 300, 20)])
            {
                foreach (bool descending in (bool[])[false, true])
                {
                    T[] values = Draw<T>(rows * length, distinct, 1), seconds = Draw<T>(rows * length, 1 << 10, 2);
                    NDArray<T> x = device.Array<T>([rows, length], values), keys = device.Array<T>([rows, length], seconds),
                        sorted = device.Allocate<T>([rows, length]);
                    NDArray<int> permutation = device.Allocate<int>([rows, length]), copy = device.Allocate<int>([rows, length]);
                    device.Sort(x, sorted, permutation, descending);
                    device.CopyIndices(permutation, copy);
                    device.OrderWithinTies(sorted, keys, copy, descending);
                    int[] order = copy.ToArray();
                    for (int row = 0; row < rows; row++)
                    {
                        int[] places = order[(row * length)..((row + 1) * length)];
                        Assert.Equal(Enumerable.Range(0, length), places.Order());
                        for (int i = 1; i < length; i++)
                        {
                            int before = (row * length) + places[i - 1], after = (row * length) + places[i];
                            int byValue = values[before].CompareTo(values[after]), byKey = seconds[before].CompareTo(seconds[after]);
                            Assert.True(descending ? byValue > 0 || (byValue == 0 && byKey >= 0) : byValue < 0 || (byValue == 0 && byKey <= 0));
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void PoolingAlongADirectionTakesTheTiedElementThatMovesFurthest(int threads)
    {
        Pool<float>(threads);
        Pool<double>(threads);
        Pool<Half>(threads);

        static void Pool<T>(int threads)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using Device device = Device.Cpu(threads);
            foreach (PoolingShape shape in (PoolingShape[])[new(2, 3, 8, 22, 2, 2, 2, 2, 0, 0), new(1, 2, 28, 28, 2, 2, 2, 2, 0, 0),
                new(1, 1, 7, 30, 3, 3, 2, 1, 1, 1), new(1, 2, 5, 5, 2, 2, 2, 2, 0, 0), new(1, 1, 2, 6, 2, 2, 2, 2, 0, 0)])
            {
                Shape input = [shape.Batch, shape.Channels, shape.Height.Input, shape.Width.Input],
                    output = [shape.Batch, shape.Channels, shape.Height.Output, shape.Width.Output];
                T[] values = Draw<T>(input.Count, 3, 5), tangents = Draw<T>(input.Count, 1 << 10, 6);
                values[input.Count / 2] = T.NaN;
                NDArray<T> x = device.Array<T>(input, values), dx = device.Array<T>(input, tangents), y = device.Allocate<T>(output),
                    dy = device.Allocate<T>(output), marks = device.Allocate<T>(output);
                NDArray<int> positions = device.Allocate<int>(output);
                device.MaxPool(shape, x, y, positions);
                device.MaxPoolAlong(shape, x, y, dx, positions, dy);
                device.MarkMaxPoolTies(shape, x, y, marks);
                T[] maxima = y.ToArray(), moved = dy.ToArray(), marked = marks.ToArray();
                int[] places = positions.ToArray();
                int tiedWindows = 0;
                for (int o = 0; o < maxima.Length; o++)
                {
                    int plane = o / (shape.Height.Output * shape.Width.Output), row = o / shape.Width.Output % shape.Height.Output,
                        column = o % shape.Width.Output;
                    int[] tied = [.. from h in Enumerable.Range((row * shape.Height.Stride) - shape.Height.Padding, shape.Height.Kernel)
                                     from w in Enumerable.Range((column * shape.Width.Stride) - shape.Width.Padding, shape.Width.Kernel)
                                     where h >= 0 && w >= 0 && h < shape.Height.Input && w < shape.Width.Input
                                     let at = (((plane * shape.Height.Input) + h) * shape.Width.Input) + w
                                     where values[at] == maxima[o] || (T.IsNaN(values[at]) && T.IsNaN(maxima[o]))
                                     select at];
                    Assert.Contains(places[o], tied);
                    Assert.Equal(tied.Max(at => tangents[at]), tangents[places[o]]);
                    Assert.Equal(tangents[places[o]], moved[o]);
                    bool isTied = !T.IsNaN(maxima[o]) && tied.Length > 1;
                    Assert.Equal(isTied, marked[o] != T.Zero);
                    tiedWindows += isTied ? 1 : 0;
                }

                Assert.Equal(tiedWindows, device.CountMaxPoolTies(shape, x, y));
            }
        }
    }

    [Fact]
    public void NonzeroElementsAreFoundUpToALimit()
    {
        using Device device = Device.Cpu(1);
        NDArray<double> x = device.Array<double>([8], [0, -0.0, 3, 0, double.NaN, -1, 0, double.Epsilon]);
        Assert.Equal([2, 4, 5, 7], device.FindNonzero(x, 100));
        Assert.Equal([2, 4], device.FindNonzero(x, 2));
        Assert.Empty(device.FindNonzero(x, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.FindNonzero(x, -1));
        NDArray<int> three = device.Allocate<int>([3]), four = device.Allocate<int>([4]);
        Assert.Contains("3 indices", Assert.Throws<ArgumentException>(() => device.CopyIndices(three, four)).Message, StringComparison.Ordinal);
    }

    private static T[] Draw<T>(int count, int distinct, ulong stream)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] draws = new double[count];
        new Philox(11, stream).Uniform<double>(draws, 0, distinct);
        return Array.ConvertAll(draws, draw => T.CreateTruncating(Math.Floor(draw)));
    }
}
