namespace ConservativeAD.Kernels;

/// <summary>The sizes of a pooling of images laid out as [batch, channels, height, width]. A window that would extend past the padded border is left
/// out.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Channels">Channels of an image.</param>
/// <param name="InputHeight">Rows of the input.</param>
/// <param name="InputWidth">Columns of the input.</param>
/// <param name="KernelHeight">Rows of a window.</param>
/// <param name="KernelWidth">Columns of a window.</param>
/// <param name="StrideHeight">Rows from one window to the next.</param>
/// <param name="StrideWidth">Columns from one window to the next.</param>
/// <param name="PaddingHeight">Rows of padding above and below; fewer than the rows of a window.</param>
/// <param name="PaddingWidth">Columns of padding left and right; fewer than the columns of a window.</param>
public readonly record struct PoolingShape(
    int Batch,
    int Channels,
    int InputHeight,
    int InputWidth,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight = 0,
    int PaddingWidth = 0)
{
    /// <summary>Rows of the output.</summary>
    public int OutputHeight => (int)(((InputHeight + (2L * PaddingHeight) - KernelHeight) / StrideHeight) + 1);

    /// <summary>Columns of the output.</summary>
    public int OutputWidth => (int)(((InputWidth + (2L * PaddingWidth) - KernelWidth) / StrideWidth) + 1);

    /// <summary>Images times channels: each plane is pooled separately.</summary>
    public int Planes => Batch * Channels;

    /// <summary>Elements of the input.</summary>
    public int InputLength => Planes * InputHeight * InputWidth;

    /// <summary>Elements of the output.</summary>
    public int OutputLength => Planes * OutputHeight * OutputWidth;

    /// <summary>Checks that the sizes are consistent.</summary>
    /// <exception cref="ArgumentException">They are not; the message names the sizes.</exception>
    public void Validate()
    {
        if (Batch < 0 || Channels < 0 || InputHeight < 1 || InputWidth < 1)
            throw new ArgumentException($"Pooling needs images of at least one element; the input is [{Batch}, {Channels}, {InputHeight}, {InputWidth}].");
        if (KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1)
            throw new ArgumentException(
                $"A pooling window and its stride are at least 1 × 1; the window is {KernelHeight} × {KernelWidth} and the stride {StrideHeight} × "
                    + $"{StrideWidth}.");

        // A window that contains only padding has no largest element and no mean.
        if (PaddingHeight < 0 || PaddingWidth < 0 || PaddingHeight >= KernelHeight || PaddingWidth >= KernelWidth)
            throw new ArgumentException(
                $"The padding of a pooling lies between 0 and one less than its window; the padding is {PaddingHeight} × {PaddingWidth} and the window "
                    + $"{KernelHeight} × {KernelWidth}.");
        if (KernelHeight > InputHeight + (2L * PaddingHeight) || KernelWidth > InputWidth + (2L * PaddingWidth))
            throw new ArgumentException(
                $"A pooling window of {KernelHeight} × {KernelWidth} does not fit into an input of {InputHeight} × {InputWidth} padded by {PaddingHeight} × "
                    + $"{PaddingWidth}.");

        // Saved positions and window borders are of type int.
        if (InputHeight + (2L * PaddingHeight) > int.MaxValue || InputWidth + (2L * PaddingWidth) > int.MaxValue
            || (long)KernelHeight * KernelWidth > int.MaxValue)
            throw new ArgumentException(
                $"A pooling window of {KernelHeight} × {KernelWidth} on an input padded by {PaddingHeight} × {PaddingWidth} is too large to be counted with "
                    + $"integers of 32 bits.");
        decimal planes = (decimal)Batch * Channels;
        decimal elements = planes * Math.Max((decimal)InputHeight * InputWidth, (decimal)OutputHeight * OutputWidth);
        if (elements > int.MaxValue || planes > int.MaxValue)
            throw new ArgumentException(
                $"A pooling works on at most {int.MaxValue} elements; [{Batch}, {Channels}, {InputHeight}, {InputWidth}] has {elements}.");
    }

    /// <summary>The sizes as text for messages.</summary>
    /// <returns>Input, window, stride and padding.</returns>
    public override string ToString() =>
        $"[{Batch}, {Channels}, {InputHeight}, {InputWidth}] pooled by {KernelHeight} × {KernelWidth}, stride {StrideHeight} × {StrideWidth}, padding "
        + $"{PaddingHeight} × {PaddingWidth}";
}
