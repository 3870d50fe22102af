using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The part of one pooling window that lies on the input: slices, rows and columns, each from a first to before an end, at a step. It enumerates the offsets
/// of its rows.
/// </summary>
internal readonly struct PoolingWindow
{
    private readonly int front;
    private readonly int back;
    private readonly int sliceStep;
    private readonly int top;
    private readonly int bottom;
    private readonly int rowStep;
    private readonly int height;
    private readonly int width;

    /// <summary>The slices and rows of the windows of one line of the output, counted over all slices.</summary>
    public PoolingWindow(in PoolingShape shape, int line)
    {
        int lines = shape.Height.Output, slice = line / lines, row = line - (slice * lines);
        front = shape.Depth.First(slice);
        back = shape.Depth.End(slice);
        sliceStep = shape.Depth.Step;
        top = shape.Height.First(row);
        bottom = shape.Height.End(row);
        rowStep = shape.Height.Step;
        height = shape.Height.Input;
        width = shape.Width.Input;
    }

    /// <summary>The offset of the first row.</summary>
    public int FirstLine => ((front * height) + top) * width;

    /// <summary>The first column.</summary>
    public int Left { get; private init; }

    /// <summary>The column after the last.</summary>
    public int Right { get; private init; }

    /// <summary>Columns from one to the next.</summary>
    public int Step { get; private init; }

    /// <summary>The window of one column of the line.</summary>
    public PoolingWindow At(in PoolingShape shape, int column) =>
        this with { Left = shape.Width.First(column), Right = shape.Width.End(column), Step = shape.Width.Step };

    /// <summary>Enumerates the offsets of the rows.</summary>
    public Lines GetEnumerator() => new(this);

    /// <summary>The offsets of a window's rows, slice by slice.</summary>
    public struct Lines(PoolingWindow window)
    {
        private readonly PoolingWindow window = window;
        private int slice = window.front;
        private int row = window.top - window.rowStep;

        /// <summary>The offset of the current row.</summary>
        public readonly int Current => ((slice * window.height) + row) * window.width;

        /// <summary>Goes to the next row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MoveNext()
        {
            row += window.rowStep;
            if (row < window.bottom)
                return true;
            slice += window.sliceStep;
            row = window.top;
            return slice < window.back;
        }
    }
}
