namespace ConservativeAD.Kernels.Cpu;

/// <summary>One side of a matrix product: a matrix with an extent that is cut into panels (rows of A or columns of B) and the summed extent k.</summary>
/// <typeparam name="U">The element type of the arithmetic.</typeparam>
internal unsafe interface IPanelSource<U>
    where U : unmanaged
{
    /// <summary>Whether the elements of one k are contiguous in memory, so that full panels can be read in place.</summary>
    bool ReadsInPlace { get; }

    /// <summary>The address of the panel that begins at the given element and k; valid only if <see cref="ReadsInPlace"/>.</summary>
    U* InPlace(int first, int firstK, out nint stride);

    /// <summary>Writes a panel.</summary>
    /// <param name="first">The first element of the extent.</param>
    /// <param name="width">Elements that exist.</param>
    /// <param name="panelWidth">Elements of the panel; the rest becomes zero.</param>
    /// <param name="firstK">The first k.</param>
    /// <param name="k">The number of values of k.</param>
    /// <param name="panel">The panel.</param>
    void Pack(int first, int width, int panelWidth, int firstK, int k, U* panel);
}

/// <summary>A matrix in memory.</summary>
/// <param name="data">Its first element.</param>
/// <param name="stride">Stride between lines.</param>
/// <param name="linesAlongK">Whether a line holds one row or column along k, rather than the elements of one k.</param>
internal readonly unsafe struct MatrixSource<T, U>(T* data, int stride, bool linesAlongK) : IPanelSource<U>
    where T : unmanaged
    where U : unmanaged
{
    private readonly nint stride = stride;

    public bool ReadsInPlace => typeof(T) == typeof(U) && !linesAlongK;

    public U* InPlace(int first, int firstK, out nint stride)
    {
        stride = this.stride;
        return (U*)data + (firstK * this.stride) + first;
    }

    public void Pack(int first, int width, int panelWidth, int firstK, int k, U* panel)
    {
        if (linesAlongK)
            PanelPacking.Transpose(data + (first * stride) + firstK, stride, width, panelWidth, k, panel);
        else
            PanelPacking.Copy(data + (firstK * stride) + first, stride, width, panelWidth, k, panel);
    }
}
