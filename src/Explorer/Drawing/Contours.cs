using System.Text;

namespace ConservativeAD.Explorer.Drawing;

/// <summary>Lines of equal height over a grid, by marching squares. Squares with a corner that is not finite are left out.</summary>
internal static class Contours
{
    // The sides that a line joins, by which corners lie above: bottom left 1, bottom right 2, top right 4, top left 8. Sides: 0 bottom, 1 right, 2 top, 3 left.
    private static readonly (int From, int To)[][] Joins =
    [
        [], [(3, 0)], [(0, 1)], [(3, 1)], [(1, 2)], [(3, 2), (0, 1)], [(0, 2)], [(3, 2)],
        [(2, 3)], [(0, 2)], [(0, 3), (1, 2)], [(1, 2)], [(1, 3)], [(0, 1)], [(0, 3)], [],
    ];

    /// <summary>A straight piece of a line.</summary>
    public readonly record struct Piece(double X1, double Y1, double X2, double Y2);

    public static List<Piece> At(double level, Grid grid)
    {
        List<Piece> pieces = [];
        for (int row = 0; row + 1 < grid.Count; row++)
        {
            for (int column = 0; column + 1 < grid.Count; column++)
            {
                double a = grid[row, column] - level, b = grid[row, column + 1] - level;
                double c = grid[row + 1, column + 1] - level, d = grid[row + 1, column] - level;
                if (!double.IsFinite(a + b + c + d))
                    continue;
                int above = (a >= 0 ? 1 : 0) | (b >= 0 ? 2 : 0) | (c >= 0 ? 4 : 0) | (d >= 0 ? 8 : 0);
                foreach ((int from, int to) in Joins[above])
                {
                    (double x1, double y1) = On(from, grid, row, column, a, b, c, d);
                    (double x2, double y2) = On(to, grid, row, column, a, b, c, d);
                    pieces.Add(new Piece(x1, y1, x2, y2));
                }
            }
        }

        return pieces;
    }

    /// <summary>The pieces as the text of a path.</summary>
    public static string Path(IEnumerable<Piece> pieces, Frame frame)
    {
        StringBuilder text = new();
        foreach (Piece piece in pieces)
            text.Append('M').Append(frame.At(piece.X1, piece.Y1)).Append('L').Append(frame.At(piece.X2, piece.Y2));
        return text.ToString();
    }

    private static (double X, double Y) On(int side, Grid grid, int row, int column, double a, double b, double c, double d)
    {
        (double x, double y) = side switch
        {
            0 => (column + Share(a, b), (double)row),
            1 => (column + 1, row + Share(b, c)),
            2 => (column + Share(d, c), row + 1),
            _ => (column, row + Share(a, d)),
        };
        return (grid.First(x), grid.Second(y));
    }

    private static double Share(double from, double to) => from == to ? 0.5 : from / (from - to);
}
