using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Explorer.Formulas;

namespace ConservativeAD.Explorer.Drawing;

/// <summary>Level sets and kinks of a formula in two variables, as paths.</summary>
public sealed class LevelDrawing
{
    /// <summary>The grid that is drawn at once, and the one that follows when the page rests.</summary>
    public const int Coarse = 25, Fine = 65;

    private const int Levels = 15;
    private const double Slope = 1e-4;

    private LevelDrawing(Formula formula, ExplorerState state, int count)
    {
        (double x, double y) = state.Centre;
        double radius = state.Radius;
        Frame = Frame.Square(x, y, radius);
        Grid grid = new((first, second) => formula.Value(first, second), x - radius, y - radius, 2 * radius, count);
        Heights = [.. LevelHeights(grid).Select(level => (level, Contours.Path(Contours.At(level, grid), Frame))).Where(level => level.Item2.Length > 0)];
        IsEmpty = !grid.Values.Any(double.IsFinite);
        List<Contours.Piece> kinks = [], harmless = [];
        foreach (FormulaNode form in formula.KinkForms)
        {
            Grid values = new((first, second) => Formula.ValueOf(form, [first, second]), x - radius, y - radius, 2 * radius, count);
            foreach (Contours.Piece piece in Contours.At(0, values))
                (IsKinked(formula, form, piece, 2 * radius / count, Slope * radius) ? kinks : harmless).Add(piece);
        }

        Kinks = Contours.Path(kinks, Frame);
        HarmlessKinks = Contours.Path(harmless.Except(kinks), Frame);
    }

    /// <summary>Where it is drawn.</summary>
    public Frame Frame { get; }

    /// <summary>Heights with their lines.</summary>
    public IReadOnlyList<(double Height, string Path)> Heights { get; }

    /// <summary>Where the function itself has kinks or jumps.</summary>
    public string Kinks { get; }

    /// <summary>Where an operation is at a kink and the function is smooth across it.</summary>
    public string HarmlessKinks { get; }

    /// <summary>Whether no value in sight is finite.</summary>
    public bool IsEmpty { get; }

    /// <summary>Draws.</summary>
    /// <param name="formula">A formula in two variables.</param>
    /// <param name="state">The part of the plane.</param>
    /// <param name="count">The number of rows and columns of the grid.</param>
    public static LevelDrawing Of(Formula formula, ExplorerState state, int count = Fine)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(state);
        return new LevelDrawing(formula, state, count);
    }

    // Heights between which equally many grid points lie would crowd; round heights over the middle of the values are easier to read.
    private static IReadOnlyList<double> LevelHeights(Grid grid)
    {
        double[] sorted = [.. grid.Values.Where(double.IsFinite).Order()];
        if (sorted.Length == 0)
            return [];
        double low = sorted[(int)(0.01 * (sorted.Length - 1))], high = sorted[(int)(0.97 * (sorted.Length - 1))];
        return Ticks.Between(low, high, Levels);
    }

    // The middle of a piece lies beside the curve that it is a chord of, so the test is made where the form is 0 across it.
    private static bool IsKinked(Formula formula, FormulaNode form, Contours.Piece piece, double cell, double step)
    {
        double x = 0.5 * (piece.X1 + piece.X2), y = 0.5 * (piece.Y1 + piece.Y2), dx = piece.Y1 - piece.Y2, dy = piece.X2 - piece.X1;
        double length = double.Hypot(dx, dy);
        if (!(length > 0))
            return false;
        (dx, dy) = (dx / length, dy / length);
        double at = Root.Near(t => Formula.ValueOf(form, [x + (t * dx), y + (t * dy)]), cell);
        return KinkTest.IsKinked(t => formula.Value(x + ((at + t) * dx), y + ((at + t) * dy)), step);
    }
}
