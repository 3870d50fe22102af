using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>A Lipschitz function whose Clarke set is the whole interval everywhere.</summary>
internal sealed class SplittingFunctionPage() : LecturePage("splitting-function", "A Lipschitz function whose Clarke set is the whole ball everywhere")
{
    private const int MaximumLevel = 9;

    public override string Statement =>
        "Let A be a set such that A and its complement have positive measure in every interval. The integral of 1 on A and −1 off A is 1-Lipschitz with f′ = "
            + "±1 at "
        + "almost every point, and both values in every interval: Clarke's set is [−1, 1] everywhere. Each point is Clarke-critical, although f moves. So f "
        + "is not "
        + "path differentiable, no subgradient method can use its Clarke set, and in Baire's sense most Lipschitz functions are like this. No program "
        + "computes f; "
        + "its levels fₙ are programs, here made of fat Cantor sets: the middle 1/(n + 2)² of each interval changes its sign.";

    public override string Formula => "‖fₙ₊₁′ − fₙ′‖ in L¹ = 2/(n + 3)², summable;   fₙ(1) = Π(1 − 2/(j + 2)²) → −2·sin(π√2)/(π√2) = 0.4339;   ∂f = [−1, 1] "
        + "everywhere";

    public override string Source => "J. Borwein, W. Moors and X. Wang, Trans. Amer. Math. Soc. 2001 (most Lipschitz functions); X. Wang, Pathological "
        + "Lipschitz "
        + "functions in ℝⁿ, 1995; splitting sets: W. Rudin, Amer. Math. Monthly 1983";

    public override void Run(PageWriter page)
    {
        int level = page.Pick(MaximumLevel, 6), points = page.Pick(20, 5), samples = page.Pick(800, 500), grid = page.Pick(10_000, 4000);
        Func<int, Objective> at = page.Program("The n-th level, −1 times the first sign: a program with branches whose sides meet.", () =>
        {
            Active Split(Active x, double length, double sign, int level, int last)
            {
                if (level == last)
                    return sign * x;
                double share = 1.0 / ((level + 3) * (level + 3)), middle = share * length, side = (length - middle) / 2;
                // What the later levels leave of an interval's rise.
                double kept = sign * Enumerable.Range(level + 1, last - level - 1).Aggregate(1.0, (product, j) => product * (1 - (2.0 / ((j + 3) * (j + 3)))));
                if (x <= side)
                    return Split(x, side, sign, level + 1, last);
                if (x <= side + middle)
                    return (kept * side) + Split(x - side, middle, -sign, level + 1, last);
                return (kept * (side - middle)) + Split(x - (side + middle), side, sign, level + 1, last);
            }

            return (Func<int, Objective>)(last => Objective.OfScalars(x => Split(x[0], 1, 1, 0, last)));
        });
        Objective f = at(level), next = at(level + 1);
        double product = 1, interval = 1;
        for (int j = 1; j <= level; j++)
            (product, interval) = (product * (1 - (2.0 / ((j + 2) * (j + 2)))), interval * (1 - (1.0 / ((j + 2) * (j + 2)))) / 2);
        page.Equal($"f(1) at level {level}", f.Value([1]), product, 1e-12);
        page.Equal("f(1) at level 400, beside its limit −2·sin(π√2)/(π√2)", at(400).Value([1]),
            -2 * Math.Sin(Math.PI * Math.Sqrt(2)) / (Math.PI * Math.Sqrt(2)), 3e-3);
        (double changed, double largest) = page.Program("Slopes of two levels on a fine grid.", () =>
        {
            double changed = 0, largest = 0;
            for (int i = 0; i < grid; i++)
            {
                double[] x = [(i + 0.5) / grid];
                double slope = f.Gradient(x).Gradient[0];
                changed += Math.Abs(next.Gradient(x).Gradient[0] - slope) / grid;
                largest = Math.Max(largest, Math.Abs(Math.Abs(slope) - 1));
            }

            return (changed, largest);
        });
        page.Equal($"‖f′ − f′‖ in L¹ of levels {level} and {level + 1}", changed, 2.0 / ((level + 3) * (level + 3)), 0.15 / (level + 3));
        page.Equal("largest ||f′| − 1| on the grid", largest, 0, 0);
        (double narrowest, double farthest) = page.Program("Goldstein's sets of f at drawn points, over balls that hold a whole interval of the last level.",
            () =>
        {
            double narrowest = 2, farthest = 0;
            for (int i = 0; i < points; i++)
            {
                double x = 0.5 + (0.4 * page.Point(i, 1, 1)[0]);
                GoldsteinSubdifferential set = Clarke.Goldstein(f, [x], 4 * interval, samples, page.Seed);
                double[] slopes = [.. set.Generators.Select(slope => slope[0])];
                (narrowest, farthest) = (Math.Min(narrowest, slopes.Max() - slopes.Min()), Math.Max(farthest, set.Distance.Upper));
            }

            return (narrowest, farthest);
        });
        page.Equal($"least width of Goldstein's set at drawn points, radius {PageWriter.Text(4 * interval)}", narrowest, 2, 0);
        page.Equal("largest distance of these sets from 0: every point looks critical", farthest, 0, 1e-12);
        page.AtLeast("f(1) − f(0), which no such gradient explains", f.Value([1]) - f.Value([0]), 0.43);
        double zigzag = page.Program("Not every limit of saw teeth is like this: at slopes ±1 on equal intervals f′ does not converge, and f goes to 0.", () =>
        {
            Objective Teeth(int count) => Objective.OfScalars(x => Active.Abs((x[0] * count) - Active.Round(x[0] * count)) / count);
            return Enumerable.Range(0,
                grid).Average(i => Math.Abs(Teeth(64).Gradient([(i + 0.5) / grid]).Gradient[0] - Teeth(128).Gradient([(i + 0.5) / grid]).Gradient[0]));
        });
        page.Equal("‖f′ − f′‖ in L¹ of saw teeth with 64 and 128 teeth", zigzag, 1, 0.01);
        page.Certify($"level {level}", Tame.Certify(f, [0.37]));
        page.Remark("The certificate is that of a level. Of the limit f nothing is: f′ changes its sign in every interval, so f is not tame; and "
            + "since f′ = ±1 at almost every t while 0 is in ∂f(t), the chain rule along γ(t) = t fails for v = 0.");
        page.Draw(new Picture("levels", "The levels converge together with their derivatives: what is left of the slope −1 is seen in the flat parts.", "x",
            "f(x)")
        {
            Series = [.. new[] { 1, 2, 4, level }.Select((n, i) =>
                Picture.Line($"level {n}", i, Enumerable.Range(0, 1201).Select(k => new Place(k / 1200.0, at(n).Value([k / 1200.0]))),
                    i < 3 ? Stroke.Thin : Stroke.Line))],
        });
        int[] exponents = [.. Enumerable.Range(1, 10)];
        page.Draw(new Picture("range", "Width of Goldstein's set at 0.3 over the radius, for several levels: the finer the level, the smaller the radius at "
            + "which it is "
            + "still [−1, 1]. In the limit it is so for every radius.", "radius", "width")
        {
            IsXLogarithmic = true,
            Window = (-3.2, 0, -0.1, 2.3),
            Series = [.. new[] { 1, 3, 5, level }.Select((n, i) => Picture.Line($"level {n}", i, exponents.Select(e =>
            {
                double[] slopes = [.. Clarke.Goldstein(at(n), [0.3], Math.Pow(2, -e), samples, page.Seed).Generators.Select(slope => slope[0])];
                return new Place(Math.Pow(2, -e), slopes.Max() - slopes.Min() + (0.02 * i));
            })))],
        });
    }
}
