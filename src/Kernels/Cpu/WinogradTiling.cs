namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Cuts an image's positions into 4 × 4 tiles: rows of tiles, cut into pieces with a bounded number of tiles. Several consecutive pieces, over all images, form
/// a part that is transformed and multiplied together.
/// </summary>
internal readonly struct WinogradTiling
{
    /// <summary>Rows and columns of positions of a tile.</summary>
    public const int Side = 4;

    /// <summary>Rows and columns of a tile's transform, and of the input that the tile reads with a 3 × 3 kernel.</summary>
    public const int Extent = 6;

    /// <summary>Elements of a tile's transform.</summary>
    public const int Elements = Extent * Extent;

    public readonly int Height;
    public readonly int Width;
    private readonly int tilesDown;
    private readonly int tilesAcross;
    private readonly int piecesAcross;
    private readonly int tilesPerPiece;

    /// <summary>Makes the tiling.</summary>
    /// <param name="batch">The number of images.</param>
    /// <param name="height">Rows of positions.</param>
    /// <param name="width">Columns of positions.</param>
    /// <param name="tilesPerPart">The number of tiles that a part should have; a multiple of a register tile's rows keeps all register tiles full.</param>
    public WinogradTiling(int batch, int height, int width, int tilesPerPart)
    {
        Height = height;
        Width = width;
        tilesDown = Partition.Count(height, Side);
        tilesAcross = Partition.Count(width, Side);
        piecesAcross = Partition.Count(tilesAcross, tilesPerPart);
        tilesPerPiece = Partition.Count(tilesAcross, piecesAcross);
        PiecesPerPart = Math.Max(1, tilesPerPart / tilesPerPiece);
        Pieces = batch * tilesDown * piecesAcross;
        Parts = Partition.Count(Pieces, PiecesPerPart);
    }

    /// <summary>Pieces of all images.</summary>
    public int Pieces { get; }

    /// <summary>Pieces of a part.</summary>
    public int PiecesPerPart { get; }

    /// <summary>Parts of all images.</summary>
    public int Parts { get; }

    /// <summary>The most tiles in a part.</summary>
    public int TilesPerPart => PiecesPerPart * tilesPerPiece;

    /// <summary>The most columns of positions that a piece covers.</summary>
    public int ColumnsPerPiece => tilesPerPiece * Side;

    /// <summary>The number of tiles in the pieces before a given one.</summary>
    public int TilesBefore(int piece)
    {
        int line = Math.DivRem(piece, piecesAcross, out int across);
        return (line * tilesAcross) + (across * tilesPerPiece);
    }

    /// <summary>Gives the location of a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="image">Its image.</param>
    /// <param name="row">Its first row of positions.</param>
    /// <param name="column">Its first column of positions.</param>
    /// <returns>The number of its tiles.</returns>
    public int Locate(int piece, out int image, out int row, out int column)
    {
        int line = Math.DivRem(piece, piecesAcross, out int across);
        image = Math.DivRem(line, tilesDown, out int down);
        row = down * Side;
        column = across * tilesPerPiece * Side;
        return Math.Min(tilesPerPiece, tilesAcross - (across * tilesPerPiece));
    }
}
