using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Finds the operation of a program that is not conservative along a path, by comparing each operation's pullback with the movement of its own inputs and
/// output.
/// </summary>
internal static class FaultyOperation
{
    private const int Pieces = 96;

    public static (OperationFacts? Operation, double Defect) Along(Objective objective, Selections? selections, TestPath path, double tolerance)
    {
        // Avoids simple fractions, so that a kink that the path merely crosses is not hit. It uses few binary digits, so that the path stays exactly in a kink
        // that it runs along.
        double Time(double piece) => Math.Round((piece + 0.1234) / (Pieces + 1) * (1 << 22)) / (1 << 22);
        Dictionary<int, double> defects = [], lowest = [], highest = [];
        Dictionary<int, OperationFacts> facts = [];
        RecordedRun before = objective.RunKeepingValues(path.At(Time(0)), selections);
        bool hasBranched = false;
        try
        {
            for (int piece = 0; piece < Pieces; piece++)
            {
                using RecordedRun middle = objective.RunKeepingValues(path.At((Time(piece) + Time(piece + 1)) / 2), selections);
                RecordedRun after = objective.RunKeepingValues(path.At(Time(piece + 1)), selections);
                RecordedOperation[] operations = [.. middle.Operations];
                bool isOnePiece = SameOperations(operations, before) && SameOperations(operations, after);
                hasBranched |= !isOnePiece;
                if (isOnePiece)
                {
                    foreach (RecordedOperation operation in operations.Where(operation => !operation.IsLeaf && !operation.IsConstant))
                    {
                        facts[operation.Node] = operation.Facts;
                        double defect = defects[operation.Node] = defects.GetValueOrDefault(operation.Node) + Defect(operation, before, middle, after);
                        lowest[operation.Node] = Math.Min(lowest.GetValueOrDefault(operation.Node), defect);
                        highest[operation.Node] = Math.Max(highest.GetValueOrDefault(operation.Node), defect);
                    }
                }

                before.Dispose();
                before = after;
            }
        }
        finally
        {
            before.Dispose();
        }

        (int Node, double Defect) worst = defects.Keys.Select(node => (node, highest[node] - lowest[node])).OrderByDescending(entry => entry.Item2)
            .FirstOrDefault((-1, 0));

        // The error of the midpoint rule is of second order in the length of a piece; a smaller defect is no evidence against an operation.
        if (worst.Node >= 0 && worst.Defect > Math.Max(tolerance, 1e-3))
            return (facts[worst.Node], worst.Defect);
        return (hasBranched ? OperationFacts.Comparison : null, 0);
    }

    private static bool SameOperations(RecordedOperation[] operations, RecordedRun other) =>
        operations.Length == other.OperationCount && operations.Zip(other.Operations).All(pair => ReferenceEquals(pair.First.Facts, pair.Second.Facts));

    private static double Defect(RecordedOperation operation, RecordedRun before, RecordedRun middle, RecordedRun after)
    {
        double[] start = before.ValueOf(operation.Node), end = after.ValueOf(operation.Node), cotangent = new double[start.Length];
        Philox.For(0xc07a, (uint)Streams.OperationCotangents, (ulong)operation.Node).Uniform<double>(cotangent, 0.5, 1.5);
        double defect = -Vectors.Dot(cotangent, Vectors.Difference(end, start));
        foreach ((int input, double[] pulled) in middle.PullbackOf(operation.Node, cotangent))
            defect += Vectors.Dot(pulled, Vectors.Difference(after.ValueOf(input), before.ValueOf(input)));
        return defect;
    }
}
