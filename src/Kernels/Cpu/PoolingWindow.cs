namespace ConservativeAD.Kernels.Cpu;

/// <summary>The part of one pooling window that lies on the image: rows [Top, Bottom) and columns [Left, Right).</summary>
internal readonly struct PoolingWindow
{
    /// <summary>The window of output element (row, column).</summary>
    public PoolingWindow(in PoolingShape shape, int row, int column)
    {
        int top = (row * shape.StrideHeight) - shape.PaddingHeight;
        int left = (column * shape.StrideWidth) - shape.PaddingWidth;
        Top = Math.Max(top, 0);
        Left = Math.Max(left, 0);
        Bottom = Math.Min(top + shape.KernelHeight, shape.InputHeight);
        Right = Math.Min(left + shape.KernelWidth, shape.InputWidth);
    }

    public int Top { get; }

    public int Left { get; }

    public int Bottom { get; }

    public int Right { get; }

    /// <summary>Elements of the image in the window.</summary>
    public int Count => (Bottom - Top) * (Right - Left);
}
