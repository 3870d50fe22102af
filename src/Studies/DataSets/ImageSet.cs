using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets;

/// <summary>Labelled images of bytes, [count, channels, side, side] in row-major order.</summary>
/// <param name="Name">What the images are, for reports.</param>
/// <param name="IsStandIn">Whether they are drawn by the program instead of real.</param>
/// <param name="Count">How many.</param>
/// <param name="Classes">How many classes.</param>
/// <param name="Channels">Numbers per pixel.</param>
/// <param name="Side">Rows and columns.</param>
/// <param name="Pixels">The pixels, image after image.</param>
/// <param name="Labels">The class of each image, from 0.</param>
internal sealed record ImageSet(string Name, bool IsStandIn, int Count, int Classes, int Channels, int Side, byte[] Pixels, int[] Labels)
{
    /// <summary>The first images only.</summary>
    /// <param name="count">How many; all if there are fewer, or if null.</param>
    public ImageSet First(int? count) => count is not int wanted || wanted >= Count
        ? this
        : this with { Count = wanted, Pixels = Pixels[..(wanted * (Pixels.Length / Count))], Labels = Labels[..wanted] };

    /// <summary>The pixels on a device, scaled to [0, 1], as [count, pixels].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="device">The device.</param>
    public NDArray<T> PixelsOn<T>(Device device)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        device.Array<T>(Shape.Of(Count, Pixels.Length / Count), Array.ConvertAll(Pixels, pixel => T.CreateTruncating(pixel / 255.0)));

    /// <summary>The labels on a device.</summary>
    /// <param name="device">The device.</param>
    public NDArray<int> LabelsOn(Device device) => device.Array<int>(Shape.Of(Count), Labels);
}
