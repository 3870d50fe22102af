using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Stable and unstable manifolds of a saddle, drawn.</summary>
internal sealed class InvariantManifoldsPage() : LecturePage("stable-manifold", "Stable and unstable manifolds of a saddle")
{
    private const double StepSize = 0.15;
    private const double C = 0.4;
    private const double D = 0.5;
    private const double Extent = 1.6;
    private const double Near = 0.004;

    public override string Statement =>
        "At a critical point where the gradient map T is hyperbolic, the points that T carries to it form a manifold that is tangent to the stable eigenspace, "
        + "and those that T⁻¹ carries to it one that is tangent to the unstable eigenspace. The stable manifold of a strict saddle has measure 0, so descent "
        + "from a random start avoids the saddle.";

    public override string Formula => "F = ½x² − ½y² + ¼y⁴ + c·xy² + d·x²y;   Wˢ: y = d/(3 − α)·x² + O(x³),   Wᵘ: x = −c/(3 + α)·y² + O(y³)";

    public override string Source => "M. Shub, Global Stability of Dynamical Systems, 1987, theorem III.7; J. Lee, M. Simchowitz, M. Jordan and B. Recht, COLT "
        + "2016";

    public override void Run(PageWriter page)
    {
        int starts = page.Pick(100, 20), seeds = page.Pick(160, 60);
        Objective f = page.Program("F has a saddle at 0 with curvatures 1 and −1, and bends both manifolds.", () => Objective.OfScalars(x =>
        {
            Active square = x[1] * x[1];
            return (0.5 * ((x[0] * x[0]) - square)) + (0.25 * square * square) + (C * x[0] * square) + (D * x[0] * x[0] * x[1]);
        }));
        GradientMap map = new(f, StepSize);
        (List<double[]> unstable, List<double[]> stable) = page.Program("A tiny segment along each eigenvector is carried on by T and by T⁻¹.", () =>
        {
            List<double[]> Carry(double[] eigenvector, double factor, Func<double[], double[]?> step)
            {
                List<double[]> curve = [];
                for (int i = 0; i < seeds; i++)
                {
                    // From one end of the segment to the other, T covers it once.
                    double length = 1e-5 * Math.Pow(factor, (i % (seeds / 2)) / (seeds / 2.0)) * (i < seeds / 2 ? 1 : -1);
                    double[]? x = [length * eigenvector[0], length * eigenvector[1]];
                    for (int k = 0; k < 200 && x is not null && TensorPrimitives.Norm<double>(x) < Extent; k++, x = step(x))
                        curve.Add(x);
                }

                return curve;
            }

            HessianSpectrum hessian = HessianSpectrum.At(f, [0, 0]);
            return (Carry(hessian.SmallestVector, 1 + StepSize, x => map.Apply(x)),
                Carry(hessian.LargestVector, 1 / (1 - StepSize), x => map.Invert(x, 1e-15)));
        });
        SaddleEscape escape = SaddleEscape.Measure(f, [0, 0], StepSize, starts, options: new DescentOptions { Seed = page.Seed },
            cancellation: page.Cancellation);
        double nearest = page.Program("Descent from a point of the stable manifold goes to the saddle, until rounding leads it away.", () =>
        {
            double[] start = stable.Where(x => x[0] is > 0.4 and < 0.8).MinBy(x => Math.Abs(x[0] - 0.6))!;
            Trajectory run = Trajectory.Descend(f, start, new ConstantStepSize(StepSize), 400);
            return Enumerable.Range(0, run.Count).Min(k => TensorPrimitives.Norm(run.Point(k)));
        });
        page.Equal("curvature of the stable manifold, d/(3 − α)", Bend(stable, 0, 1), D / (3 - StepSize), 0.005);
        page.Equal("curvature of the unstable manifold, −c/(3 + α)", Bend(unstable, 1, 0), -C / (3 + StepSize), 0.005);
        page.AtMost("least distance from the saddle of the descent from its stable manifold", nearest, 1e-4);
        page.Equal("share of random starts beside the saddle that leave it", (double)escape.Escaped / escape.Starts, 1, 0);
        page.Equal("factor of a step along the unstable direction", escape.Bound, 1 + StepSize, 1e-9);
        CriticalPoint saddle = CriticalPoint.Classify(f, [0, 0]);
        (int inward, int centre, int outward) = map.Split([0, 0]);
        page.Says("kind of 0", saddle.Kind, CriticalPointKind.StrictSaddle);
        page.Says("dimensions of stable, centre and unstable space", (inward, centre, outward), (1, 0, 1));
        page.Certify("F", Tame.Certify(f, [0.1, 0.1]));
        page.Assume("0 is hyperbolic for T", centre == 0, "no eigenvalue of DT(0) has modulus 1");
        SmoothnessConstant smoothness = SmoothnessConstant.Over(f, Box.Cube(2, -1.2, 1.2), page.Pick(200, 50));
        page.Assume("α < 1/L", StepSize < 1 / smoothness.Value, $"α = {StepSize}; L = {PageWriter.Text(smoothness.Value)} is the largest seen in a box");
        List<List<Place>> runs = [];
        for (int i = 0; i < page.Pick(24, 8); i++)
        {
            double[] start = page.Point(i, 2, 1.2);
            Trajectory run = Trajectory.Descend(f, start, new ConstantStepSize(StepSize), 200, new DescentOptions { StopBelow = 1e-4 });
            runs.Add([.. Enumerable.Range(0, run.Count).Select(k => new Place(run.Point(k)[0], run.Point(k)[1]))]);
        }

        page.Draw(new Picture("drawn", "The stable manifold parts the starts of the two minima; the unstable one leads to them. Thin: runs of descent.", "x",
            "y")
        {
            IsSquare = true,
            Window = (-1.4, 1.4, -1.4, 1.4),
            Levels = (x, y) => f.Value([x, y]),
            Series =
            [
                Picture.Lines("gradient descent", -1, runs, Stroke.Thin),
                Picture.Line("stable manifold", 0, Sorted(stable, 0)),
                Picture.Line("unstable manifold", 1, Sorted(unstable, 1)),
                Picture.Line("saddle", 6, [new Place(0, 0)], Stroke.Dots),
            ],
        });
    }

    private static IEnumerable<Place> Sorted(List<double[]> curve, int along) => curve.OrderBy(x => x[along]).Select(x => new Place(x[0], x[1]));

    // The coefficient of the square, by least squares with a cubic term, near 0.
    private static double Bend(List<double[]> curve, int along, int across)
    {
        double s4 = 0, s5 = 0, s6 = 0, right2 = 0, right3 = 0;
        foreach (double[] point in curve.Where(x => Math.Abs(x[along]) is > Near / 4 and < Near * 4))
        {
            double t = point[along], t2 = t * t;
            (s4, s5, s6) = (s4 + (t2 * t2), s5 + (t2 * t2 * t), s6 + (t2 * t2 * t2));
            (right2, right3) = (right2 + (t2 * point[across]), right3 + (t2 * t * point[across]));
        }

        return ((right2 * s6) - (right3 * s5)) / ((s4 * s6) - (s5 * s5));
    }
}
