using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>Compares a set that is found by regularity with the enumeration of all pieces.</summary>
internal static class RegularSets
{
    /// <summary>
    /// Holds the certificate to the definition, F°(x; d) = F'(x; d), on every cell and along random directions, and compares the support functions, the
    /// elements of least norm and the membership of both sets.
    /// </summary>
    public static void Agree(double[] point, string text, Objective objective, RegularityCertificate certificate, ClarkeSubdifferential cells,
        ClarkeSubdifferential regular, ulong seed)
    {
        int n = point.Length;
        double scale = 1 + cells.Generators.Max(generator => generator.Max(Math.Abs));
        string where = $"{text}: {certificate}, {cells} but {regular}";
        Assert.True(Math.Abs(cells.Distance.Upper - regular.Distance.Upper) <= 1e-9 * scale, where);
        Assert.True(regular.Distance.Lower <= cells.Distance.Upper + (1e-9 * scale), where);
        foreach (ClarkeCell cell in cells.Cells)
        {
            double size = 1e-9 * scale * cell.Direction.Max(Math.Abs), derivative = Dot(cell.Gradient, cell.Direction);
            double[] products = [.. cells.Generators.Select(generator => Dot(generator, cell.Direction))];
            bool isExtreme = certificate.Sense == RegularitySense.NegativeRegular ? derivative <= products.Min() + size : derivative >= products.Max() - size;
            Assert.True(isExtreme && (certificate.Sense != RegularitySense.Smooth || products.Max() - products.Min() <= size),
                $"{where}; derivative {derivative} along {string.Join(" ", cell.Direction)}");
        }

        double[] directions = new double[6 * n];
        new Philox(seed, 77).Normal<double>(directions, 0, 1);
        for (int i = 0; i < 6; i++)
        {
            double[] d = directions[(i * n)..((i + 1) * n)], opposite = Array.ConvertAll(d, x => -x);
            double support = cells.DirectionalDerivative(d).Upper, derivative = Clarke.DirectionalDerivative(objective, point, d);
            Assert.True(Math.Abs(support - regular.DirectionalDerivative(d).Upper) <= 1e-9 * scale, where);
            double byRegularity = certificate.Sense == RegularitySense.NegativeRegular ? -cells.DirectionalDerivative(opposite).Upper : support;
            Assert.True(Math.Abs(byRegularity - derivative) <= 1e-7 * scale, $"{where}; derivative {derivative} along {string.Join(" ", d)}");
        }

        double[] mean = [.. Enumerable.Range(0, n).Select(i => cells.Generators.Average(generator => generator[i]))];
        Assert.True(regular.Contains(mean, 1e-6 * scale), where);
        Assert.All(cells.Generators, generator => Assert.True(regular.Contains(generator, 1e-6 * scale), where));
        double[] outside = [.. mean.Zip(directions, (m, d) => m + (3 * scale * d))];
        Assert.Equal(cells.Contains(outside, 1e-6 * scale), regular.Contains(outside, 1e-6 * scale));
        if (cells.FrechetContains(mean, 1e-6 * scale) is { } isFrechet && regular.FrechetContains(mean, 1e-6 * scale) is { } saysFrechet)
            Assert.True(isFrechet == saysFrechet, where);
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
