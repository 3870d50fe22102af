using ConservativeAD.Kernels;

namespace ConservativeAD.Scalars;

/// <content>Derivatives that are too small for a double within a reverse pass and that a later operation makes large again.</content>
public sealed unsafe partial class ScalarTape
{
    // Two gradients that differ more than this, relative to the larger, differ by more than rounding.
    private const double SameGradient = 1e-6;
    private const double Precision = 2.220446049250313e-16;

    private static readonly double SmallestNumber = SmallestNormal.Of<double>();
    private static readonly double Tiny = LostSlopes.Tiny(SmallestNumber, Precision);

    /// <summary>
    /// The operation at which the last reverse pass from a number lost a derivative that its gradient depends on; null if none did. The pass is looked
    /// through first; only if a product or slope was too small is it made again with exponents of any size.
    /// </summary>
    /// <param name="output">The number.</param>
    /// <param name="gradient">Its gradient, by the pass.</param>
    internal Obstacle? LostInPass(Active output, ReadOnlySpan<double> gradient)
    {
        if (output.IsConstant)
            return null;
        int first = FirstLoss(output.Node);
        return first > 0 && IsLossFelt(output.Node, gradient, out int node, out ObstacleKind kind)
            ? new Obstacle(node > 0 ? node : first, NameOf(node > 0 ? node : first), kind, Shape.Scalar, 1, [0])
            : null;
    }

    private int FirstLoss(int last)
    {
        for (int node = last; node > 0; node--)
        {
            double cotangent = Math.Abs(adjoints[node]);
            if (cotangent == 0 || operations[node] == 0)
                continue;
            ScalarNode entry = record->Nodes[node];
            if (IsLost(node, cotangent, entry.First, entry.FirstSlope)
                || (entry.Second != entry.First && IsLost(node, cotangent, entry.Second, entry.SecondSlope)))
                return node;
        }

        return 0;
    }

    // Nothing makes a cotangent of a variable larger, so only its slope can be lost.
    private bool IsLost(int node, double cotangent, int input, double slope)
    {
        if (input == 0 || input == node)
            return false;
        bool isProductLost = slope != 0 && operations[input] != 0 && cotangent >= Tiny && cotangent * Math.Abs(slope) < Tiny;
        return isProductLost || LostSlopes.MayBe(RuleNumbers.Of(operations[node]), slope, SmallestNumber, Precision);
    }

    private bool IsLossFelt(int last, ReadOnlySpan<double> gradient, out int at, out ObstacleKind kind)
    {
        WideNumber[] cotangents = new WideNumber[last + 1], tangents = new WideNumber[last + 1];
        PullWide(last, cotangents);
        kind = ObstacleKind.CotangentUnderflows;
        at = 0;
        for (int i = 0; i < gradient.Length && variables[i] <= last; i++)
        {
            double exact = cotangents[variables[i]].ToDouble(), size = Math.Max(Math.Abs(exact), Math.Abs(gradient[i]));
            if (size > Tiny && !(Math.Abs(exact - gradient[i]) <= SameGradient * size))
                return true;
        }

        PushWide(last, tangents);
        double most = Math.Max(0, tangents[last].Log2);
        kind = ObstacleKind.SlopeUnderflows;
        for (at = last; at > 0; at--)
        {
            ScalarNode entry = record->Nodes[at];
            if (operations[at] != 0 && (IsSlopeFelt(at, entry.First, entry.FirstSlope) || IsSlopeFelt(at, entry.Second, entry.SecondSlope)))
                return true;
        }

        return false;

        bool IsSlopeFelt(int node, int input, double slope)
        {
            OperationFacts facts = RuleNumbers.Of(operations[node]);
            return input != 0 && input != node && LostSlopes.MayBe(facts, slope, SmallestNumber, Precision)
                && cotangents[node].Log2 + tangents[input].Log2 + Math.Log2(LostSlopes.ErrorOf(facts, SmallestNumber, Precision)) > most;
        }
    }

    private void PullWide(int last, WideNumber[] cotangents)
    {
        cotangents[last] = 1;
        for (int node = last; node > 0; node--)
        {
            WideNumber cotangent = cotangents[node];
            if (cotangent.Significand == 0)
                continue;
            ScalarNode entry = record->Nodes[node];
            if (entry.First != node)
                cotangents[entry.First] += cotangent * entry.FirstSlope;
            if (entry.Second != node)
                cotangents[entry.Second] += cotangent * entry.SecondSlope;
        }
    }

    // A random direction; its elements are within [½, 1), of either sign.
    private void PushWide(int last, WideNumber[] tangents)
    {
        double[] drawn = new double[variables.Count];
        Philox.For(0, (uint)Streams.LossDirections).Uniform<double>(drawn, -1, 1);
        int variable = 0;
        for (int node = 1; node <= last; node++)
        {
            if (variable < variables.Count && variables[variable] == node)
            {
                tangents[node] = (drawn[variable] + Math.CopySign(1, drawn[variable])) / 2;
                variable++;
                continue;
            }

            ScalarNode entry = record->Nodes[node];
            WideNumber tangent = 0;
            if (entry.First != node && tangents[entry.First].Significand != 0)
                tangent += tangents[entry.First] * entry.FirstSlope;
            if (entry.Second != node && tangents[entry.Second].Significand != 0)
                tangent += tangents[entry.Second] * entry.SecondSlope;
            tangents[node] = tangent;
        }
    }
}
