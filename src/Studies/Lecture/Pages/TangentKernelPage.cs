using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>A well conditioned tangent kernel gives global convergence.</summary>
internal sealed class TangentKernelPage() : LecturePage("tangent-kernel", "The tangent kernel and global convergence")
{
    private const int Samples = 5;

    public override string Statement =>
        "For F = ‖H(θ) − y‖² the tangent kernel K = JJᵀ gives ‖∇F‖² ≥ 4λ_min(K)·F: a KL inequality of exponent ½ with F* = 0, however nonconvex F is. If λ_min "
        + "stays above λ on a ball of radius 2√(F(θ₀)/λ) around the start, descent with α ≤ 1/L stays in the ball and goes to loss 0 at a linear rate. Wide "
        + "networks start there.";

    public override string Formula => "‖∇F‖² = 4‖Jᵀr‖² ≥ 4λ_min(K)·‖r‖²;   Fₖ₊₁ ≤ (1 − 2αλ)·Fₖ;   ‖θ − θ₀‖ ≤ 2√(F(θ₀)/λ)";

    public override string Source => "A. Jacot, F. Gabriel and C. Hongler, NeurIPS 2018; L. Chizat, E. Oyallon and F. Bach, NeurIPS 2019";

    public override void Run(PageWriter page)
    {
        int width = page.Pick(300, 100), steps = page.Pick(1500, 300);
        TangentKernel linear = page.Program("A model with a known kernel: H(θ) = (θ₁, 2θ₂) of three parameters.", () =>
            TangentKernel.Of((Active[] p) => [p[0], 2 * p[1] + (0 * p[2])], [1, 1, 1]));
        page.Equal("λ_min of the linear model", linear.Smallest, 1, 1e-12);
        page.Equal("λ_max of the linear model", linear.Largest, 4, 1e-12);
        double[] inputs = [-1, -0.5, 0.1, 0.6, 1], targets = [0.5, -0.3, 0.2, -0.6, 0.4];
        Func<Active[], Active[]> model = page.Program("A network of one hidden layer of tanh, divided by the root of its width, on five numbers.", () =>
        {
            Active[] Outputs(Active[] p)
            {
                Active[] outputs = new Active[Samples];
                for (int i = 0; i < Samples; i++)
                {
                    Active sum = 0;
                    for (int j = 0; j < width; j++)
                        sum += p[j] * Active.Tanh((p[width + j] * (2 * inputs[i])) + p[(2 * width) + j]);
                    outputs[i] = sum / Math.Sqrt(width);
                }

                return outputs;
            }

            return (Func<Active[], Active[]>)Outputs;
        });
        Objective loss = Objective.OfScalars(p =>
        {
            Active sum = 0;
            foreach ((Active output, double target) in model(p).Zip(targets))
                sum += (output - target) * (output - target);
            return sum;
        });
        double[] start = new double[3 * width];
        Philox.For(page.Seed, (uint)Streams.LecturePoints).Normal<double>(start, 0, 1);
        TangentKernel first = TangentKernel.Of(model, start);
        double alpha = 0.5 / (2 * first.Largest);
        (Trajectory run, double least, int broken) = page.Program("Descent, with the kernel taken along the way.", () =>
        {
            Trajectory run = Trajectory.Descend(loss, start, new ConstantStepSize(alpha), steps, new DescentOptions { StopBelow = 1e-10 }, page.Cancellation);
            double least = first.Smallest;
            int broken = 0;
            for (int k = 0; k < run.Count; k += Math.Max(1, run.Count / 40))
            {
                TangentKernel kernel = TangentKernel.Of(model, run.Point(k));
                least = Math.Min(least, kernel.Smallest);
                broken += kernel.LeastSquares(run.Values[k], run.GradientNorms[k]).Holds ? 0 : 1;
            }

            return (run, least, broken);
        });
        double worst = 0, distance = TensorPrimitives.Distance(run.Last, run.Point(0));
        for (int k = 0; k + 1 < run.Count && run.Values[k + 1] > 1e-14; k++)
            worst = Math.Max(worst, run.Values[k + 1] / run.Values[k]);
        page.Equal("points of the run at which ‖∇F‖² ≥ 4λ_min(K)·F fails", broken, 0, 0);
        page.AtLeast("least λ_min(K) along the run, beside half of that at the start", least, first.Smallest / 2);
        page.AtMost("worst factor Fₖ₊₁/Fₖ, beside 1 − 2α·λ_min", worst, 1 - (2 * alpha * least));
        page.AtMost("‖θ − θ₀‖ at the end, beside the radius of the trap", distance, LazyTraining.TrapRadius(run.Values[0], first.Smallest / 2));
        page.AtMost("F at the end, beside F(θ₀)·(1 − 2α·λ_min)ᵏ", run.Values[^1], run.Values[0] * Math.Pow(1 - (2 * alpha * least), run.Count - 1));
        page.Certify("the loss", Tame.Certify(loss, start));
        SmoothnessConstant smoothness = SmoothnessConstant.Along(loss, run, 10, cancellation: page.Cancellation);
        page.Assume("α ≤ 1/L", alpha * smoothness.Value <= 1, $"αL = {PageWriter.Text(alpha * smoothness.Value)}, L the largest seen along the run");
        page.Assume("λ_min(K) ≥ λ on a ball", least >= first.Smallest / 2 ? null : false, $"seen along the run: λ_min from {PageWriter.Text(first.Smallest)} "
            + $"at the "
            + $"start to {PageWriter.Text(least)} at least, not proved on the ball");
        int[] shown = [.. Enumerable.Range(0, run.Count).Where(k => k % Math.Max(1, run.Count / 400) == 0)];
        page.Draw(new Picture("loss", "The loss goes to 0 at a linear rate, below what the least eigenvalue of the kernel promises.", "steps k", "F")
        {
            IsYLogarithmic = true,
            Series =
            [
                Picture.Line("F along the run", 0, shown.Select(k => new Place(k, run.Values[k]))),
                Picture.Line("F(θ₀)·(1 − 2αλ)ᵏ", 1, shown.Select(k => new Place(k, run.Values[0] * Math.Pow(1 - (2 * alpha * least), k))), Stroke.Dashed),
            ],
        });
    }
}
