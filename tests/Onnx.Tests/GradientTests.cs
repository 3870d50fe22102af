using System.Collections.Concurrent;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Onnx.Tests;

/// <summary>Gradients of the models of ONNX's own tests.</summary>
public class GradientTests
{
    internal const int MostElements = 150;
    private const double Least = 1e-3, Around = 0.02;

    // Operators that jump, where no field is conservative, and those whose value the gradient does not see.
    private static readonly string[] Jumping =
        ["Cast", "CastLike", "Ceil", "Floor", "Hardmax", "Mod", "OneHot", "Round", "Shrink", "Sign", "ThresholdedRelu", "Range", "Equal", "IsNaN", "IsInf",
            "NonZero", "Unique"];

    // Inputs that an operator reads as numbers, without a derivative.
    private static readonly Dictionary<string, int[]> ReadAsNumbers = new()
    {
        ["BatchNormalization"] = [3, 4],
        ["Clip"] = [1, 2],
        ["Dropout"] = [1, 2],
        ["Pad"] = [2],
        ["Resize"] = [1, 2],
        ["Upsample"] = [1],
        ["CumSum"] = [1],
    };

    private static readonly Lazy<(string Name, string? Problem)[]> Results = new(Check);

    /// <summary>The number of models whose gradients were checked.</summary>
    internal static int Checked => Results.Value.Length;

    [Fact]
    public void GradientsAreConservative()
    {
        _ = NodeTest.All;
        string[] wrong = [.. Results.Value.Where(result => result.Problem is not null).Select(result => $"{result.Name}: {result.Problem}")];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
        Assert.True(Results.Value.Length > 300, $"{Results.Value.Length} models were checked.");
    }

    private static (string Name, string? Problem)[] Check()
    {
        ConcurrentBag<(string Name, string? Problem)> results = [];
        Parallel.ForEach(NodeTests.Outcomes.Value.Where(outcome => outcome.Passed), outcome =>
        {
            OnnxModel model = OnnxModel.Read(outcome.Test.ModelFile);
            if (model.Nodes.Any(node => Jumping.Contains(node.Operator)) || outcome.Test.DataSets.FirstOrDefault() is not { } folder)
                return;
            try
            {
                if (Problem(model, folder) is (true, var problem))
                    results.Add((outcome.Test.Name, problem));
            }
            catch (Exception refused)
            {
                results.Add((outcome.Test.Name, refused.Message));
            }
        });
        return [.. results.OrderBy(result => result.Name, StringComparer.Ordinal)];
    }

    private static (bool IsChecked, string? Problem) Problem(OnnxModel model, string folder)
    {
        using Tape<double> tape = new();
        OnnxNetwork<double> network = model.Load<double>();
        Dictionary<string, OnnxTensor> tensors = NodeTest.Inputs(model, folder);
        Dictionary<string, OnnxValue<double>> given = NodeTest.On(tape, tensors);
        string[] moved = [.. given.Keys.Where(name => given[name] is { IsReal: true, Shape.Count: > 0 } && !IsReadAsNumber(model, name))];
        double[] point = [.. moved.SelectMany(name => given[name].Variable.ToArray())];
        if (moved.Length == 0 || point.Length > MostElements || !point.All(double.IsFinite) || network.Run(tape, given).Outputs.Where(output => output.IsReal)
            .ToArray() is not [_, ..] outputs
            || !outputs.All(output => output.Variable.ToArray().All(double.IsFinite)))
            return (false, null);
        Objective objective = Objective.OfTensors([.. moved.Select(name => given[name].Shape)], leaves =>
        {
            Tape<double> own = leaves[0].Tape;
            Dictionary<string, OnnxValue<double>> inputs = NodeTest.On(own, tensors);
            for (int i = 0; i < moved.Length; i++)
                inputs[moved[i]] = leaves[i];
            Var<double> sum = own.Constant(0.0);
            foreach (OnnxValue<double> output in network.Run(own, inputs).Outputs.Where(output => output.IsReal))
            {
                double[] weights = new double[output.Shape.Count];
                new Philox(7, (ulong)weights.Length).Uniform<double>(weights, 0.5, 1.5);
                sum += (output.Variable * own.Constant(output.Shape, weights)).Sum();
            }

            return sum;
        });

        // Close enough to the point that domains are not left, and around 0 where it is 0.
        bool isRoot = model.Nodes.Any(node => node.Operator is "Pow" or "Sqrt" or "Log"), growsOut = model.Nodes.Any(node => node.Operator == "Acosh");
        double[] centre = Array.ConvertAll(point, x => Math.Abs(x) > Least ? (growsOut ? 1.03 : 0.97) * x : isRoot ? 2 * Around : 0);
        double[] radius = Array.ConvertAll(point, x => Math.Abs(x) > Least ? 0.005 * Math.Abs(x) : Around);
        Box box = new([.. centre.Zip(radius, (x, r) => x - r)], [.. centre.Zip(radius, (x, r) => x + r)]);
        ConservativityReport report = Conservativity.Check(objective, box, new ConservativityOptions { Paths = 2, StratumPaths = 2, LeavingPaths = 2 });
        return (true, report.IsConservative ? null : report.Failures[0].ToString());
    }

    private static bool IsReadAsNumber(OnnxModel model, string input) => model.Proto.Graph.Node.Any(node =>
        ReadAsNumbers.TryGetValue(node.OpType, out int[]? places) && places.Any(place => place < node.Input.Count && node.Input[place] == input));
}
