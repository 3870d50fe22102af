namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// How an image's positions are cut into tiles of four by four: rows of tiles, cut into pieces of a bounded number of tiles. Several
/// consecutive pieces, over all images, make a part that is transformed and multiplied together.
/// </summary>
internal readonly struct WinogradTiling
{
    /// <summary>Rows and columns of positions of a tile.</summary>
    public const int Side = 4;

    /// <summary>Rows and columns of a tile's transform: with a kernel of three by three, of what the tile reads too.</summary>
    public const int Extent = 6;

    /// <summary>Elements of a tile's transform.</summary>
    public const int Elements = Extent * Extent;

    public readonly int Height;
    public readonly int Width;
    private readonly int tilesDown;
    private readonly int tilesAcross;
    private readonly int piecesAcross;
    private readonly int tilesPerPiece;

    /// <summary>Cuts images.</summary>
    /// <param name="batch">How many images.</param>
    /// <param name="height">Rows of positions.</param>
    /// <param name="width">Columns of positions.</param>
    /// <param name="tilesPerPart">How many tiles a part should have; a multiple of the rows of a register tile fills all of them.</param>
    public WinogradTiling(int batch, int height, int width, int tilesPerPart)
    {
        Height = height;
        Width = width;
        tilesDown = (height + Side - 1) / Side;
        tilesAcross = (width + Side - 1) / Side;
        piecesAcross = (tilesAcross + tilesPerPart - 1) / tilesPerPart;
        tilesPerPiece = (tilesAcross + piecesAcross - 1) / piecesAcross;
        PiecesPerPart = Math.Max(1, tilesPerPart / tilesPerPiece);
        Pieces = batch * tilesDown * piecesAcross;
        Parts = (Pieces + PiecesPerPart - 1) / PiecesPerPart;
    }

    /// <summary>Pieces of all images.</summary>
    public int Pieces { get; }

    /// <summary>Pieces of a part.</summary>
    public int PiecesPerPart { get; }

    /// <summary>Parts of all images.</summary>
    public int Parts { get; }

    /// <summary>Tiles of a part at most.</summary>
    public int TilesPerPart => PiecesPerPart * tilesPerPiece;

    /// <summary>Columns of positions that a piece covers at most.</summary>
    public int ColumnsPerPiece => tilesPerPiece * Side;

    /// <summary>How many tiles the pieces before one have.</summary>
    public int TilesBefore(int piece)
    {
        int line = Math.DivRem(piece, piecesAcross, out int across);
        return (line * tilesAcross) + (across * tilesPerPiece);
    }

    /// <summary>Where a piece lies.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="image">Its image.</param>
    /// <param name="row">Its first row of positions.</param>
    /// <param name="column">Its first column of positions.</param>
    /// <returns>How many tiles it has.</returns>
    public int Locate(int piece, out int image, out int row, out int column)
    {
        int line = Math.DivRem(piece, piecesAcross, out int across);
        image = Math.DivRem(line, tilesDown, out int down);
        row = down * Side;
        column = across * tilesPerPiece * Side;
        return Math.Min(tilesPerPiece, tilesAcross - (across * tilesPerPiece));
    }
}
