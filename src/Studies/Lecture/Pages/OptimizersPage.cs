using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Optimisers of training and nonsmooth solvers on one function.</summary>
internal sealed class OptimizersPage() : LecturePage("optimizers", "Optimisers and nonsmooth solvers on one function")
{
    private const string Stopping = "rprop";
    private const int StepCount = 3000;

    private static readonly double[] Start = [-1, 1];

    public override string Statement =>
        "Methods of training take a step from each gradient and look no further: on a curved kink they zigzag, and steps must vanish. Methods of nonsmooth "
        + "optimisation gather gradients around a point, search along lines, and prove at the end that 0 is near the subdifferential. The function is the "
        + "nonsmooth "
        + "Chebyshev–Rosenbrock function of Nesterov, whose only Clarke-critical point in the plane is its minimum (1, 1).";

    public override string Formula => "F = ¼(x₁ − 1)² + |x₂ − 2x₁² + 1|, F* = 0 at (1, 1), from (−1, 1)";

    public override string Source => "M. Gürbüzbalaban and M. Overton, Nonlinear Analysis 2012; methods as their classes cite them";

    public override void Run(PageWriter page)
    {
        Objective f = Objective.OfScalars(x => (0.25 * (x[0] - 1) * (x[0] - 1)) + Active.Abs(x[1] - (2 * x[0] * x[0]) + 1));
        (string Name, double[] Gaps, List<Place> Path)[] trained = page.Program("Optimisers of training, each with steps a/(1 + k/50)^0.6.", () =>
        {
            IStepSizeSchedule Steps(double first) => new RobbinsMonro(first, 50, 0.6);
            (string, Func<Parameter<double>, Optimizer<double>>)[] methods =
            [
                ("sgd", x => new Sgd<double>([x], Steps(0.05))),
                ("sgd, momentum 0.9", x => new Sgd<double>([x], Steps(0.01), 0.9)),
                ("adam", x => new Adam<double>([x], Steps(0.05))),
                ("amsgrad", x => new Adam<double>([x], Steps(0.05), amsGrad: true)),
                ("nadam", x => new NAdam<double>([x], Steps(0.05))),
                ("radam", x => new RAdam<double>([x], Steps(0.05))),
                ("adamax", x => new Adamax<double>([x], Steps(0.05))),
                ("adan", x => new Adan<double>([x], Steps(0.05))),
                ("rmsprop", x => new RmsProp<double>([x], Steps(0.05))),
                ("adagrad", x => new Adagrad<double>([x], Steps(0.5))),
                ("lion", x => new Lion<double>([x], Steps(0.02))),
                (Stopping, x => new Rprop<double>([x], Steps(0.05))),
                ("inna", x => new Inna<double>([x], Steps(0.05))),
                ("innaprop", x => new InnaProp<double>([x], Steps(0.05))),
                ("truncated sgd", x => new TruncatedSgd<double>([x], Steps(1))),
                ("schedule-free sgd", x => new ScheduleFreeSgd<double>([x], new ConstantStepSize(0.05))),
            ];
            return methods.Select(method =>
            {
                Parameter<double> x = new("x", Device.Default, [2], Start);
                Optimizer<double> optimizer = method.Item2(x);
                using Tape<double> tape = new();
                double[] gaps = new double[StepCount + 1];
                List<Place> path = [];
                for (int k = 0; k <= StepCount; k++)
                {
                    double[] at = x.Value.ToArray();
                    path.Add(new Place(at[0], at[1]));
                    gaps[k] = Math.Min(f.Value(at), k == 0 ? double.PositiveInfinity : gaps[k - 1]);
                    Var<double> point = tape.Parameter(x), first = point.Slice(0, 0, 1), second = point.Slice(0, 1, 1);
                    Var<double> value = (0.25 * (first - 1) * (first - 1)) + (second - (2 * first * first) + 1).Abs();
                    Gradients<double> gradients = tape.Backward(value);
                    if (optimizer is TruncatedSgd<double> truncated)
                        truncated.Step(gradients, value.Value.ToArray()[0]);
                    else
                        optimizer.Step(gradients);
                    tape.Reset();
                }

                return (method.Item1, gaps, path);
            }).ToArray();
        });
        (string Name, SolverResult Result)[] solved = page.Program("Solvers, until they stop by themselves.", () =>
            NonsmoothMethods.All.Select(method => (method.Name, method.Minimize(f, Start, new SolverOptions { EvaluationLimit = 20_000, Seed = page.Seed },
                cancellation: page.Cancellation))).ToArray());
        foreach ((string name, SolverResult result) in solved)
        {
            page.AtMost($"{name}: F at the end, after {result.Evaluations} evaluations", result.Value, 1e-6);
            page.AtMost($"{name}: measured stationarity", result.Stationarity.Value, 1e-5);
        }

        foreach ((string name, double[] gaps, _) in trained.Where(method => method.Name != Stopping))
            page.AtMost($"{name}: least F in {StepCount} steps, beside half of that at the start", gaps[^1], f.Value(Start) / 2);
        page.AtLeast($"{Stopping}: least F in {StepCount} steps, since its steps halve at each crossing of the kink", trained.Single(method =>
            method.Name == Stopping).Gaps[^1], f.Value(Start) / 2);
        page.Certify("F", Tame.Certify(f, Start));
        page.Remark("Rates of the first group are not tuned one by one; the picture shows what kind of progress each makes, not which is best.");
        page.Draw(new Picture("values", "Least value so far over evaluations of the gradient: dashed, methods of training; full, nonsmooth solvers.",
            "evaluations", "F")
        {
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            Window = (0, Math.Log10(StepCount), -14, 1),
            Series =
            [
                .. trained.Select((method, i) => Picture.Line(method.Name, i, Thinned(method.Gaps.Length).Select(k => new Place(k, method.Gaps[k - 1])),
                    Stroke.Dashed)),
                .. solved.Select((method, i) => Picture.Line(method.Name, i,
                    method.Result.Trace.Append(new SolverProgress(method.Result.Evaluations, method.Result.Value))
                        .Select(point => new Place(Math.Max(1, point.Evaluations), Math.Max(point.Value, 1e-14))))),
            ],
        });
        page.Draw(new Picture("paths", "Paths of some of the first group beside the curved kink x₂ = 2x₁² − 1.", "x₁", "x₂")
        {
            IsSquare = true,
            Window = (-1.4, 1.4, -1.4, 1.4),
            Levels = (x, y) => Math.Sqrt(f.Value([x, y])),
            Series =
            [
                .. trained.Where(method => method.Name is "sgd" or "adam" or "inna" or "truncated sgd" or "sgd, momentum 0.9")
                    .Select((method, i) => Picture.Line(method.Name, i, method.Path.Take(600), Stroke.Thin)),
                Picture.Line("minimum", 6, [new Place(1, 1)], Stroke.Dots),
            ],
        });
    }

    private static IEnumerable<int> Thinned(int count)
    {
        for (double k = 1; k <= count; k = Math.Max(k + 1, k * 1.05))
            yield return (int)k;
    }
}
