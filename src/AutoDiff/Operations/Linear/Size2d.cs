using System.Globalization;

namespace ConservativeAD;

/// <summary>A number for the height of images and one for their width, such as a kernel, a stride or a padding. One number stands for both.</summary>
/// <param name="Height">The number for rows.</param>
/// <param name="Width">The number for columns.</param>
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>1 for both.</summary>
    internal static Size2d One => new(1, 1);

    /// <summary>The same number for both.</summary>
    /// <param name="both">The number.</param>
    public static implicit operator Size2d(int both) => new(both, both);

    /// <summary>Two numbers.</summary>
    /// <param name="size">Those for height and width.</param>
    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>The same number for both.</summary>
    /// <param name="both">The number.</param>
    public static Size2d FromInt32(int both) => both;

    /// <summary>Two numbers.</summary>
    /// <param name="size">Those for height and width.</param>
    public static Size2d FromValueTuple((int Height, int Width) size) => size;

    /// <summary>The numbers as text for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height} × {Width}");
}
