using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <content>Second order: the derivatives of the slopes along the tape's single direction, and the reverse pass differentiated along it.</content>
public sealed unsafe partial class ScalarTape
{
    private readonly List<(double First, double Second)>? slopeTangents;
    private readonly List<ScalarKink> bends = [];

    /// <summary>The operations at a kink, and those whose slope is not differentiable at the point.</summary>
    internal KinkCensus CensusOfSecondOrder() => new([.. Census().Operations
        .Concat(bends.Select(bend => new OperationKinks(bend.Node, bend.Operation, Shape.Scalar, 1, [0])))
        .DistinctBy(met => (met.Node, met.Operation))
        .OrderBy(met => met.Node)]);

    internal static ScalarTape OfSecondOrder(Selections? selections) => new(selections, 1, true, false, false, true, false);

    /// <summary>The gradient and its derivative along the tape's direction.</summary>
    internal (double[] Gradient, double[] Product) HessianProduct(Active output) => HessianProduct(new ScalarForm(output.Node, 1, 0, 0));

    /// <summary>The same for a linear form of recorded numbers.</summary>
    internal (double[] Gradient, double[] Product) HessianProduct(ScalarForm form)
    {
        double[] cotangents = new double[record->Count], moved = new double[record->Count];
        cotangents[form.First] += form.FirstFactor;
        cotangents[form.Second] += form.SecondFactor;
        for (int node = Math.Max(form.First, form.Second); node > 0; node--)
        {
            double cotangent = cotangents[node], tangent = moved[node];
            if (cotangent == 0 && tangent == 0)
                continue;
            ScalarNode entry = record->Nodes[node];
            (double first, double second) = slopeTangents![node];
            cotangents[entry.First] += Product(entry.FirstSlope, cotangent);
            cotangents[entry.Second] += Product(entry.SecondSlope, cotangent);
            moved[entry.First] += Product(entry.FirstSlope, tangent) + Product(first, cotangent);
            moved[entry.Second] += Product(entry.SecondSlope, tangent) + Product(second, cotangent);
        }

        return ([.. variables.Select(variable => cotangents[variable])], [.. variables.Select(variable => moved[variable])]);
    }

    private void AddSlopeTangent<TRule>(TRule rule, Active x)
        where TRule : struct, IUnaryRule<TRule>
    {
        double Along(double direction)
        {
            DualLane<ScalarLane<double>> argument = new(new ScalarLane<double>(x.Number), new ScalarLane<double>(direction));
            return rule.Slope(argument, rule.Value(argument)).Tangent.Value;
        }

        double ahead = Along(1);
        if (Differ(ahead, Along(-1)))
            bends.Add(new ScalarKink(record->Count, TRule.Facts, default, true, false));
        double tangent = TangentRow(x.Node)[0];
        slopeTangents!.Add((tangent == 0 ? 0 : ahead * tangent, 0));
    }

    private void AddSlopeTangents<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        (double First, double Second) Along(double dx, double dy)
        {
            DualLane<ScalarLane<double>> first = new(new ScalarLane<double>(x.Number), new ScalarLane<double>(dx)),
                second = new(new ScalarLane<double>(y.Number), new ScalarLane<double>(dy));
            return (rule.SlopeOfFirst(first, second).Tangent.Value, rule.SlopeOfSecond(first, second).Tangent.Value);
        }

        (double dx, double dy) = (TangentRow(x.Node)[0], TangentRow(y.Node)[0]);
        (double First, double Second) ahead = Along(dx, dy), behind = Along(-dx, -dy);
        if (Differ(ahead.First, behind.First) || Differ(ahead.Second, behind.Second))
            bends.Add(new ScalarKink(record->Count, TRule.Facts, default, true, false));
        slopeTangents!.Add(ahead);
    }

    // Where a derivative exists, the derivatives along two opposite directions are opposite numbers.
    private static bool Differ(double ahead, double behind) => !(Math.Abs(ahead + behind) <= 1e-9 * (1 + Math.Abs(ahead)));
}
