namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Lexicographic gradients of programs on tensors, which carry one direction at a time. Each kink is decided, in program order, by the first direction that
/// leaves it.
/// </summary>
internal static class LexicographicLocks
{
    // A product of a form and a direction counts as 0 below this, relative to the sizes of both: the direction lies in the kink.
    private const double InKink = 1e-12;

    public static ClarkeElement Gradient(Objective objective, ReadOnlySpan<double> point, double[][] basis, RecordedRun plain)
    {
        double[] direction = Mixed(basis);
        OpenCone cone = OpenCone.WholeSpace;
        while (true)
        {
            using RecordedRun run = objective.RunBeside(point, direction);
            double[]? turned = null;
            int astray = 0;
            foreach (SwitchingForm form in run.Forms)
            {
                if (form.IsCurved)
                {
                    run.LeaveAlong(form.Node, basis);
                    continue;
                }

                double[] row = run.Pull(form);
                if (!Array.TrueForAll(row, double.IsFinite))
                {
                    ClarkeElement refused = Clarke.Along(objective, point, [direction], plain, run, null);
                    return refused with { Certificate = refused.Certificate with { Obstacles = [.. refused.Certificate.Obstacles, form.Refused(row)] } };
                }

                int sign = LexicographicSign(row, basis);
                double[] towards = sign > 0 ? row : Vectors.Scaled(row, -1);
                if (sign == 0 || (sign > 0 && cone.Has(row)))
                    continue;
                bool isKnown = cone.Has(towards);
                cone = cone.With(towards);

                // A form is positive on the chosen piece.
                if (sign > 0)
                    continue;
                astray++;
                if (isKnown)
                    continue;
                turned = cone.Direction();
                if (turned is not null)
                    break;
            }

            if (turned is null)
            {
                ClarkeElement element = Clarke.Along(objective, point, [direction], plain, run, null);
                return element with { Certificate = element.Certificate with { UndecidedKinks = element.Certificate.UndecidedKinks + astray } };
            }

            direction = turned;
        }
    }

    // A first guess at a direction equivalent to the ordered directions; decisions correct it.
    private static double[] Mixed(double[][] basis)
    {
        double[] direction = new double[basis[0].Length];
        double weight = 1;
        foreach (double[] part in basis)
        {
            for (int i = 0; i < direction.Length; i++)
                direction[i] += weight * part[i];
            weight *= 0.25;
        }

        return direction;
    }

    private static int LexicographicSign(double[] row, double[][] basis)
    {
        double size = Vectors.Norm(row);
        foreach (double[] direction in basis)
        {
            double product = Vectors.Dot(row, direction);
            if (Math.Abs(product) > InKink * size * Vectors.Norm(direction))
                return Math.Sign(product);
        }

        return 0;
    }
}
