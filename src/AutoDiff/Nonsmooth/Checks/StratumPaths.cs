using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>Finds segments along which operations stay at their kinks. Only such paths show which values are returned there.</summary>
internal static class StratumPaths
{
    private const int Attempts = 400;
    private const double Length = 0.5;

    public static IEnumerable<TestPath> Find(Objective objective, Box domain, int count, ulong seed, CancellationToken cancellation)
    {
        int found = 0;
        for (int attempt = 0; attempt < Attempts && found < count; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] start = PointWithTies(domain, seed, Streams.StratumStarts, attempt);
            int kinks = KinksAt(objective, start);
            if (kinks == 0)
                continue;
            foreach (double[] direction in Directions(objective, start, seed, attempt))
            {
                double[] velocity = Vectors.Scaled(direction, Length / direction.Max(Math.Abs));
                TestPath path = new(PathKind.Stratum, start, velocity, new double[start.Length]);
                if (!domain.Contains(path.At(1)) || KinksAt(objective, path.At(0.375)) == 0 || KinksAt(objective, path.At(0.8125)) == 0)
                    continue;
                yield return path;
                if (++found == count)
                    yield break;
                break;
            }
        }
    }

    /// <summary>Segments from points at kinks to random points.</summary>
    public static IEnumerable<TestPath> Leaving(Objective objective, Box domain, int count, ulong seed, CancellationToken cancellation)
    {
        int found = 0;
        for (int attempt = 0; attempt < Attempts && found < count; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] start = PointWithTies(domain, seed, Streams.LeavingStarts, attempt);
            if (KinksAt(objective, start) == 0)
                continue;
            double[] end = domain.Draw(Philox.For(seed, (uint)Streams.LeavingEnds, (ulong)attempt));
            found++;
            yield return new TestPath(PathKind.Leaving, start, Vectors.Difference(end, start), new double[start.Length]);
        }
    }

    // Points with few binary digits, zeros, and equal or opposite coordinates, for which sums and differences are exact and kinks are hit.
    private static double[] PointWithTies(Box domain, ulong seed, Streams stream, int attempt)
    {
        double[] point = domain.Draw(Philox.For(seed, (uint)stream, (ulong)attempt)), fate = new double[point.Length], partner = new double[point.Length];
        Philox.For(seed, (uint)(stream == Streams.StratumStarts ? Streams.StratumTieFates : Streams.LeavingTieFates), (ulong)attempt)
            .Uniform<double>(fate, 0, 1);
        Philox.For(seed, (uint)(stream == Streams.StratumStarts ? Streams.StratumTiePartners : Streams.LeavingTiePartners), (ulong)attempt)
            .Uniform<double>(partner, 0, 1);
        for (int i = 0; i < point.Length; i++)
        {
            double kept = point[i];
            int other = (int)(partner[i] * point.Length);
            point[i] = fate[i] switch
            {
                < 0.25 => 0,
                < 0.5 => point[other],
                < 0.6 => -point[other],
                < 0.85 => Math.Round(point[i]),
                _ => point[i],
            };
            point[i] = Math.Round(point[i] * 8) / 8;
            if (point[i] < domain.Lower[i] || point[i] > domain.Upper[i])
                point[i] = Math.Clamp(Math.Round(kept * 8) / 8, domain.Lower[i], domain.Upper[i]);
        }

        // In the first attempts all coordinates are equal, so that sorts and maxima tie throughout.
        if (attempt < 4)
            Array.Fill(point, point[0]);
        return domain.Contains(point) ? point : domain.Draw(Philox.For(seed, (uint)stream, (ulong)attempt));
    }

    private static int KinksAt(Objective objective, double[] point)
    {
        using RecordedRun run = objective.Run(point);
        return run.HasKinks ? (int)Math.Min(int.MaxValue, run.Kinks().Count) : 0;
    }

    // Directions in the kernel of the forms that decide here, with integer coordinates if the forms allow it; then simple directions.
    private static IEnumerable<double[]> Directions(Objective objective, double[] point, ulong seed, int attempt)
    {
        int n = point.Length;
        double[] draws = new double[n];
        Philox.For(seed, (uint)Streams.StratumMixtures, (ulong)attempt).Normal<double>(draws, 0, 1);
        List<double[]> rows = [];
        using (RecordedRun run = objective.Run(point, null, draws))
            rows.AddRange(run.Forms.Where(form => !form.IsCurved).Select(run.Pull).Where(row => Vectors.Norm(row) > 0));
        int kept = rows.Count == 0 ? 0 : 1 + (attempt % rows.Count);
        foreach (int skipped in new[] { 0, rows.Count - kept })
        {
            foreach (double[] direction in WholeKernel.Of(rows.Skip(skipped), n, draws))
                yield return direction;
        }

        for (int trial = 0; trial < 6; trial++)
        {
            double[] simple = new double[n];
            Philox.For(seed, (uint)Streams.StratumDirections, (ulong)((attempt * 6) + trial)).Uniform<double>(simple, -1.5, 1.5);
            simple = Array.ConvertAll(simple, Math.Round);
            if (simple.Any(x => x != 0))
                yield return simple;
        }
    }
}
