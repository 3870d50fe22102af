namespace ConservativeAD;

/// <summary>
/// Where to put snapshots in a chain of steps that is to be reversed with a bounded number of them, so that as few steps as possible are computed again
/// (A. Griewank and A. Walther, Algorithm 799: revolve, ACM Trans. Math. Softw. 26, 2000, section 2).
/// </summary>
internal static class BinomialSchedule
{
    /// <summary>How many steps to advance from a snapshot before the next is taken.</summary>
    /// <param name="steps">The steps to reverse, two at least.</param>
    /// <param name="snapshots">The snapshots that may be held beside the one at the beginning, one at least.</param>
    public static int Advance(int steps, int snapshots)
    {
        // With s snapshots, that at the beginning included, and no step computed again more than r times, (s + r choose s) steps can be reversed.
        int held = snapshots + 1, repeats = 1;
        while (Reach(held, repeats) < steps)
            repeats++;
        return (int)Math.Min(Reach(held, repeats - 1), steps - Reach(held - 1, repeats - 1));
    }

    /// <summary>(s + r choose s), or a number above every number of steps.</summary>
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
