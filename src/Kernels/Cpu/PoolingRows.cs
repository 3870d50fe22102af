using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The slices and rows of the input that the windows of one line of the output contain, each from a first to before an end, at a step.</summary>
internal readonly struct PoolingRows
{
    public readonly int Front;
    public readonly int Back;
    public readonly int SliceStep;
    public readonly int Top;
    public readonly int Bottom;
    public readonly int RowStep;
    private readonly int height;
    private readonly int width;

    /// <summary>The slices and rows of a line, counted over all slices of the output.</summary>
    public PoolingRows(in PoolingShape shape, int line)
    {
        int lines = shape.Height.Output, slice = line / lines, row = line - (slice * lines);
        Front = shape.Depth.First(slice);
        Back = shape.Depth.End(slice);
        SliceStep = shape.Depth.Step;
        Top = shape.Height.First(row);
        Bottom = shape.Height.End(row);
        RowStep = shape.Height.Step;
        height = shape.Height.Input;
        width = shape.Width.Input;
    }

    /// <summary>The offset of a row of the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Line(int slice, int row) => ((slice * height) + row) * width;
}

/// <summary>The columns of the input in one window.</summary>
internal readonly struct PoolingSpan(in PoolingAxis width, int column)
{
    public readonly int Left = width.First(column);
    public readonly int Right = width.End(column);
    public readonly int Step = width.Step;
}
