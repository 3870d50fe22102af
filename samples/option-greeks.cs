#:project ../src/AutoDiff
using ConservativeAD;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

// A call at the money on a binomial tree (Cox, Ross and Rubinstein 1979): a path in the middle ends exactly at the strike, at the kink of max(S − K, 0).
const int steps = 50;
const double strike = 100, volatility = 0.2, years = 1;

static Active Price(Active spot, Active volatility)
{
    Active up = Active.Exp(volatility * double.Sqrt(years / steps)), probability = 1 / (1 + up);   // of going up, at zero interest
    Active[] values = [.. Enumerable.Range(0, steps + 1).Select(ups => Active.Max(spot * Active.Exp(((2 * ups) - steps) * Active.Log(up)) - strike, 0))];
    for (int left = steps; left > 0; left--)
        for (int ups = 0; ups < left; ups++)
            values[ups] = (probability * values[ups + 1]) + ((1 - probability) * values[ups]);
    return values[0];
}

Objective price = Objective.OfScalars(at => Price(at[0], at[1]));
double[] at = [strike, volatility];
Console.WriteLine(price.Kinks(at));
foreach (double weight in (double[])[1, 0, 0.5])
{
    double[] greeks = price.Gradient(at, Selections.PyTorch with { FirstOfPairWeight = weight }).Gradient;
    Console.WriteLine($"weight {weight} on the payoff's rising side: delta {greeks[0]:f4}, vega {greeks[1]:f2}");
}

ClarkeSubdifferential set = Clarke.Subdifferential(price, at);
Console.WriteLine($"the truth: delta from {set.Generators.Min(greeks => greeks[0]):f4} to {set.Generators.Max(greeks => greeks[0]):f4}, exact: {set.IsExact}");
Console.WriteLine($"just beside: {price.Gradient([99.999, volatility]).Gradient[0]:f4} and {price.Gradient([100.001, volatility]).Gradient[0]:f4}");

// prints:
// maximum (node 162): 1 of 1
// weight 1 on the payoff's rising side: delta 0.5955, vega 39.50
// weight 0 on the payoff's rising side: delta 0.4838, vega 39.50
// weight 0.5 on the payoff's rising side: delta 0.5396, vega 39.50
// the truth: delta from 0.4838 to 0.5955, exact: True
// just beside: 0.4838 and 0.5955
