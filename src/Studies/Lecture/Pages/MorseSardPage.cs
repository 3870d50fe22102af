using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Critical values of tame functions are few.</summary>
internal sealed class MorseSardPage() : LecturePage("morse-sard", "Morse–Sard: critical values found")
{
    public override string Statement =>
        "A semi-algebraic function has finitely many critical values, and a definable one too, also with Clarke's subdifferential in place of the gradient. "
        + "For smooth functions the set of critical values has measure 0 if F is Cᵖ on ℝᵖ. C¹ is not enough: H. Whitney built a C¹ function on the plane that "
        + "is "
        + "not constant on a connected set of its critical points.";

    public override string Formula => "F = (x² − 1)² + 2(y² − 1)²: nine critical points, values 0, 1, 2, 3;   G = ||x| − 1|: three, values 0 and 1";

    public override string Source => "J. Bolte, A. Daniilidis, A. Lewis and M. Shiota, SIAM J. Optim. 2007; H. Whitney, Duke Math. J. 1935";

    public override void Run(PageWriter page)
    {
        int starts = page.Pick(300, 60);
        Objective f = page.Program("F is a polynomial.", () => Objective.OfScalars(x =>
        {
            Active a = (x[0] * x[0]) - 1, b = (x[1] * x[1]) - 1;
            return (a * a) + (2 * b * b);
        }));
        List<double[]> found = page.Program("Newton's method for ∇F = 0, with the engine's Hessian, from many starts.", () =>
        {
            List<double[]> found = [];
            for (int i = 0; i < starts; i++)
            {
                double[] x = page.Point(i, 2, 1.8);
                for (int k = 0; k < 100; k++)
                {
                    HessianProducts hessian = f.Hessian(x);
                    (double a, double b, double d) = (hessian.Products[0, 0], hessian.Products[0, 1], hessian.Products[1, 1]);
                    double determinant = (a * d) - (b * b);
                    double[] gradient = hessian.Gradient;
                    if (determinant == 0 || TensorPrimitives.Norm<double>(gradient) == 0)
                        break;
                    x[0] -= ((d * gradient[0]) - (b * gradient[1])) / determinant;
                    x[1] -= ((a * gradient[1]) - (b * gradient[0])) / determinant;
                }

                if (TensorPrimitives.Norm<double>(f.Gradient(x).Gradient) < 1e-10 && !found.Exists(other => TensorPrimitives.Distance<double>(other, x) < 1e-6))
                    found.Add(x);
            }

            return found;
        });
        CriticalPoint[] points = [.. found.Select(x => CriticalPoint.Classify(f, x))];
        IReadOnlyList<double> values = CriticalPoint.DistinctValues(points);
        page.Equal("critical points found", found.Count, 9, 0);
        page.Equal("critical values found", values.Count, 4, 0);
        page.Says("the values", string.Join(", ", values.Select(value => PageWriter.Text(Math.Round(value, 9) + 0))), "0, 1, 2, 3");
        page.Equal("strict minima among them", points.Count(point => point.Kind == CriticalPointKind.StrictMinimum), 4, 0);
        page.Equal("strict saddles", points.Count(point => point.Kind == CriticalPointKind.StrictSaddle), 4, 0);
        page.Equal("strict maxima", points.Count(point => point.Kind == CriticalPointKind.StrictMaximum), 1, 0);
        page.Equal("minima − saddles + maxima, the Euler characteristic of the plane", points.Sum(point => point.Index % 2 == 0 ? 1 : -1), 1, 0);
        (int count, string kinked) = page.Program("G has kinks: its points are critical for Clarke's subdifferential.", () =>
        {
            Objective g = Objective.OfScalars(x => Active.Abs(Active.Abs(x[0]) - 1));
            CriticalPoint[] candidates = [.. Enumerable.Range(-8, 17).Select(k => CriticalPoint.Classify(g, [k / 4.0]))];
            return (candidates.Count(point => point.Kind == CriticalPointKind.Nonsmooth), string.Join(", ", CriticalPoint.DistinctValues(candidates)));
        });
        page.Equal("Clarke-critical points of G among −2, −1.75, …, 2", count, 3, 0);
        page.Says("their values", kinked, "0, 1");
        page.Certify("F", Tame.Certify(f, [0.5, 0.5]));
        page.Certify("G", Tame.Certify(Objective.OfScalars(x => Active.Abs(Active.Abs(x[0]) - 1)), [0.5]));
        page.Draw(new Picture("points", "Level sets of F and the nine critical points, by kind.", "x", "y")
        {
            IsSquare = true,
            Window = (-1.7, 1.7, -1.7, 1.7),
            Levels = (x, y) => f.Value([x, y]),
            Series =
            [
                Of("minima, F = 0", 2, CriticalPointKind.StrictMinimum),
                Of("saddles, F = 1 and 2", 1, CriticalPointKind.StrictSaddle),
                Of("maximum, F = 3", 0, CriticalPointKind.StrictMaximum),
            ],
        });

        Series Of(string label, int color, CriticalPointKind kind) =>
            Picture.Line(label, color, found.Where((_, i) => points[i].Kind == kind).Select(x => new Place(x[0], x[1])), Stroke.Dots);
    }
}
