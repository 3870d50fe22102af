namespace ConservativeAD.Scalars;

/// <summary>
/// Places a limited number of snapshots in a chain of steps to be reversed, so that as few steps as possible are recomputed (A. Griewank and A. Walther,
/// Algorithm 799: revolve, ACM Trans. Math. Softw. 26, 2000, section 2).
/// </summary>
internal static class BinomialSchedule
{
    /// <summary>The number of steps to advance from a snapshot before the next one is taken.</summary>
    /// <param name="steps">The number of steps to reverse, at least two.</param>
    /// <param name="snapshots">The number of snapshots available in addition to the one at the beginning, at least one.</param>
    public static int Advance(int steps, int snapshots)
    {
        // With s snapshots, including the one at the beginning, and at most r recomputations of each step, (s + r choose s) steps can be reversed.
        int held = snapshots + 1, repeats = 1;
        while (Reach(held, repeats) < steps)
            repeats++;
        return (int)Math.Min(Reach(held, repeats - 1), steps - Reach(held - 1, repeats - 1));
    }

    /// <summary>(s + r choose s), or a number larger than any number of steps.</summary>
    private static long Reach(int snapshots, int repeats)
    {
        long reach = 1;
        for (int i = 1; i <= snapshots; i++)
        {
            reach = reach * (repeats + i) / i;
            if (reach > int.MaxValue)
                return int.MaxValue;
        }

        return reach;
    }
}
