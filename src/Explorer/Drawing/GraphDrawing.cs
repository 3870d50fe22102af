using System.Text;
using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Explorer.Formulas;

namespace ConservativeAD.Explorer.Drawing;

/// <summary>The graph of a formula in one variable with its kinks, as a path and points.</summary>
public sealed class GraphDrawing
{
    private const int Samples = 240;

    private GraphDrawing(Formula formula, ExplorerState state)
    {
        double left = state.Centre.First - state.Radius, step = 2 * state.Radius / Samples;
        double[] x = [.. Enumerable.Range(0, Samples + 1).Select(i => ExplorerState.Rounded(left + (i * step)))];
        Places(formula, x, out List<double> kinks, out List<double> harmless, Math.Min(step / 8, 1e-4 * state.Radius));
        Kinks = kinks;
        HarmlessKinks = harmless;

        // Kinks are drawn as corners, and what jumps there is not joined.
        double beside = 1e-9 * state.Radius;
        double[] all = [.. x.Concat(kinks.SelectMany(kink => new[] { kink - beside, kink, kink + beside })).Distinct().Order()];
        double[] y = [.. all.Select(at => formula.Value(at))];
        double[] finite = [.. y.Where(double.IsFinite).Order()];
        IsEmpty = finite.Length == 0;
        double low = IsEmpty ? -1 : finite[(int)(0.02 * (finite.Length - 1))], high = IsEmpty ? 1 : finite[(int)Math.Ceiling(0.98 * (finite.Length - 1))];
        double least = 1e-9 * Math.Max(1e-6, Math.Max(Math.Abs(low), Math.Abs(high)));
        double padding = high - low > least ? 0.12 * (high - low) : Math.Max(0.5 * Math.Abs(high), 1);
        Frame = new Frame(left, left + (2 * state.Radius), low - padding, high + padding) { Height = 360 };
        Path = Joined(all, y, 0.25 * (Frame.Top - Frame.Bottom), 2 * beside);
    }

    /// <summary>Where it is drawn.</summary>
    public Frame Frame { get; }

    /// <summary>The graph.</summary>
    public string Path { get; }

    /// <summary>Where the function itself has kinks or jumps.</summary>
    public IReadOnlyList<double> Kinks { get; }

    /// <summary>Where an operation is at a kink and the function is smooth.</summary>
    public IReadOnlyList<double> HarmlessKinks { get; }

    /// <summary>Whether no value in sight is finite.</summary>
    public bool IsEmpty { get; }

    /// <summary>Draws.</summary>
    /// <param name="formula">A formula in one variable.</param>
    /// <param name="state">The part of the line.</param>
    public static GraphDrawing Of(Formula formula, ExplorerState state)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(state);
        return new GraphDrawing(formula, state);
    }

    /// <summary>A line through a point of the graph with a slope, from edge to edge.</summary>
    public string Line(double x, double y, double slope) =>
        $"M{Frame.At(Frame.Left, y + (slope * (Frame.Left - x)))}L{Frame.At(Frame.Right, y + (slope * (Frame.Right - x)))}";

    private static void Places(Formula formula, double[] x, out List<double> kinks, out List<double> harmless, double step)
    {
        kinks = [];
        harmless = [];
        HashSet<double> seen = [];
        foreach (FormulaNode form in formula.KinkForms)
        {
            double[] values = [.. x.Select(at => Formula.ValueOf(form, [at]))];
            for (int i = 0; i < x.Length; i++)
            {
                double? place = null;
                if (values[i] == 0 && (i == 0 || values[i - 1] != 0) && (i + 1 == x.Length || values[i + 1] != 0))
                    place = x[i];
                else if (i > 0 && values[i - 1] * values[i] < 0)
                    place = Root.Between(t => Formula.ValueOf(form, [t]), x[i - 1], x[i]);
                if (place is { } at && seen.Add(ExplorerState.Rounded(at)))
                    (KinkTest.IsKinked(t => formula.Value(at + t), step) ? kinks : harmless).Add(ExplorerState.Rounded(at));
            }
        }
    }

    private string Joined(double[] x, double[] y, double jump, double close)
    {
        StringBuilder path = new();
        bool isOpen = false;
        for (int i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(y[i]))
            {
                isOpen = false;
                continue;
            }

            bool jumps = i > 0 && x[i] - x[i - 1] <= close && Math.Abs(y[i] - y[i - 1]) > 0.02 * jump;
            path.Append(isOpen && !jumps ? 'L' : 'M').Append(Frame.At(x[i], y[i]));
            isOpen = true;
        }

        return path.ToString();
    }
}
