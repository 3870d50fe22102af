namespace ConservativeAD.Kernels.Cpu;

/// <summary>One side of a matrix product: a matrix of some extent (rows of A, columns of B) along which panels are cut, times the summed extent k.</summary>
/// <typeparam name="U">The element type that is computed in.</typeparam>
internal unsafe interface IPanelSource<U>
    where U : unmanaged
{
    /// <summary>Whether the elements of one k lie next to each other in memory already, so that full panels can be read in place.</summary>
    bool ReadsInPlace { get; }

    /// <summary>Where the panel that begins at an element and a k lies; only where <see cref="ReadsInPlace"/>.</summary>
    U* InPlace(int first, int firstK, out nint stride);

    /// <summary>Writes a panel.</summary>
    /// <param name="first">The first element of the extent.</param>
    /// <param name="width">Elements that exist.</param>
    /// <param name="panelWidth">Elements of the panel; the rest becomes zero.</param>
    /// <param name="firstK">The first k.</param>
    /// <param name="k">How many k.</param>
    /// <param name="panel">The panel.</param>
    void Pack(int first, int width, int panelWidth, int firstK, int k, U* panel);
}

/// <summary>A matrix in memory.</summary>
/// <param name="data">Its first element.</param>
/// <param name="stride">From one line to the next.</param>
/// <param name="linesAlongK">Whether a line holds the elements of one row or column with k running, rather than those of one k.</param>
internal readonly unsafe struct MatrixSource<T, U>(T* data, int stride, bool linesAlongK) : IPanelSource<U>
    where T : unmanaged
    where U : unmanaged
{
    private readonly T* data = data;
    private readonly nint stride = stride;
    private readonly bool linesAlongK = linesAlongK;

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
