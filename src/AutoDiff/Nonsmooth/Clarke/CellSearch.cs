using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>A cone of directions that lead into one piece, and the result found there.</summary>
/// <param name="Direction">A direction inside the cone.</param>
/// <param name="Rows">The forms that are positive inside: the cone is {d : ⟨row, d⟩ &gt; 0}.</param>
/// <param name="Found">The result.</param>
internal sealed record Cell<TFound>(double[] Direction, IReadOnlyList<double[]> Rows, TFound Found);

/// <summary>
/// Finds all cells that meet at a point, each by running the program along a direction inside it. Once a cell is known, the rest of the space splits into the
/// cones behind its walls, in the order in which the program decides: {a₁ &gt; 0, …, aᵢ₋₁ &gt; 0, aᵢ &lt; 0}. Such a cone is searched only if it contains a
/// direction, so that only decisions that some direction leads to are taken.
/// </summary>
/// <param name="dimension">The number of variables.</param>
/// <param name="budget">The largest number of cells to find. The work of finding directions is bounded as well.</param>
/// <param name="seed">The seed of the directions.</param>
internal sealed class CellSearch<TFound>(int dimension, int budget, ulong seed)
{
    // A few seconds when there are many long rows.
    private const long MaximumProducts = 500_000_000;

    private readonly List<Cell<TFound>> cells = [];
    private ulong draws;

    public IReadOnlyList<Cell<TFound>> Cells => cells;

    /// <summary>Set by a visit that has seen enough; the search then ends early.</summary>
    public bool IsEnough { get; set; }

    /// <summary>Runs the search.</summary>
    /// <param name="visit">Runs the program along a direction. It returns the result and the forms that decided, which are positive along the
    /// direction.</param>
    /// <returns>Whether all cells were found within the budget.</returns>
    public bool Run(Func<double[], (TFound Found, List<double[]> Forms)> visit)
    {
        WorkBudget work = new(MaximumProducts);
        Stack<(OpenCone Cone, double[] Direction)> open = new();
        open.Push((OpenCone.WholeSpace, Gaussian()));
        while (open.TryPop(out (OpenCone Cone, double[] Direction) next))
        {
            if (cells.Count >= budget || IsEnough)
                return false;
            (TFound found, List<double[]> forms) = visit(next.Direction);

            // Even if a form is tiny, the sides of its kink may differ greatly.
            List<double[]> rows = [.. forms.Where(form => Vectors.Norm(form) > 0)];
            cells.Add(new Cell<TFound>(next.Direction, rows, found));
            OpenCone before = next.Cone;
            foreach (double[] row in rows)
            {
                if (before.Has(row))
                    continue;
                OpenCone behind = before.With(Vectors.Scaled(row, -1));
                double[]? inside = behind.Direction(work);
                if (work.IsSpent)
                    return false;
                if (inside is { } centre)
                    open.Push((behind, OffCentre(behind, centre)));
                before = before.With(row);
            }
        }

        return true;
    }

    // The centre of a cone may lie on a wall that is met only later; a point slightly off the centre, inside the cone, almost surely does not.
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
        Philox.For(seed, (uint)Streams.CellDirections, draws++).Normal<double>(direction, 0, 1);
        return direction;
    }
}
