using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets;

/// <summary>Square images with labels.</summary>
/// <param name="Name">Their description, for reports.</param>
/// <param name="IsStandIn">Whether the program generated them.</param>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Side">Its rows and columns.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Pixels">One byte per pixel, ordered by image, channel and row.</param>
/// <param name="Labels">One class per image, from 0.</param>
internal sealed record ImageSet(string Name, bool IsStandIn, int Channels, int Side, int Classes, byte[] Pixels, int[] Labels)
{
    /// <summary>The number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Numbers in one image.</summary>
    public int ImageSize => Channels * Side * Side;

    /// <summary>The first images; all of them if there are fewer or no number is given.</summary>
    /// <param name="count">The number of images.</param>
    public ImageSet First(int? count) => count is not int wanted || wanted >= Count
        ? this
        : this with { Pixels = Pixels[..(wanted * ImageSize)], Labels = Labels[..wanted] };

    /// <summary>The pixels in [0, 1] as one array, images × numbers in an image.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="device">Where.</param>
    public NDArray<T> PixelsOn<T>(Device device)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = PixelValues<T>();
        T[] host = new T[Pixels.Length];
        for (int i = 0; i < host.Length; i++)
            host[i] = values[Pixels[i]];
        return device.Array<T>(Shape.Of(Count, ImageSize), host);
    }

    /// <summary>The labels as one array.</summary>
    /// <param name="device">Where.</param>
    public NDArray<int> LabelsOn(Device device) => device.Array<int>(Shape.Of(Count), Labels);

    /// <summary>The value of each byte: pixel / 255.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    public static T[] PixelValues<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, byte.MaxValue + 1).Select(pixel => T.CreateTruncating(pixel / (double)byte.MaxValue))];
}
