#:project ../src/Solvers
using ConservativeAD;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

// Two fits whose minima lie at kinks, with a proof that they are minima.
double[] days = [.. Enumerable.Range(0, 41).Select(day => day / 10.0)];
double[] sales = [.. days.Select((day, i) => 1 + (2 * day) + ((1 + day) * double.Sin(12.9898 * i)))];

// Quantile regression: the line that nine in ten of the points lie below.
Objective quantile = Objective.OfScalars(line =>
{
    Active sum = 0;
    for (int i = 0; i < days.Length; i++)
        sum += Pinball(sales[i] - line[0] - (line[1] * days[i]), 0.9);
    return sum / days.Length;
});
SolverResult fit = new ProximalBundle().Minimize(quantile, [0, 0]);
Report("nine in ten are below", quantile, fit);
int above = days.Zip(sales).Count(point => point.Second > fit.Point[0] + (fit.Point[1] * point.First) + 1e-6);
Console.WriteLine($"points above the line: {above} of {days.Length}");

// Conditional value at risk: the mix of two assets whose worst twentieth of outcomes loses least on average (Rockafellar and Uryasev 2000).
double[] stock = [.. Enumerable.Range(0, 210).Select(i => 0.06 + (0.3 * double.Sin(78.233 * i)))];
double[] bond = [.. Enumerable.Range(0, 210).Select(i => 0.04 + (0.2 * double.Sin(37.719 * i)))];
Objective risk = Objective.OfScalars(at =>
{
    (Active share, Active level, Active excess) = (at[0], at[1], 0);
    for (int i = 0; i < stock.Length; i++)
        excess += Active.Max(-(share * stock[i]) - ((1 - share) * bond[i]) - level, 0);
    return level + (excess / (0.05 * stock.Length));
});
Report("share of stock, value at risk", risk, new ProximalBundle().Minimize(risk, [0.5, 0]));

static Active Pinball(Active x, double tau) => Active.Max(tau * x, (tau - 1) * x);

static void Report(string name, Objective objective, SolverResult result)
{
    Console.WriteLine($"{name}: {string.Join(", ", result.Point.Select(number => $"{number:f4}"))}; value {result.Value:f5}");
    bool isNearZero = result.Stationarity.Value < 1e-6;
    Console.WriteLine($"{Convexity.Certify(objective, [.. result.Point])}, {result.Reason}, a subgradient within 1e-6 of 0: {isNearZero}");
}

// prints:
// nine in ten are below: 2.0059, 2.9550; value 0.28622
// Convex, Stationary, a subgradient within 1e-6 of 0: True
// points above the line: 3 of 41
// share of stock, value at risk: 0.1034, 0.0869; value 0.10792
// Convex, Stationary, a subgradient within 1e-6 of 0: True
