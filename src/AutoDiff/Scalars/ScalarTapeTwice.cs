using System.Runtime.InteropServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <content>
/// Tapes of smooth programs that keep second derivatives: three numbers an operation, from which every product with the Hessian follows by two passes, along
/// any number of directions. They know no kinks. Where an operation or a comparison is at one, a slope bends or a number is not finite, the tape is in doubt,
/// and the program has to be run on a tape that examines it.
/// </content>
public sealed unsafe partial class ScalarTape
{
    private readonly bool isTwice;

    /// <summary>Whether the record met anything that such a tape does not examine. Its second derivatives are then not to be used.</summary>
    internal bool IsInDoubt => record->IsInDoubt || kinks.Count > 0 || obstacles.Count > 0;

    internal static ScalarTape Twice(Selections? selections) => new(selections, 0, false, false, false, false, true);

    /// <summary>Records an operation on a tape with second derivatives. There must be room.</summary>
    internal static Active RecordTwice<TRule>(ScalarRecord* record, TRule rule, Active x, double given)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarLane<double> argument = new(x.Number), value = new(given), one = new(1), minusOne = new(-1);
        double slope = rule.Slope(argument, value).Value;
        double ahead = rule.Slope(new DualLane<ScalarLane<double>>(argument, one), new DualLane<ScalarLane<double>>(value, new(slope))).Tangent.Value;
        double behind = rule.Slope(new DualLane<ScalarLane<double>>(argument, minusOne), new DualLane<ScalarLane<double>>(value, new(-slope))).Tangent.Value;
        bool isInDoubt = !(Math.Abs(given) + Math.Abs(slope) + Math.Abs(ahead) < double.PositiveInfinity) || Differ(ahead, behind)
            || TRule.Kink(rule, argument).Value != 0 || TRule.Obstacle(rule, argument, new ScalarLane<double>(SmallestNumber)).Value != 0;
        int node = record->Count;
        record->IsInDoubt |= isInDoubt;
        ScalarCurvature* curvature = record->Curvatures + node;
        (curvature->OfFirst, curvature->Mixed, curvature->OfSecond) = (ahead, 0, 0);
        return record->Append(node, given, slope, (int)record->PlaceOf(x.Handle), 0, node);
    }

    /// <summary>Records an operation of two arguments on a tape with second derivatives. There must be room.</summary>
    internal static Active RecordTwice<TRule>(ScalarRecord* record, TRule rule, Active x, Active y, double given)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarLane<double> first = new(x.Number), second = new(y.Number), one = new(1), minusOne = new(-1), zero = new(0);
        int node = record->Count;
        (int placeOfX, int placeOfY) = (node, node);
        double slopeOfFirst = 0, slopeOfSecond = 0, ofFirst = 0, mixed = 0, ofSecond = 0;
        bool isInDoubt = false;
        if (x.Handle != 0)
        {
            placeOfX = (int)record->PlaceOf(x.Handle);
            slopeOfFirst = rule.SlopeOfFirst(first, second).Value;
            DualLane<ScalarLane<double>> ahead = new(first, one), behind = new(first, minusOne), still = new(second, zero);
            ofFirst = rule.SlopeOfFirst(ahead, still).Tangent.Value;
            isInDoubt |= Differ(ofFirst, rule.SlopeOfFirst(behind, still).Tangent.Value);
            if (y.Handle != 0)
            {
                mixed = rule.SlopeOfSecond(ahead, still).Tangent.Value;
                isInDoubt |= Differ(mixed, rule.SlopeOfSecond(behind, still).Tangent.Value);
            }
        }

        if (y.Handle != 0)
        {
            placeOfY = (int)record->PlaceOf(y.Handle);
            slopeOfSecond = rule.SlopeOfSecond(first, second).Value;
            DualLane<ScalarLane<double>> ahead = new(second, one), behind = new(second, minusOne), still = new(first, zero);
            ofSecond = rule.SlopeOfSecond(still, ahead).Tangent.Value;
            isInDoubt |= Differ(ofSecond, rule.SlopeOfSecond(still, behind).Tangent.Value);
            if (x.Handle != 0)
                isInDoubt |= Differ(rule.SlopeOfFirst(still, ahead).Tangent.Value, -mixed) || Differ(mixed, rule.SlopeOfFirst(still, behind).Tangent.Value);
        }

        // A sum of sizes is infinite or NaN if one of them is.
        double sizes = Math.Abs(given) + Math.Abs(slopeOfFirst) + Math.Abs(slopeOfSecond) + Math.Abs(ofFirst) + Math.Abs(mixed) + Math.Abs(ofSecond);
        isInDoubt |= !(sizes < double.PositiveInfinity) || TRule.Kink(rule, first, second).Value != 0
            || TRule.Obstacle(rule, first, second, new(x.Handle != 0 ? 1 : 0), new(y.Handle != 0 ? 1 : 0), new ScalarLane<double>(SmallestNumber)).Value != 0;
        record->IsInDoubt |= isInDoubt;
        ScalarCurvature* curvature = record->Curvatures + node;
        (curvature->OfFirst, curvature->Mixed, curvature->OfSecond) = (ofFirst, mixed, ofSecond);
        return record->Append(node, given, slopeOfFirst, placeOfX, slopeOfSecond, placeOfY);
    }

    /// <summary>The gradient of a number of a tape with second derivatives, and its derivative along a direction.</summary>
    internal (double[] Gradient, double[] Product) ProductTwice(Active output, ReadOnlySpan<double> direction)
    {
        int last = output.Node;
        PrepareRowsOf(4);
        Motion* motions = (Motion*)rows;
        CarryTwice(motions, direction, last);
        motions[last].Cotangent = output.IsConstant ? 0 : 1;
        ScalarNode* nodes = record->Nodes;
        ScalarCurvature* curvatures = record->Curvatures;
        for (int node = last; node > 0; node--)
        {
            double cotangent = motions[node].Cotangent, moved = motions[node].Moved;
            if (cotangent == 0 && moved == 0)
                continue;
            ScalarNode* entry = nodes + node;
            ScalarCurvature* curvature = curvatures + node;
            Motion* first = motions + entry->First, second = motions + entry->Second;
            double dx = first->Tangent, dy = second->Tangent;
            first->Cotangent += entry->FirstSlope * cotangent;
            first->Moved += (entry->FirstSlope * moved) + (((curvature->OfFirst * dx) + (curvature->Mixed * dy)) * cotangent);
            second->Cotangent += entry->SecondSlope * cotangent;
            second->Moved += (entry->SecondSlope * moved) + (((curvature->Mixed * dx) + (curvature->OfSecond * dy)) * cotangent);
        }

        double[] gradient = new double[variables.Count], product = new double[variables.Count];
        for (int i = 0; i < product.Length && variables[i] <= last; i++)
            (gradient[i], product[i]) = (motions[variables[i]].Cotangent, motions[variables[i]].Moved);
        GC.KeepAlive(this);
        return (gradient, product);
    }

    // Writes every node's derivative along a direction, and cotangents of 0.
    private void CarryTwice(Motion* motions, ReadOnlySpan<double> direction, int last)
    {
        ScalarNode* nodes = record->Nodes;
        motions[0] = default;
        int begin = 1;
        for (int i = 0; i <= variables.Count; i++)
        {
            int end = i < variables.Count && variables[i] <= last ? variables[i] : last + 1;
            for (int node = begin; node < end; node++)
            {
                ScalarNode* entry = nodes + node;
                int first = entry->First == node ? 0 : entry->First, second = entry->Second == node ? 0 : entry->Second;
                Motion motion = default;
                motion.Tangent = (entry->FirstSlope * motions[first].Tangent) + (entry->SecondSlope * motions[second].Tangent);
                motions[node] = motion;
            }

            if (end > last)
                return;
            motions[end] = new Motion { Tangent = direction[i] };
            begin = end + 1;
        }
    }

    // Room for the next operation, checked by the tape itself.
    private Active RecordTwiceWithRoom<TRule>(TRule rule, Active x, double given)
        where TRule : struct, IUnaryRule<TRule>
    {
        MakeRoomTwice();
        return RecordTwice(record, rule, x, given);
    }

    private Active RecordTwiceWithRoom<TRule>(TRule rule, Active x, Active y, double given)
        where TRule : struct, IBinaryRule<TRule>
    {
        MakeRoomTwice();
        return RecordTwice(record, rule, x, y, given);
    }

    private void MakeRoomTwice()
    {
        if (record->Count == capacity)
            Grow(2 * capacity);
        record->FreeTwice = Math.Min(capacity, record->Count + OperationsBetweenChecks);
        ScalarTapeSlots.Twice = record;
    }

    // What a node does along a direction, and its cotangent with the derivative of that.
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Motion
    {
        public double Tangent;
        public double Cotangent;
        public double Moved;
    }
}
