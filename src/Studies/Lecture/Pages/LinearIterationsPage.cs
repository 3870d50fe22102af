using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Linear iterations, Jordan blocks, and the split of space.</summary>
internal sealed class LinearIterationsPage() : LecturePage("linear-iterations", "Linear iterations and Jordan blocks")
{
    private const double Curvature = 1;
    private const double StepSize = 0.04;

    public override string Statement =>
        "Iterates of a linear map M split along its generalised eigenspaces: those with |λ| < 1 go to 0, those with |λ| > 1 leave. A Jordan block of size 2 "
        + "adds a factor k to λᵏ. Gradient descent on a quadratic has none, its Hessian being symmetric; descent with momentum has one at the very momentum "
        + "that is best.";

    public override string Formula => "Mᵏ = λᵏI + kλᵏ⁻¹N for M = λI + N, N² = 0;   heavy ball at β = (1 − √(αa))²: λ = 1 − √(αa), twice";

    public override string Source => "M. Hirsch, S. Smale and R. Devaney, Differential Equations, Dynamical Systems, and an Introduction to Chaos, 2013, "
        + "chapter 6; B. Polyak, USSR Comput. Math. Math. Phys. 1964, for the heavy ball";

    public override void Run(PageWriter page)
    {
        int steps = page.Pick(120, 60);
        double root = Math.Sqrt(StepSize * Curvature), best = (1 - root) * (1 - root), lambda = 1 - root;
        double[,] matrix = page.Program("The Jacobian of a step of the heavy ball on F = ½x², by the engine.", () =>
        {
            Active[] Step(Active[] state)
            {
                (Active x, Active before) = (state[0], state[1]);
                return [x - (StepSize * Curvature * x) + (best * (x - before)), x];
            }

            return Jacobian.Of(Step, [0.3, 0.7]);
        });
        (double nilpotent, double size) = page.Program("N = M − λI is not 0, and its square is.", () =>
        {
            double a = matrix[0, 0] - lambda, b = matrix[0, 1], c = matrix[1, 0], d = matrix[1, 1] - lambda;
            double[] square = [(a * a) + (b * c), (a * b) + (b * d), (c * a) + (d * c), (c * b) + (d * d)];
            return (TensorPrimitives.Norm<double>(square), TensorPrimitives.Norm<double>([a, b, c, d]));
        });
        double[] Run(double momentum)
        {
            double[] distances = new double[steps + 1];
            (double x, double before) = (1, 0);
            for (int k = 0; k <= steps; k++)
            {
                distances[k] = Math.Abs(x);
                (x, before) = (x - (StepSize * Curvature * x) + (momentum * (x - before)), x);
            }

            return distances;
        }

        double[] critical = Run(best);
        // From (1, 0): Mᵏ(1, 0)₁ = λᵏ + kλᵏ⁻¹(M₁₁ − λ).
        double Law(int k) => Math.Pow(lambda, k) + (k * Math.Pow(lambda, k - 1) * (matrix[0, 0] - lambda));
        page.Equal("‖N²‖", nilpotent, 0, 1e-12);
        page.AtLeast("‖N‖", size, 0.1);
        page.Equal($"x_{steps}, relative to λᵏ + kλᵏ⁻¹N₁₁", critical[steps] / Law(steps), 1, 1e-10);
        page.Equal($"x_{steps}/λ^{steps}, which k makes larger than 1", critical[steps] / Math.Pow(lambda, steps),
            1 + (steps * (matrix[0, 0] - lambda) / lambda), 1e-8 * steps);
        (int stable, int centre, int unstable) = page.Program("The gradient map of ½(x² − y²), constant in z, at its critical point 0.", () =>
        {
            Objective saddle = Objective.OfScalars(x => (0.5 * ((x[0] * x[0]) - (x[1] * x[1]))) + (0 * x[2]));
            return new GradientMap(saddle, 0.5).Split([0, 0, 0]);
        });
        page.Equal("dimension of the stable space", stable, 1, 0);
        page.Equal("dimension of the centre space", centre, 1, 0);
        page.Equal("dimension of the unstable space", unstable, 1, 0);
        (double[] normal, double defect) = page.Program(
            "A map with a Jordan block of ½ and the eigenvalue 2: the normal of its stable plane, and the law on it.", () =>
        {
            Active[] Map(Active[] x) => [x[1] - (0.5 * x[0]), (1.5 * x[1]) - x[0], (2 * x[2]) - x[0] - (0.5 * x[1])];
            // The gradient of ⟨w, Mx⟩ is Mᵀw; its powers turn to the left eigenvector of 2, which is normal to the stable plane.
            double[] normal = [1, 1, 1];
            for (int k = 0; k < 60; k++)
            {
                double[] w = normal;
                Objective along = Objective.OfScalars(x => Map(x).Zip(w).Aggregate((Active)0, (sum, part) => sum + (part.First * part.Second)));
                normal = along.Gradient([0, 0, 0]).Gradient;
                normal = [.. normal.Select(value => value / TensorPrimitives.Norm<double>(normal))];
            }

            double defect = 0;
            double[][] basis = [[normal[1], -normal[0], 0], [0, normal[2], -normal[1]]];
            foreach (double[] start in basis)
            {
                double[] x = start, first = [.. Map([.. start.Select(value => (Active)value)]).Select(value => value.Value)];
                for (int k = 1; k <= 20; k++)
                {
                    x = [.. Map([.. x.Select(value => (Active)value)]).Select(value => value.Value)];
                    double[] law = [.. start.Zip(first, (at, image) => (Math.Pow(0.5, k) * at) + (k * Math.Pow(0.5, k - 1) * (image - (0.5 * at))))];
                    defect = Math.Max(defect, TensorPrimitives.Distance<double>(x, law));
                }
            }

            return (normal, defect);
        });
        page.Equal("normal of the stable plane beside (0, −1, 1)/√2, largest difference up to sign", Math.Min(
            TensorPrimitives.Distance<double>(normal, [0, -Math.Sqrt(0.5), Math.Sqrt(0.5)]),
            TensorPrimitives.Distance<double>(normal, [0, Math.Sqrt(0.5), -Math.Sqrt(0.5)])), 0, 1e-12);
        page.AtMost("on its basis, largest difference of Mᵏx and λᵏx + kλᵏ⁻¹(M − λI)x over 20 steps", defect, 1e-8);
        Objective quadratic = Objective.OfScalars(x => 0.5 * Curvature * x[0] * x[0]);
        page.Certify("F", Tame.Certify(quadratic, [1]));
        page.Assume("one generalised eigenspace", nilpotent < 1e-12 && size > 0.1, "N² = 0 and N ≠ 0, as measured");
        page.Draw(new Picture("momentum", "The heavy ball on ½x² with momentum below, at and above its best value. At the best, |x| falls like kλᵏ.", "steps k",
            "|x|")
        {
            IsYLogarithmic = true,
            Series =
            [
                Along("momentum at its best", 0, critical),
                Along("half of it", 2, Run(best / 2)),
                Along("(1 + best)/2", 3, Run((1 + best) / 2)),
                Picture.Line("λᵏ + kλᵏ⁻¹N₁₁", 1, Enumerable.Range(1, steps).Select(k => new Place(k, Law(k))), Stroke.Dashed),
                Picture.Line("λᵏ", -1, Enumerable.Range(1, steps).Select(k => new Place(k, Math.Pow(lambda, k))), Stroke.Dashed),
            ],
        });
    }

    private static Series Along(string label, int color, double[] distances) =>
        Picture.Line(label, color, distances.Select((distance, k) => new Place(k, distance)));
}
