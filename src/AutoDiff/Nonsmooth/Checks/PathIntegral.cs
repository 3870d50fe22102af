namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Compares ∫⟨v(γ(t)), γ'(t)⟩dt with F(γ(t)) − F(γ(0)). The path is refined where the two differ or where the integrand is rough, so that kinks and jumps
/// become breakpoints.
/// </summary>
internal sealed class PathIntegral
{
    private const int FirstPieces = 8;
    private const int MaximumPieces = 160;

    // Nodes have few binary digits, so that a path along integers stays exactly inside the kinks that it runs along.
    private const double Grid = 1 << 26;

    private static readonly double[] Nodes =
        [0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
            0.586087235467691130294144091670, 0.405845151377397166906606412076961, 0.207784955007898467600689403773245, 0];

    private static readonly double[] Kronrod =
        [0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
            0.169004726639267902826583426598550, 0.190350578064785409913256402421014, 0.204432940075298892414161999234649, 0.209482141084727828012999174891714];

    private static readonly double[] Gauss = [0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975,
        0.417959183673469387755102040816327];

    private readonly Objective objective;
    private readonly Selections? selections;
    private readonly TestPath path;

    private PathIntegral(Objective objective, Selections? selections, TestPath path)
    {
        this.objective = objective;
        this.selections = selections;
        this.path = path;
    }

    /// <summary>The defect at each breakpoint: the integral so far minus the change of the value.</summary>
    public List<(double Time, double Defect)> Defects { get; } = [];

    public double Integral { get; private set; }

    public double Change { get; private set; }

    /// <summary>The largest defect over all parts of the path.</summary>
    public double Largest => Defects.Max(entry => entry.Defect) - Defects.Min(entry => entry.Defect);

    public static PathIntegral Along(Objective objective, Selections? selections, TestPath path, double tolerance)
    {
        PathIntegral integral = new(objective, selections, path);
        integral.Refine(tolerance);
        return integral;
    }

    private void Refine(double tolerance)
    {
        PriorityQueue<Piece, double> open = new();
        List<Piece> done = [];
        double[] times = [.. Enumerable.Range(0, FirstPieces + 1).Select(i => (double)i / FirstPieces)];
        double[] values = [.. times.Select(time => objective.Value(path.At(time)))];
        for (int i = 0; i < FirstPieces; i++)
            Add(times[i], times[i + 1], values[i], values[i + 1]);
        for (int pieces = FirstPieces; pieces < MaximumPieces && open.TryDequeue(out Piece piece, out _); pieces++)
        {
            double middle = Math.Round((piece.From + piece.To) / 2 * Grid) / Grid;
            if (middle <= piece.From || middle >= piece.To)
            {
                done.Add(piece);
                continue;
            }

            double value = objective.Value(path.At(middle));
            Add(piece.From, middle, piece.ValueFrom, value);
            Add(middle, piece.To, value, piece.ValueTo);
        }

        done.AddRange(open.UnorderedItems.Select(item => item.Element));
        double defect = 0;
        Defects.Add((0, 0));
        foreach (Piece piece in done.OrderBy(piece => piece.From))
        {
            Integral += piece.Integral;
            defect += piece.Integral - (piece.ValueTo - piece.ValueFrom);
            Defects.Add((piece.To, defect));
        }

        Change = values[^1] - values[0];

        void Add(double from, double to, double valueFrom, double valueTo)
        {
            (double integral, double error) = Quadrature(from, to);
            Piece piece = new(from, to, valueFrom, valueTo, integral);
            double trouble = Math.Max(error, Math.Abs(integral - (valueTo - valueFrom)));
            if (trouble <= tolerance * (to - from))
                done.Add(piece);
            else
                open.Enqueue(piece, -trouble);
        }
    }

    // Gauss–Kronrod quadrature with 7 and 15 points.
    private (double Integral, double Error) Quadrature(double from, double to)
    {
        double centre = (from + to) / 2, half = (to - from) / 2, kronrod = 0, gauss = 0;
        for (int i = 0; i < Nodes.Length; i++)
        {
            double sum = Integrand(centre + (half * Nodes[i]));
            if (Nodes[i] != 0)
                sum += Integrand(centre - (half * Nodes[i]));
            kronrod += Kronrod[i] * sum;
            if (i % 2 == 1)
                gauss += Gauss[i / 2] * sum;
        }

        return (half * kronrod, half * Math.Abs(kronrod - gauss));
    }

    private double Integrand(double time)
    {
        double t = Math.Round(time * Grid) / Grid;
        return Vectors.Dot(objective.Gradient(path.At(t), selections).Gradient, path.VelocityAt(t));
    }

    private readonly record struct Piece(double From, double To, double ValueFrom, double ValueTo, double Integral);
}
