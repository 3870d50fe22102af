namespace ConservativeAD.Kernels.Tests;

public class TransposedCopyTests
{
    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(1, 2, 3)]
    [InlineData(1, 17, 40)]
    [InlineData(1, 300, 277)]
    [InlineData(5, 9, 33)]
    [InlineData(4, 64, 100)]
    public void EveryElementArrives(int matrices, int rows, int columns)
    {
        for (int threads = 1; threads <= 3; threads++)
        {
            using Device device = Device.Cpu(threads);
            float[] x = [.. Enumerable.Range(0, matrices * rows * columns).Select(i => (float)i)];
            NDArray<float> y = device.Allocate<float>([matrices, columns, rows]);
            device.Copy(device.Array<float>([matrices, rows, columns], x).Transpose(1, 2), y);
            float[] turned = y.ToArray();
            for (int i = 0; i < turned.Length; i++)
            {
                (int rest, int row) = Math.DivRem(i, rows);
                (int matrix, int column) = Math.DivRem(rest, columns);
                Assert.Equal(x[(((matrix * rows) + row) * columns) + column], turned[i]);
            }
        }
    }

    [Fact]
    public void PartsOfMatricesAndSumsOntoThemArriveToo()
    {
        using Device device = Device.Cpu(2);
        NDArray<float> x = device.Array<float>([20, 30], [.. Enumerable.Range(0, 600).Select(i => (float)i)]), y = device.Allocate<float>([24, 40]);
        device.Fill(y, -1f);
        NDArray<float> part = x.Slice(0, 3, 17).Slice(1, 5, 19).Transpose(0, 1), target = y.Slice(0, 2, 19).Slice(1, 7, 17);
        device.Copy(part, target);
        device.Copy(part, target, accumulate: true);
        float[] all = y.ToArray();
        for (int row = 0; row < 24; row++)
        {
            for (int column = 0; column < 40; column++)
                Assert.Equal(row is >= 2 and < 21 && column is >= 7 and < 24 ? 2 * ((30 * (column - 4)) + row + 3) : -1, all[(row * 40) + column]);
        }
    }
}
