using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

/// <summary>Files of bfloat16 are read exactly and written with one rounding.</summary>
public class BFloat16Tests
{
    [Fact]
    public void EveryNumberIsReadExactlyAndWrittenBack()
    {
        byte[] bytes = new byte[2 * 65536];
        for (int bits = 0; bits < 65536; bits++)
            (bytes[2 * bits], bytes[(2 * bits) + 1]) = ((byte)bits, (byte)(bits >> 8));
        SafetensorsTensor tensor = new("x", "BF16", Shape.Of(65536), bytes);
        float[] numbers = tensor.Convert<float>();
        for (int bits = 0; bits < 65536; bits++)
        {
            float expected = BitConverter.Int32BitsToSingle(bits << 16);
            Assert.True(expected.Equals(numbers[bits]) && float.IsNegative(expected) == float.IsNegative(numbers[bits]));
        }

        Assert.Equal(numbers, tensor.Convert<double>().Select(number => (float)number));
        NDArray<float> array = Device.Default.Array<float>(Shape.Of(65536), numbers);
        byte[] written = SafetensorsTensor.InBFloat16("x", array).Bytes.ToArray();
        for (int bits = 0; bits < 65536; bits++)
        {
            // A signalling NaN becomes a quiet one.
            int expected = float.IsNaN(numbers[bits]) ? bits | 0x40 : bits;
            Assert.Equal(expected, written[2 * bits] | (written[(2 * bits) + 1] << 8));
        }

        Device.Default.Return(array);
    }

    [Fact]
    public void NumbersAreRoundedOnceToTheNearestWithTiesToEven()
    {
        // Spacing 2⁻⁷ from 1 on; 1 + 2⁻⁸ is a tie between 1 (even) and 1 + 2⁻⁷ (odd).
        double unit = Math.ScaleB(1, -7), tie = 1 + (unit / 2), above = tie + Math.ScaleB(1, -40), below = tie - Math.ScaleB(1, -40);
        Assert.Equal([1, (float)(1 + unit), 1, (float)(1 + (2 * unit)), -1, (float)-(1 + unit)], Rounded([tie, above, below, 1 + (1.5 * unit), -tie, -above]));
        double largest = BitConverter.Int32BitsToSingle(0x7F7F << 16), half = Math.ScaleB(1, 119);
        Assert.Equal([(float)largest, float.PositiveInfinity, float.PositiveInfinity, float.NegativeInfinity, (float)largest],
            Rounded([largest, largest + half, 1e300, double.NegativeInfinity, largest + (half * 0.999)]));
        float least = BitConverter.Int32BitsToSingle(1 << 16);
        Assert.Equal([0, least, 0, least, 0], Rounded([0, least, least / 2.0, Math.BitIncrement(least / 2.0), 1e-320]));
        Assert.True(float.IsNegative(Rounded([-0.0])[0]) && float.IsNaN(Rounded([double.NaN])[0]));

        static float[] Rounded(double[] numbers)
        {
            NDArray<double> array = Device.Default.Array<double>(Shape.Of(numbers.Length), numbers);
            float[] rounded = SafetensorsTensor.InBFloat16("x", array).Convert<float>();
            Device.Default.Return(array);
            return rounded;
        }
    }

    [Fact]
    public void ANetworkIsSavedAndLoaded()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            Linear<float> saved = new("0", 3, 2, new Initializer(Device.Default, 1)), loaded = new("0", 3, 2, new Initializer(Device.Default, 2));
            ParameterFile.Save(path, saved, inBFloat16: true);
            Assert.All(SafetensorsFile.Read(path).Tensors.Values, tensor => Assert.Equal(("BF16", 2 * tensor.Shape.Count), (tensor.Type, tensor.Bytes.Length)));
            Assert.Contains("BF16", Assert.Throws<InvalidDataException>(() => ParameterFile.Load(path, loaded)).Message);
            ParameterFile.Load(path, loaded, convert: true);
            Assert.All(saved.Weight.Value.ToArray().Zip(loaded.Weight.Value.ToArray()),
                pair => Assert.Equal(pair.First, pair.Second, Math.Abs(pair.First) / 256));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
