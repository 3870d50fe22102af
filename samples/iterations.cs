#:project ../src/Solutions
using ConservativeAD.Scalars;
using ConservativeAD.Solutions;

// Four iterations, each differentiated in its parameter in four ways: all steps backwards, all steps forwards, the last step alone, and the equation.
IterationOptions twenty = new() { MaximumSteps = 20, Tolerance = 0 };
Console.WriteLine("                     unrolled   piggyback   one step   implicit   truth");

// The lasso min ½‖y − Xb‖² + λ‖b‖₁ with X'X = (2, 1; 1, 2) and X'y = (3, 2), at λ = ½: b = (7/6, 1/6) moves by −1/3 in each element.
Report("forward-backward", FixedPointIteration.OfScalars(2, 1, (b, weight) =>
    [Shrink(b[0] - (0.3 * ((2 * b[0]) + b[1] - 3)), 0.3 * weight[0]), Shrink(b[1] - (0.3 * (b[0] + (2 * b[1]) - 2)), 0.3 * weight[0])]),
    [0, 0], [0.5], -1.0 / 3);

// The same by Douglas and Rachford (Trans. Amer. Math. Soc. 1956): w ← w + prox(2z − w) − z, where z = (I + X'X)⁻¹(w + X'y) is the solution in the end.
Report("Douglas-Rachford", FixedPointIteration.OfScalars(2, 1, (w, weight) =>
{
    Active[] z = [((3 * (w[0] + 3)) - (w[1] + 2)) / 8, ((3 * (w[1] + 2)) - (w[0] + 3)) / 8];
    return [.. z.Select((zi, i) => w[i] + Shrink((2 * zi) - w[i], weight[0]) - zi)];
}), [0, 0], [0.5], -1.0 / 3, w => ((3 * w[0, 0]) - w[1, 0]) / 8);

// A heavy ball on ½(x − θ)² + ½relu(−x)²: momentum ½, step ½ (Polyak 1964). Its map is no contraction in the Euclidean norm, although it converges.
Report("heavy ball", FixedPointIteration.OfScalars(2, 1, (x, target) =>
    [x[0] - (0.5 * (x[0] - target[0] - Active.Relu(-x[0]))) + (0.5 * (x[0] - x[1])), x[0]]), [1, 1], [2], 1);

// Sinkhorn's scaling of exp(−cost/ε) to the marginals (0.3, 0.7) and (0.6, 0.4), as the logarithm of v₂/v₁, in ε (Cuturi, NeurIPS 2013).
FixedPointIteration sinkhorn = FixedPointIteration.OfScalars(1, 1, (g, epsilon) =>
{
    (Active far, Active v) = (Active.Exp(-1 / epsilon[0]), Active.Exp(g[0]));
    (Active one, Active two) = (0.3 / (1 + (far * v)), 0.7 / (far + v));
    return [Active.Log(0.4 / ((far * one) + two)) - Active.Log(0.6 / (one + (far * two)))];
});
double[] beside = [.. new[] { 0.999, 1.001 }.Select(epsilon => sinkhorn.Run([0], [epsilon], IterationDerivative.OneStep).Value[0])];
Report("Sinkhorn", sinkhorn, [0], [1], (beside[1] - beside[0]) / 0.002);

static Active Shrink(Active x, Active by) => Active.Relu(x - by) - Active.Relu(-x - by);

void Report(string name, FixedPointIteration iteration, double[] start, double[] parameters, double truth, Func<double[,], double>? slope = null)
{
    IterationResult[] results = [.. Enum.GetValues<IterationDerivative>().Select(kind =>
        iteration.Run(start, parameters, kind, kind == IterationDerivative.Implicit ? null : twenty))];
    string slopes = string.Join("  ", results.Select(result => $"{slope?.Invoke(result.Jacobian) ?? result.Jacobian[0, 0],9:f5}"));
    Console.WriteLine($"{name,-20} {slopes}  {truth,9:f5}");
    Console.WriteLine($"    ‖∂T/∂z‖ is {results[^1].ContractionFactor:f3}: one step is off by at most {results[2].ErrorBound:f3}");
}

// prints:
//                      unrolled   piggyback   one step   implicit   truth
// forward-backward      -0.33333   -0.33333   -0.30000   -0.33333   -0.33333
//     ‖∂T/∂z‖ is 0.700: one step is off by at most 0.990
// Douglas-Rachford      -0.33333   -0.33333   -0.25000   -0.33333   -0.33333
//     ‖∂T/∂z‖ is 0.500: one step is off by at most 1.414
// heavy ball             1.00098    1.00098    0.50000    1.00000    1.00000
//     ‖∂T/∂z‖ is 1.460: one step is off by at most Infinity
// Sinkhorn               0.68098    0.68098    0.59009    0.68098    0.68098
//     ‖∂T/∂z‖ is 0.133: one step is off by at most 0.091
