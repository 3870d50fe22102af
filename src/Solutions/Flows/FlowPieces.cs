using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>Chooses the smooth piece of a field that a solution enters at a point.</summary>
/// <param name="field">The field.</param>
/// <param name="along">1 if the time increases along the solution, −1 if it decreases.</param>
internal sealed class FlowPieces(FlowField field, int along)
{
    // The share of a rate's terms below which it is rounding.
    private const double Rounding = 1e-14;

    // Gradients are parallel if their angle is below the root of this.
    private const double ParallelRounding = 1e-10;

    // The distance from a surface, as a share of the size of the state, within which the solution is on it.
    private const double OnSurface = 1e-9;

    // Fields that differ by a smaller share are equal up to rounding.
    private const double SameField = 1e-12;

    // The same for fields a small distance apart.
    private const double SameFieldNearby = 1e-6;

    /// <summary>The kinks that the solution rests on, by the names of their operations.</summary>
    public SortedSet<string> Rests { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a chosen piece was next to a jump.</summary>
    public bool IsAtJump { get; private set; }

    /// <summary>The piece that a solution enters from a point.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">The state.</param>
    /// <param name="direction">The direction of state and parameters that decides at kinks that the solution stays on; null for none.</param>
    public FlowMode Enter(double time, double[] state, IReadOnlyList<double>? direction)
    {
        IsAtJump = false;
        FlowLook look = field.Look(FlowMode.Free, time, state);
        int place = Array.FindIndex(look.Switches, met => met.IsAtKink);
        if (place < 0)
            return new FlowMode(Array.ConvertAll(look.Switches, met => met.Reference));
        double[] normal = field.GradientOf(look.Switches[place]);
        double[] above = Complete(time, state, References(look, place), (met, at) => Side(met, at, normal, 1)),
            below = Complete(time, state, References(look, place), (met, at) => Side(met, at, normal, -1));
        double[] up = field.Value(new FlowMode(above), time, state), down = field.Value(new FlowMode(below), time, state);
        double rateAbove = Rate(normal, up), rateBelow = Rate(normal, down);
        if (Differ(up, down))
        {
            IsAtJump = true;
            if (rateAbove > 0 && rateBelow >= 0)
                return new FlowMode(above);
            if (rateAbove <= 0 && rateBelow < 0)
                return new FlowMode(below);
            if (rateAbove < 0 && rateBelow > 0)
                return Slide(time, state, below, [above], [normal]);
            throw FlowException.At(FlowFailure.NotDetermined,
                $"The field jumps at {look.Switches[place].Operation.Name} and leads away on both sides, or along it, so that the solution is not determined.",
                time, state);
        }

        if (rateAbove != 0)
            return new FlowMode(rateAbove > 0 ? above : below);
        double[] resting = Complete(time, state, References(look, place), (met, at) => Resting(met, at, normal, direction));
        if (Differ(field.Value(new FlowMode(resting), time, state), up))
        {
            // The surface itself has a branch of its own, from which the field jumps to either side.
            IsAtJump = true;
            return new FlowMode(above);
        }

        Rests.Add(look.Switches[place].Operation.Name);
        return new FlowMode(resting);
    }

    /// <summary>The piece on the other side of a surface that the solution has just passed.</summary>
    /// <param name="look">The field beside the surface, on the piece before it.</param>
    /// <param name="pieces">The references of that piece.</param>
    /// <param name="place">The first switch that changed.</param>
    /// <param name="normal">The gradient of the surface.</param>
    /// <param name="side">The side on which the solution now is.</param>
    public double[] Beyond(FlowLook look, double[] pieces, int place, double[] normal, int side)
    {
        double reference = look.Switches[place].IsAtKink ? look.Switches[place].ReferenceTowards(side) : look.Switches[place].Reference;
        return Complete(look.Time, look.State, [.. pieces.Take(place), reference], (met, at) => Side(met, at, normal, side));
    }

    /// <summary>The mode of sliding along surfaces, from those whose jumps keep the solution on them; the others let it go.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">The state.</param>
    /// <param name="first">The piece before all surfaces.</param>
    /// <param name="others">For each surface the piece beyond it.</param>
    /// <param name="normals">For each surface its gradient.</param>
    public FlowMode Slide(double time, double[] state, double[] first, IReadOnlyList<double[]> others, IReadOnlyList<double[]> normals)
    {
        bool[][] ofSurfaces = [OfSurfaces(first, normals), .. others.Select(other => OfSurfaces(other, normals))];
        List<SlidingSurface> surfaces = [];
        for (int k = 0; k < others.Count; k++)
            surfaces.Add(new SlidingSurface(others[k], Array.IndexOf(OfSurfaces(first, [normals[k]]), true)));
        FlowMode mode = new(first) { Sliding = new Sliding(surfaces, [.. ofSurfaces.SelectMany(of => of)]) };
        FlowLook look = field.Look(mode, time, state);
        return look.LeavesSurface ? Released(mode, look) : mode;

        bool[] OfSurfaces(double[] references, IReadOnlyList<double[]> gradients)
        {
            FlowLook own = field.Look(new FlowMode(references), time, state);
            return [.. own.Switches.Select((met, i) =>
            {
                double[] gradient = field.GradientOf(met);
                return IsNear(met, references[i], OnSurface * Size(gradient, state)) && gradients.Any(normal => AreParallel(gradient, normal));
            })];
        }
    }

    /// <summary>The mode after the surfaces that do not hold the solution have let it go.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="look">The field in this mode, with the shares.</param>
    public FlowMode Released(FlowMode mode, FlowLook look)
    {
        IReadOnlyList<SlidingSurface> surfaces = mode.Sliding!.Surfaces;
        double[][] others = [.. surfaces.Select(surface => surface.OtherPieces)];
        double[] first = mode.Pieces;
        if (surfaces.Count == 1)
            return new FlowMode(look.Shares[0] < 0 ? first : others[0]);
        List<int> kept = [.. Enumerable.Range(0, others.Length).Where(k => !(look.Shares[k] is < 0 or > 1))];
        for (int k = 0; k < others.Length; k++)
        {
            if (!(look.Shares[k] > 1))
                continue;
            double[] beyond = surfaces[k].OtherPieces;
            others = Array.ConvertAll(others, other => With(other, mode.Pieces, beyond));
            first = With(first, mode.Pieces, beyond);
        }

        double[][] normals = [.. kept.Select(k => field.Normal(mode, k, look.Time, look.State))];
        return kept.Count == 0 ? new FlowMode(first) : Slide(look.Time, look.State, first, [.. kept.Select(k => others[k])], normals);
    }

    // References with the changes that lead from one piece to another.
    private static double[] With(double[] references, double[] from, double[] to) =>
        [.. references.Select((reference, i) => double.Equals(from[i], to[i]) ? reference : to[i])];

    /// <summary>Whether a field may jump where an operation of its program leaves its piece.</summary>
    public static bool MayJump(OperationFacts operation) => !operation.IsContinuous || ReferenceEquals(operation, OperationFacts.Comparison);

    /// <summary>Whether the field jumps where a switch leaves its piece, within a distance of its value.</summary>
    public bool JumpsAt(FlowLook look, double[] pieces, int place, double distance)
    {
        ScalarSwitch met = look.Switches[place];
        double reference = pieces[place];
        if (double.IsNaN(reference))
            return false;
        double low = met.Value - distance, high = met.Value + distance;
        double beyond = met.AreOnOnePiece is null ? -reference : met.IsOff(reference, high) ? high : met.IsOff(reference, low) ? low : met.Value;
        double[] other = Complete(look.Time, look.State, [.. pieces.Take(place), beyond], (_, _) => double.NaN);
        double[] there = field.Value(new FlowMode(other), look.Time, look.State);
        double largest = Math.Max(Dense.Largest(there), Dense.Largest(look.Rates));
        return !(Dense.Largest(Vectors.Difference(there, look.Rates)) <= SameFieldNearby * largest);
    }

    /// <summary>Whether a switch's piece ends within a distance of its value.</summary>
    public static bool IsNear(ScalarSwitch met, double reference, double distance) => !double.IsNaN(reference)
        && (met.IsAtKink || met.IsOff(reference) || met.IsOff(reference, met.Value + distance) || met.IsOff(reference, met.Value - distance));

    /// <summary>Whether two fields differ by more than rounding.</summary>
    public static bool Differ(double[] one, double[] other) =>
        !(Dense.Largest(Vectors.Difference(one, other)) <= SameField * (Dense.Largest(one) + Dense.Largest(other)));

    /// <summary>Whether two surfaces have the same direction.</summary>
    public static bool AreParallel(double[] one, double[] other)
    {
        double product = Vectors.Dot(one, other), size = Vectors.Norm(one) * Vectors.Norm(other);
        return Math.Abs(product) >= (1 - ParallelRounding) * size;
    }

    /// <summary>The rate of a switch along a field, in the direction of the solution; 0 if it is rounding.</summary>
    public double Rate(double[] gradient, double[] rates)
    {
        double rate = gradient[^1], terms = Math.Abs(gradient[^1]);
        for (int i = 0; i < rates.Length; i++)
        {
            rate += gradient[i] * rates[i];
            terms += Math.Abs(gradient[i] * rates[i]);
        }

        return Math.Abs(rate) <= Rounding * terms ? 0 : along * rate;
    }

    private static double Size(double[] normal, double[] state)
    {
        double size = 0;
        for (int i = 0; i < state.Length; i++)
            size += Math.Abs(normal[i]) * (1 + Math.Abs(state[i]));
        return size + Math.Abs(normal[^1]);
    }

    private static List<double> References(FlowLook look, int count) => [.. look.Switches.Take(count).Select(met => met.Reference)];

    // Holds the program on the given pieces and follows it from there; switches at a kink are decided one by one.
    private double[] Complete(double time, double[] state, List<double> pieces, Func<ScalarSwitch, FlowLook, double> decide)
    {
        while (true)
        {
            FlowLook look = field.Look(new FlowMode([.. pieces]), time, state);
            bool isWhole = true;
            for (int i = pieces.Count; i < look.Switches.Length && isWhole; i++)
            {
                ScalarSwitch met = look.Switches[i];
                double reference = met.IsAtKink ? decide(met, look) : met.Reference;
                pieces.Add(reference);
                isWhole = !met.IsAtKink || double.IsNaN(reference);
            }

            if (isWhole)
                return [.. pieces];
        }
    }

    // The side of a switch at its kink, given the side of a surface: that of the surface if it is the same one, otherwise the side that the solution moves to.
    private double Side(ScalarSwitch met, FlowLook look, double[] normal, int side)
    {
        double[] gradient = field.GradientOf(met);
        int own = AreParallel(gradient, normal) ? side * Math.Sign(Vectors.Dot(gradient, normal)) : Math.Sign(Rate(gradient, look.Rates));
        return own == 0 ? double.NaN : met.ReferenceTowards(own);
    }

    private double Resting(ScalarSwitch met, FlowLook look, double[] normal, IReadOnlyList<double>? direction)
    {
        double[] gradient = field.GradientOf(met);
        int side = AreParallel(gradient, normal) ? 0 : Math.Sign(Rate(gradient, look.Rates));
        if (side == 0 && direction is not null)
        {
            double moved = 0;
            for (int k = 0; k < direction.Count; k++)
                moved += gradient[k] * direction[k];
            side = Math.Sign(moved);
        }

        return side == 0 ? double.NaN : met.ReferenceTowards(side);
    }
}
