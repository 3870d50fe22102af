using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>x ↦ x − α∇F(x) is a diffeomorphism for α below 1/L.</summary>
internal sealed class GradientMapPage() : LecturePage("gradient-map", "The gradient map is a diffeomorphism")
{
    private const double StepsOfL = 0.9;
    private const int GridLines = 17;
    private const int PlacesOfLine = 81;

    public override string Statement =>
        "Let ∇F be L-Lipschitz and 0 < α < 1/L. Then T(x) = x − α∇F(x) is a diffeomorphism, and its inverse is the proximal operator of −αF. "
        + "So a set of measure 0 has preimages of measure 0 under descent; beyond 1/L, T may fold.";

    public override string Formula => "T = I − α∇F,   det DT(x) = det(I − α∇²F(x)) > 0,   T⁻¹(z) = argmin over y of −αF(y) + ½‖y − z‖²";

    public override string Source => "J. Lee, M. Simchowitz, M. Jordan and B. Recht, COLT 2016, proposition 8";

    public override void Run(PageWriter page)
    {
        int points = page.Pick(200, 20);
        Objective f = page.Program("F has L = 1 + 1/√2, the largest norm of its Hessian, at (π, 0).", () =>
            Objective.OfScalars(x => Active.Cos(x[0]) + (0.5 * Active.Cos(x[0] + x[1]))));
        double l = 1 + Math.Sqrt(0.5), alpha = StepsOfL / l;
        GradientMap map = new(f, alpha);
        (double apart, double least) = page.Program("Drawn points go through T and back, and det DT is taken at each.", () =>
        {
            double apart = 0, least = double.PositiveInfinity;
            for (int i = 0; i < points; i++)
            {
                double[] x = page.Point(i, 2, 4);
                double[] back = map.Invert(map.Apply(x), 1e-14)!;
                apart = Math.Max(apart, TensorPrimitives.Distance<double>(x, back));
                HessianSpectrum hessian = HessianSpectrum.At(f, x);
                least = Math.Min(least, hessian.Eigenvalues.Aggregate(1.0, (product, value) => product * (1 - (alpha * value))));
            }

            return (apart, least);
        });
        double prox = page.Program("The inverse is the minimiser of −αF(y) + ½‖y − z‖², found by descent on it.", () =>
        {
            double[] z = page.Point(points, 2, 4);
            Objective model = Objective.OfScalars(y => (-alpha * (Active.Cos(y[0]) + (0.5 * Active.Cos(y[0] + y[1]))))
                + (0.5 * (((y[0] - z[0]) * (y[0] - z[0])) + ((y[1] - z[1]) * (y[1] - z[1])))));
            Trajectory descent = Trajectory.Descend(model, z, new ConstantStepSize(1 / (1 + (alpha * l))), 5000);
            return TensorPrimitives.Distance(descent.Last, map.Invert(z, 1e-14));
        });
        page.AtMost("largest ‖T⁻¹(T(x)) − x‖", apart, 1e-10);
        page.AtLeast("least det DT(x) at drawn points", least, (1 - StepsOfL) * (1 - StepsOfL));
        page.AtMost("distance of T⁻¹(z) from the proximal point of −αF", prox, 1e-10);
        page.Equal("L, the norm of ∇²F(π, 0)", SmoothnessConstant.At(f, [Math.PI, 0]).Value, l, 1e-9);
        page.AtMost("norm of ∇²F at drawn points", SmoothnessConstant.Over(f, Box.Cube(2, -4, 4), points, new SpectrumOptions { Seed = page.Seed }).Value,
            l + 1e-9);
        page.Equal("least eigenvalue of DT(π, 0) at α = 2/L: T folds", new GradientMap(f, 2 / l).SmallestEigenvalue([Math.PI, 0]), -1, 1e-9);
        TameCertificate certificate = Tame.Certify(f, [0.5, 0.5], isDomainBounded: true);
        page.Certify("F on bounded sets", certificate);
        page.Assume("α < 1/L", alpha < 1 / l, $"α = 0.9/L, and L = {PageWriter.Text(l)} is exact");
        page.Draw(Grid("grid", "The image of a grid under T with α = 0.9/L: bent, and without folds.", map));
        page.Draw(Grid("folded", "The same grid with α = 2/L: T is no longer injective.", new GradientMap(f, 2 / l)));
    }

    private static Picture Grid(string name, string caption, GradientMap map)
    {
        List<List<Place>> across = [], along = [];
        for (int i = 0; i < GridLines; i++)
        {
            double at = -4 + (8.0 * i / (GridLines - 1));
            across.Add([.. Enumerable.Range(0, PlacesOfLine).Select(k => Image(at, -4 + (8.0 * k / (PlacesOfLine - 1))))]);
            along.Add([.. Enumerable.Range(0, PlacesOfLine).Select(k => Image(-4 + (8.0 * k / (PlacesOfLine - 1)), at))]);
        }

        return new Picture(name, caption, "T(x)₁", "T(x)₂")
        {
            IsSquare = true,
            Series = [Picture.Lines("images of x₁ = constant", 0, across, Stroke.Thin), Picture.Lines("images of x₂ = constant", 1, along, Stroke.Thin)],
        };

        Place Image(double x, double y)
        {
            double[] image = map.Apply([x, y]);
            return new Place(image[0], image[1]);
        }
    }
}
