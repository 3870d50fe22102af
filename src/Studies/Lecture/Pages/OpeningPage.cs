using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Solutions;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Implicit functions, iterations, flows and integrals of programs with kinks.</summary>
internal sealed class OpeningPage() : LecturePage("opening", "Opening: implicit functions, iterations, flows, integrals")
{
    public override string Statement =>
        "Conservative Jacobians pass through what is not written as a program. If every [A B] of a conservative Jacobian of F has an invertible B, −B⁻¹A is "
            + "one of the solution of F = 0. Derivatives of an iteration converge to that of its fixed point. The sensitivity inclusion of a flow gives one of "
            + "the flow, and a mean of elements is an element for the mean of the functions. Each has its hypothesis, and where it fails there is no "
            + "derivative.";

    public override string Formula =>
        "G′ = −B⁻¹A;   ‖J_k − J‖ ≤ ρᵏ‖∂T/∂x‖/(1 − ρ);   X′ ∈ ∂f(x)·X, X(0) = I;   E D(x, ξ) is conservative for E f(x, ξ)";

    public override string Source => "J. Bolte, T. Le, E. Pauwels and A. Silveti-Falls, NeurIPS 2021; J. Bolte, E. Pauwels and S. Vaiter, NeurIPS 2022 and "
        + "2023; S. Marx and E. Pauwels, J. Differential Equations 2022; J. Bolte, T. Le and E. Pauwels, SIAM J. Optim. 2023";

    public override void Run(PageWriter page)
    {
        Implicit(page);
        Iterations(page);
        Flows(page);
        Integrals(page);
    }

    private static void Implicit(PageWriter page)
    {
        (double least, double most, double chosen, ImplicitCertificate certificate) = page.Program("The root of z + |z|/2 = x at its kink.", () =>
        {
            ImplicitSolution root = Equation.OfScalars(1, 1, (z, x) => [z[0] + (Active.Abs(z[0]) / 2) - x[0]]).At([0], [0]);
            double[] limits = [.. root.ClarkeJacobians().Generators.Select(limit => limit[0, 0]).Order()];
            return (limits[0], limits[^1], root.Jacobian()[0, 0], root.Certificate());
        });
        page.Equal("least element of Clarke's Jacobian of the root", least, 2.0 / 3, 1e-12);
        page.Equal("largest element", most, 2, 1e-12);
        page.Equal("with |·|′(0) = 0", chosen, 1, 1e-12);
        bool refuses = page.Program("The root of z − |z| = x at 0, with |·|′(0) = 1, is none: ∂F/∂z = 0.", () =>
        {
            ImplicitSolution torn = Equation.OfScalars(1, 1, (z, x) => [z[0] - Active.Abs(z[0]) - x[0]]).At([0], [0]);
            return torn.ClarkeJacobians().Generators.Count == 0 && !torn.Certificate(Selections.PyTorch with { AbsAtZero = 1 }).IsCertified;
        });
        page.Says("the torn equation has no derivative", refuses, true);
        page.Assume("every choice leaves ∂F/∂z of the first invertible", certificate.IsCertified, certificate.ToString());
    }

    private static void Iterations(PageWriter page)
    {
        FixedPointIteration half = FixedPointIteration.OfScalars(1, 1, (z, x) => [z[0] - (0.5 * (z[0] - x[0]))]);
        double[] unrolled = page.Program("x ← x − ½(x − θ), unrolled for one to three steps.", () => Enumerable.Range(1, 3).Select(k =>
            half.Run([0], [1], IterationDerivative.Unrolled, new IterationOptions { MaximumSteps = k, Tolerance = 0 }).Jacobian[0, 0]).ToArray());
        page.Equal("after one step", unrolled[0], 0.5, 1e-15);
        page.Equal("after two", unrolled[1], 0.75, 1e-15);
        page.Equal("after three", unrolled[2], 0.875, 1e-15);
        (double last, double truth) = page.Program("Heron's root of 2 from 2, two steps: the last step alone, and the equation.", () =>
        {
            FixedPointIteration heron = FixedPointIteration.OfScalars(1, 1, (z, x) => [(z[0] + (x[0] / z[0])) / 2]);
            return (heron.Run([2], [2], IterationDerivative.OneStep, new IterationOptions { MaximumSteps = 2, Tolerance = 0 }).Jacobian[0, 0],
                heron.Run([2], [2], IterationDerivative.Implicit).Jacobian[0, 0]);
        });
        page.Equal("one-step derivative of Heron's root", last, 1.0 / 3, 1e-12);
        page.Equal("its derivative", truth, 1 / (2 * Math.Sqrt(2)), 1e-12);
        double limit = page.Program("Soft thresholding by forward-backward at its kink, step ½ and slope ½: the limit depends on the step.", () =>
            FixedPointIteration.OfScalars(1, 1, (z, x) =>
            {
                Active forward = z[0] - (0.5 * (z[0] - x[0]));
                return [Active.Relu(forward - 0.5) - Active.Relu(-forward - 0.5)];
            }).Run([0], [1], IterationDerivative.Piggyback,
                new IterationOptions { MaximumSteps = 200, Tolerance = 0, Selections = Selections.PyTorch with { ReluAtZero = 0.5 } }).Jacobian[0, 0]);
        page.Equal("its limit s·a/(1 − s(1 − a))", limit, 1.0 / 3, 1e-12);

        // Two variables, so that the matrix is no multiple of the identity.
        FixedPointIteration lasso = FixedPointIteration.OfScalars(2, 1, (b, weight) =>
            [Shrink(b[0] - (0.3 * ((2 * b[0]) + b[1] - 3)), 0.3 * weight[0]), Shrink(b[1] - (0.3 * (b[0] + (2 * b[1]) - 2)), 0.3 * weight[0])]);
        List<Place> ofAll = [], ofOne = [], bounds = [];
        for (int steps = 1; steps <= 40; steps++)
        {
            IterationOptions end = new() { MaximumSteps = steps, Tolerance = 0 };
            IterationResult all = lasso.Run([0, 0], [0.5], IterationDerivative.Unrolled, end), one = lasso.Run([0, 0], [0.5], IterationDerivative.OneStep, end);
            ofAll.Add(new Place(steps, Distance(all.Jacobian)));
            ofOne.Add(new Place(steps, Distance(one.Jacobian)));
            bounds.Add(new Place(steps, all.ErrorBound));
        }

        page.AtMost("error of the unrolled lasso after 40 steps, by its bound", ofAll[^1].Y, bounds[^1].Y);
        page.Draw(new Picture("errors", "Error of the derivative of a lasso's minimiser, by forward-backward steps; dashed: its bound.", "steps", "error")
        {
            IsYLogarithmic = true,
            Series =
            [
                Picture.Line("all steps", 0, ofAll.Where(place => place.Y > 0)),
                Picture.Line("the last step", 1, ofOne.Where(place => place.Y > 0)),
                Picture.Line("bound for all steps", 0, bounds, Stroke.Dashed),
            ],
        });

        static Active Shrink(Active x, Active by) => Active.Relu(x - by) - Active.Relu(-x - by);

        static double Distance(double[,] jacobian) => Math.Sqrt(Math.Pow(jacobian[0, 0] + (1.0 / 3), 2) + Math.Pow(jacobian[1, 0] + (1.0 / 3), 2));
    }

    private static void Flows(PageWriter page)
    {
        double[] euler = page.Program("x′ = relu(x) − relu(−x), which is x′ = x, by ten Euler steps of 0.1 from 0, for relu′(0) = 0, ½ and 1.", () =>
            new[] { 0, 0.5, 1 }.Select(s => Flow.OfScalars(1, 0, (t, x, p) => [Active.Relu(x[0]) - Active.Relu(-x[0])])
                .Solve([0], [], 0, 1, new IntegrationOptions
                {
                    Method = FlowMethod.Euler,
                    StepSize = 0.1,
                    Selections = Selections.PyTorch with { ReluAtZero = s },
                })
                .Jacobian().Start[0, 0]).ToArray());
        for (int i = 0; i < 3; i++)
            page.Equal($"derivative for s = {PageWriter.Text(i / 2.0)}: (1 + 0.2s)¹⁰", euler[i], Math.Pow(1 + (0.1 * i), 10), 1e-9);
        (double end, double slope, FlowCertificate certificate) = page.Program("x′ = 1 before T and 0 after: x(2) = T, whose derivative is 1.", () =>
        {
            FlowSolution jump = Flow.OfScalars(1, 1, (t, x, p) => [t < p[0] ? 1 : 0]).Solve([0], [1.25], 0, 2);
            return (jump.Value[0], jump.Jacobian().Parameters[0, 0], jump.Certificate);
        });
        page.Equal("x(2)", end, 1.25, 1e-12);
        page.Equal("its derivative in T", slope, 1, 1e-9);
        page.Assume("the jump is crossed transversally", certificate.IsCertified, certificate.ToString());
        (double stop, double byStart) = page.Program("Coulomb friction stops a mass at v²/2.", () =>
        {
            FlowSolution stopped = Flow.OfScalars(2, 0, (t, x, p) => [x[1], -Active.Sign(x[1])]).Solve([0, 1.5], [], 0, 3);
            return (stopped.Value[0], stopped.Jacobian().Start[0, 1]);
        });
        page.Equal("where it stops", stop, 1.125, 1e-9);
        page.Equal("by the starting speed", byStart, 1.5, 1e-6);
    }

    private static void Integrals(PageWriter page)
    {
        int samples = page.Pick(20_000, 4000);
        (Interval mean, ExpectationCertificate certificate) = page.Program("E|x − ξ| for a normal number ξ, at x = 1.", () =>
        {
            ExpectationResult at = Expectation.OfScalars(1, 1, (x, xi) => Active.Abs(x[0] - xi[0]), (random, xi) => random.Normal<double>(xi, 0, 1))
                .At([1], new ExpectationOptions { Samples = samples, Seed = page.Seed, Level = 0.9999 });
            return (at.Gradient[0], at.Certificate);
        });
        page.Equal("its derivative 2Φ(1) − 1, within the interval", mean.Mean, 0.682689492, mean.HalfWidth);
        page.Assume("no sample is at a kink", certificate.Claim == ExpectationClaim.Gradient, certificate.ToString());
        double selections = page.Program("relu(x) or −relu(−x), each as likely, is x/2: no mean of selections with relu′(0) = 0 finds ½ at 0.", () =>
            Expectation.OfScalars(1, 1, (x, xi) => xi[0] > 0 ? Active.Relu(x[0]) : -Active.Relu(-x[0]), (random, xi) => random.Normal<double>(xi, 0, 1))
                .At([0], new ExpectationOptions { Samples = 100, Seed = page.Seed }).Gradient[0].Mean);
        page.Equal("the mean of selections, which is no Clarke subgradient", selections, 0, 0);
        page.Certify("|x − ξ|", Tame.Certify(Objective.OfScalars(x => Active.Abs(x[0] - 0.3)), [1]));
    }
}
