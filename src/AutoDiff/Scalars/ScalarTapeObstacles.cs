using ConservativeAD.Kernels;

namespace ConservativeAD.Scalars;

/// <content>Obstacles to certifying results of a program on single numbers. Tapes for analysis check every operation as it is recorded.</content>
public sealed unsafe partial class ScalarTape
{
    private readonly List<(int Node, ObstacleKind Kind, double? Argument)> obstacles = [];
    private readonly List<(int Node, double? Argument)> underflows = [];
    private readonly List<int> compared = [];
    private readonly List<double> gaps = [];
    private readonly List<int> undecided = [];
    private static readonly OperationFacts GivenNumber = new("variable", TameClass.Polynomial);

    /// <summary>The gap between the numbers of each comparison relative to the larger one, in program order.</summary>
    internal IReadOnlyList<double> Gaps => gaps;

    /// <summary>The comparisons of equal numbers that the tangents could not tell apart.</summary>
    internal IReadOnlyList<int> Undecided => undecided;

    /// <summary>The obstacles at operations that a number depends on, or that the program's branches depend on.</summary>
    internal IReadOnlyList<Obstacle> Obstacles(Active output)
    {
        foreach (ScalarKink kink in kinks)
        {
            if (!kink.Operation.IsContinuous && !obstacles.Exists(obstacle => obstacle.Node == kink.Node))
                obstacles.Add((kink.Node, ObstacleKind.Jump, null));
        }

        AddUnderflows();
        if (obstacles.Count == 0)
            return [];
        bool[] reached = new bool[record->Count];
        reached[output.Node] = true;
        foreach (int node in compared)
            reached[node] = true;
        for (int node = record->Count - 1; node > 0; node--)
        {
            if (!reached[node])
                continue;
            reached[record->Nodes[node].First] = true;
            reached[record->Nodes[node].Second] = true;
        }

        // A value that is not finite because its input is not finite is reported at the input.
        HashSet<int> notFinite = [.. obstacles.Where(obstacle => IsOfValue(obstacle.Kind)).Select(obstacle => obstacle.Node)];
        return [.. obstacles
            .Where(obstacle => obstacle.Node != 0 && reached[obstacle.Node]
                && !(IsOfValue(obstacle.Kind)
                    && (IsFrom(record->Nodes[obstacle.Node].First, obstacle.Node) || IsFrom(record->Nodes[obstacle.Node].Second, obstacle.Node))))
            .Select(obstacle => new Obstacle(obstacle.Node, NameOf(obstacle.Node), obstacle.Kind, Shape.Scalar, 1, [0]) { Argument = obstacle.Argument })];

        bool IsFrom(int input, int node) => input != node && notFinite.Contains(input);
    }

    // Values that lost precision near 0 are obstacles if a kink or a branch depends on them.
    private void AddUnderflows()
    {
        if (underflows.Count == 0 || kinks.Count == 0)
            return;
        bool[] decides = new bool[record->Count];
        foreach (ScalarKink kink in kinks)
        {
            decides[kink.Form.First] = decides[kink.Form.Second] = true;
            if (kink.IsComparison || kink.Node >= record->Count)
                continue;
            decides[record->Nodes[kink.Node].First] = decides[record->Nodes[kink.Node].Second] = true;
        }

        for (int node = record->Count - 1; node > 0; node--)
        {
            if (!decides[node])
                continue;
            decides[record->Nodes[node].First] = true;
            decides[record->Nodes[node].Second] = true;
        }

        foreach ((int node, double? argument) in underflows)
        {
            if (!decides[node])
                continue;
            obstacles.Add((node, ObstacleKind.ValueUnderflows, argument));
            compared.Add(node);
        }

        underflows.Clear();
    }

    private static bool IsOfValue(ObstacleKind kind) => kind is ObstacleKind.OutsideDomain or ObstacleKind.InfiniteValue or ObstacleKind.VariableNotFinite;

    private OperationFacts NameOf(int node) => operations[node] == 0 ? GivenNumber : RuleNumbers.Of(operations[node]);

    private void NoteCompared(Active x, Active y, double gap)
    {
        Compares = true;
        if (!isCareful)
            return;
        gaps.Add(gap);
        if (!x.IsConstant)
            compared.Add(x.Node);
        if (!y.IsConstant)
            compared.Add(y.Node);
    }

    // Adds an obstacle of the operation that is about to be recorded.
    private void AddObstacle(double kind, double? argument)
    {
        if (kind != 0)
            obstacles.Add((record->Count, (ObstacleKind)(int)kind, argument));
    }

    private void AddNotFinite(int node, double value)
    {
        if (obstacles.Count > 0 && obstacles[^1].Node == node)
            return;
        ObstacleKind kind = operations[node] == 0 ? ObstacleKind.VariableNotFinite
            : double.IsNaN(value) ? ObstacleKind.OutsideDomain
            : double.IsInfinity(value) ? ObstacleKind.InfiniteValue : ObstacleKind.InfiniteSlope;
        obstacles.Add((node, kind, null));
    }
}
