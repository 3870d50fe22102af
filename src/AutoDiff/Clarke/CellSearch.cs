using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>A cone of directions that lead onto one piece, and what was found there.</summary>
/// <param name="Direction">A direction inside.</param>
/// <param name="Rows">The forms that are positive inside: the cone is {d : ⟨row, d⟩ &gt; 0}.</param>
/// <param name="Found">What was found.</param>
internal sealed record Cell<TFound>(double[] Direction, IReadOnlyList<double[]> Rows, TFound Found);

/// <summary>
/// Finds all cells that meet at a point, each by running the program along a direction inside it. Where a cell is known, the rest of the space falls apart into the cones behind its walls,
/// taken in the order in which the program decides: {a₁ &gt; 0, …, aᵢ₋₁ &gt; 0, aᵢ &lt; 0}. Such a cone is searched where some direction lies in it, so that only decisions which some
/// direction leads to are ever taken.
/// </summary>
/// <param name="dimension">How many variables there are.</param>
/// <param name="budget">How many cells to find at most.</param>
/// <param name="seed">The seed of the directions.</param>
internal sealed class CellSearch<TFound>(int dimension, int budget, ulong seed)
{
    // Beside the other forms at the point, one this small is rounding: it decides nothing.
    private const double Nothing = 1e-12;

    private readonly List<Cell<TFound>> cells = [];
    private ulong draws;

    public IReadOnlyList<Cell<TFound>> Cells => cells;

    /// <summary>Searches.</summary>
    /// <param name="visit">Runs the program along a direction; what it found, and the forms that decided, positive along the direction.</param>
    /// <returns>Whether all cells were found within the budget.</returns>
    public bool Run(Func<double[], (TFound Found, List<double[]> Forms)> visit)
    {
        Stack<(OpenCone Cone, double[] Direction)> open = new();
        open.Push((OpenCone.WholeSpace, Gaussian()));
        while (open.TryPop(out (OpenCone Cone, double[] Direction) next))
        {
            if (cells.Count >= budget)
                return false;
            (TFound found, List<double[]> forms) = visit(next.Direction);
            double largest = forms.Count == 0 ? 0 : forms.Max(form => Vectors.Norm(form));
            List<double[]> rows = [.. forms.Where(form => Vectors.Norm(form) > Nothing * Math.Max(1, largest))];
            cells.Add(new Cell<TFound>(next.Direction, rows, found));
            OpenCone before = next.Cone;
            foreach (double[] row in rows)
            {
                if (before.Has(row))
                    continue;
                OpenCone behind = before.With(Vectors.Scaled(row, -1));
                if (behind.Direction() is { } centre)
                    open.Push((behind, OffCentre(behind, centre)));
                before = before.With(row);
            }
        }

        return true;
    }

    // The centre of a cone may lie on a wall that is met only later; a little beside it, inside the cone, almost surely does not.
    private double[] OffCentre(OpenCone cone, double[] centre)
    {
        double margin = cone.Rows.Min(row => Vectors.Dot(row, centre));
        double[] aside = Gaussian();
        double length = Vectors.Norm(aside);
        double[] direction = [.. centre];
        for (int i = 0; i < direction.Length; i++)
            direction[i] += 0.5 * margin * aside[i] / length;
        return direction;
    }

    private double[] Gaussian()
    {
        double[] direction = new double[dimension];
        new Philox(seed, draws++).Normal<double>(direction, 0, 1);
        return direction;
    }
}
