namespace ConservativeAD.Rules;

/// <summary>
/// All alignments of one target with one sequence (Graves, Fernández, Gomez and Schmidhuber, ICML 2006), in double and with logarithms. Places of the lattice
/// are the target's labels with blanks before, between and behind them. At every step the largest log-probability that is read is subtracted, which all
/// alignments share, so that large common numbers do not round their differences away. Its memory is used again for the next sequence.
/// </summary>
/// <param name="memory">Memory for the lattice: the numbers of <see cref="Size"/>.</param>
internal ref struct CtcLattice(Span<double> memory)
{
    private readonly Span<double> forward = memory[..(memory.Length / 5)];
    private readonly Span<double> backward = memory.Slice(memory.Length / 5, memory.Length / 5);
    private readonly Span<double> forwardMoved = memory.Slice(2 * (memory.Length / 5), memory.Length / 5);
    private readonly Span<double> backwardMoved = memory.Slice(3 * (memory.Length / 5), memory.Length / 5);
    private readonly Span<double> common = memory.Slice(4 * (memory.Length / 5), memory.Length / 5);
    private ReadOnlySpan<int> target;
    private int blank;
    private int width;
    private int steps;
    private int first;
    private int stride;

    // Minus the logarithm of the sum over all alignments, without what they share.
    private double rest;

    /// <summary>Minus the logarithm of the sum over all alignments; ∞ if there is none.</summary>
    public double Loss { get; private set; }

    /// <summary>The memory that lattices take.</summary>
    /// <param name="steps">The number of steps.</param>
    /// <param name="targets">The targets.</param>
    public static long Size(int steps, int[][] targets)
    {
        long longest = 0;
        foreach (int[] target in targets)
            longest = Math.Max(longest, target.Length);
        return 5L * steps * ((2 * longest) + 1);
    }

    /// <summary>Finds the loss.</summary>
    /// <param name="logs">All log-probabilities.</param>
    /// <param name="firstElement">The element of the first step and class 0.</param>
    /// <param name="stepStride">The distance of two steps.</param>
    /// <param name="stepCount">The number of steps.</param>
    /// <param name="labels">The target.</param>
    /// <param name="blankClass">The blank.</param>
    public void Run(scoped ReadOnlySpan<double> logs, int firstElement, int stepStride, int stepCount, ReadOnlySpan<int> labels, int blankClass)
    {
        (first, stride, steps, blank, width) = (firstElement, stepStride, stepCount, blankClass, checked((2 * labels.Length) + 1));
        target = labels;
        rest = Loss = target.IsEmpty ? 0 : double.PositiveInfinity;
        if (steps == 0)
            return;
        double shared = 0;
        for (int step = 0; step < steps; step++)
            shared += common[step] = LargestAt(step, logs);
        for (int step = 0; step < steps; step++)
        {
            for (int place = 0; place < width; place++)
            {
                double before = step == 0
                    ? place < 2 ? 0 : None
                    : LogSum(At(forward, step - 1, place, None), At(forward, step - 1, place - 1, None),
                        Skips(place) ? At(forward, step - 1, place - 2, None) : None);
                forward[(step * width) + place] = Times(before, LogAt(logs, step, place));
            }
        }

        rest = -LogSum(At(forward, steps - 1, width - 1, None), At(forward, steps - 1, width - 2, None), None);
        Loss = rest - shared;
    }

    /// <summary>Whether the best alignments are so improbable that rounding errors hide how they compare.</summary>
    public readonly bool HidesShares => Math.Abs(rest) * steps > TrustedSize;

    /// <summary>Whether a log-probability that the alignments read is not finite.</summary>
    public readonly bool ReadsNonFinite(ReadOnlySpan<double> logs)
    {
        for (int step = 0; step < steps; step++)
        {
            for (int place = 0; place < width; place++)
            {
                if (!double.IsFinite(logs[Element(step, place)]))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Subtracts weight times the share of the alignments through each class at each step: the gradient, for the weight 1.</summary>
    public readonly void Pull(ReadOnlySpan<double> logs, double weight, Span<double> gradient)
    {
        if (weight == 0 || !HasAlignments)
            return;
        RunBackward(logs);
        for (int step = 0; step < steps; step++)
        {
            for (int place = 0; place < width; place++)
                gradient[Element(step, place)] -= weight * Share(step, place);
        }
    }

    /// <summary>The derivative of the loss along tangents.</summary>
    public readonly double Move(ReadOnlySpan<double> logs, ReadOnlySpan<double> tangents)
    {
        if (!HasAlignments)
            return 0;
        RunBackward(logs);
        double moved = 0;
        for (int step = 0; step < steps; step++)
        {
            for (int place = 0; place < width; place++)
                moved -= Product(Share(step, place), tangents[Element(step, place)]);
        }

        return moved;
    }

    /// <summary>Subtracts weight times the derivatives of the shares along tangents.</summary>
    public readonly void PullMoved(ReadOnlySpan<double> logs, ReadOnlySpan<double> tangents, double weight, Span<double> gradient)
    {
        if (weight == 0 || !HasAlignments)
            return;
        RunBackward(logs);
        MoveLattice(logs, tangents);
        double total = -MovedLoss();
        for (int step = 0; step < steps; step++)
        {
            for (int place = 0; place < width; place++)
            {
                double moved = At(forwardMoved, step, place, 0) + At(backwardMoved, step, place, 0) - total;
                gradient[Element(step, place)] -= weight * Product(Share(step, place), moved);
            }
        }
    }

    // Beyond, errors of a unit in the last place of each step add to more than 10⁻⁸.
    private const double TrustedSize = 1e-8 * (1L << 52);

    private static double None => double.NegativeInfinity;

    private readonly bool HasAlignments => steps > 0 && !double.IsPositiveInfinity(rest);

    // Logarithms of the sums over the ends of alignments behind each place, without the place itself.
    private readonly void RunBackward(ReadOnlySpan<double> logs)
    {
        for (int step = steps - 1; step >= 0; step--)
        {
            for (int place = width - 1; place >= 0; place--)
            {
                backward[(step * width) + place] = step == steps - 1
                    ? place >= width - 2 ? 0 : double.NegativeInfinity
                    : LogSum(After(logs, step, place), After(logs, step, place + 1),
                        place + 2 < width && Skips(place + 2) ? After(logs, step, place + 2) : None);
            }
        }
    }

    private readonly void MoveLattice(ReadOnlySpan<double> logs, ReadOnlySpan<double> tangents)
    {
        for (int step = 0; step < steps; step++)
        {
            for (int place = 0; place < width; place++)
            {
                double before = 0;
                if (step > 0)
                {
                    double sum = At(forward, step, place) - LogAt(logs, step, place);
                    before = Part(At(forward, step - 1, place), sum, At(forwardMoved, step - 1, place, 0))
                        + Part(At(forward, step - 1, place - 1), sum, At(forwardMoved, step - 1, place - 1, 0));
                    if (Skips(place))
                        before += Part(At(forward, step - 1, place - 2), sum, At(forwardMoved, step - 1, place - 2, 0));
                }

                forwardMoved[(step * width) + place] = before + tangents[Element(step, place)];
            }
        }

        for (int step = steps - 1; step >= 0; step--)
        {
            for (int place = width - 1; place >= 0; place--)
            {
                double after = 0;
                for (int next = place; step < steps - 1 && next <= place + 2 && next < width; next++)
                {
                    if (next < place + 2 || Skips(next))
                        after += Part(After(logs, step, next), At(backward, step, place),
                            At(backwardMoved, step + 1, next, 0) + tangents[Element(step + 1, next)]);
                }

                backwardMoved[(step * width) + place] = after;
            }
        }
    }

    private readonly double MovedLoss()
    {
        double moved = -Part(At(forward, steps - 1, width - 1), -rest, At(forwardMoved, steps - 1, width - 1, 0));
        return width == 1 ? moved : moved - Part(At(forward, steps - 1, width - 2), -rest, At(forwardMoved, steps - 1, width - 2, 0));
    }

    private readonly double Share(int step, int place) => Math.Exp(At(forward, step, place) + At(backward, step, place) + rest);

    private readonly double After(ReadOnlySpan<double> logs, int step, int next) =>
        next < width ? Times(At(backward, step + 1, next), LogAt(logs, step + 1, next)) : None;

    private readonly double LogAt(scoped ReadOnlySpan<double> logs, int step, int place) => logs[Element(step, place)] - common[step];

    // The largest finite log-probability that is read at a step.
    private readonly double LargestAt(int step, scoped ReadOnlySpan<double> logs)
    {
        double largest = None;
        for (int place = 0; place < width; place++)
        {
            double log = logs[Element(step, place)];
            if (double.IsFinite(log) && log > largest)
                largest = log;
        }

        return double.IsFinite(largest) ? largest : 0;
    }

    // An alignment leaves a blank out between two different labels.
    private readonly bool Skips(int place) => place % 2 == 1 && place > 1 && target[place / 2] != target[(place / 2) - 1];

    private readonly int Element(int step, int place) => first + (step * stride) + (place % 2 == 0 ? blank : target[place / 2]);

    private readonly double At(ReadOnlySpan<double> lattice, int step, int place, double outside = double.NegativeInfinity) =>
        place < 0 ? outside : lattice[(step * width) + place];

    // The tangent of one term of a sum, weighted with its share; a tangent of 0 stays 0.
    private static double Part(double term, double sum, double tangent) => double.IsNegativeInfinity(term) ? 0 : Product(Math.Exp(term - sum), tangent);

    // What no alignment reaches does not matter, NaN included.
    private static double Times(double reached, double log) => double.IsNegativeInfinity(reached) ? reached : reached + log;

    private static double Product(double share, double tangent) => share == 0 || tangent == 0 ? 0 : share * tangent;

    private static double LogSum(double x, double y, double z)
    {
        double largest = Math.Max(x, Math.Max(y, z));
        return double.IsInfinity(largest) ? largest : largest + Math.Log(Math.Exp(x - largest) + Math.Exp(y - largest) + Math.Exp(z - largest));
    }
}
