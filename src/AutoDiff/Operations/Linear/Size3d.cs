using System.Globalization;

namespace ConservativeAD;

/// <summary>Numbers for the depth, height and width of volumes, such as a kernel, a stride or a padding. One number stands for all three.</summary>
/// <param name="Depth">The number for slices.</param>
/// <param name="Height">The number for rows.</param>
/// <param name="Width">The number for columns.</param>
public readonly record struct Size3d(int Depth, int Height, int Width)
{
    /// <summary>1 for all.</summary>
    internal static Size3d One => new(1, 1, 1);

    /// <summary>The numbers of one slice.</summary>
    internal Size2d Slice => new(Height, Width);

    /// <summary>The same number for all.</summary>
    /// <param name="all">The number.</param>
    public static implicit operator Size3d(int all) => new(all, all, all);

    /// <summary>Three numbers.</summary>
    /// <param name="size">Those for depth, height and width.</param>
    public static implicit operator Size3d((int Depth, int Height, int Width) size) => new(size.Depth, size.Height, size.Width);

    /// <summary>The same number for all.</summary>
    /// <param name="all">The number.</param>
    public static Size3d FromInt32(int all) => all;

    /// <summary>Three numbers.</summary>
    /// <param name="size">Those for depth, height and width.</param>
    public static Size3d FromValueTuple((int Depth, int Height, int Width) size) => size;

    /// <summary>The numbers as text for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Depth} × {Height} × {Width}");
}
