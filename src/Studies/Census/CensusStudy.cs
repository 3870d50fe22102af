using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Census;

/// <summary>Counts the kinks of a model on images, node by node, and compares the gradients of two choices there.</summary>
/// <param name="network">The network.</param>
/// <param name="images">The images.</param>
/// <param name="shape">The shape of a batch.</param>
internal sealed class CensusStudy(OnnxNetwork<float> network, CensusImages images, int[] shape)
{
    /// <summary>Operators with kinks.</summary>
    private static readonly HashSet<string> Kinked =
    [
        "Abs", "Clip", "Elu", "GlobalMaxPool", "HardSigmoid", "HardSwish", "LeakyRelu", "Max", "MaxPool", "Min", "PRelu", "ReduceL1", "ReduceL2", "ReduceMax",
        "ReduceMin", "Relu", "Selu", "Shrink", "ThresholdedRelu", "TopK",
    ];

    private readonly Dictionary<(string Images, OnnxNode Node), Tally> tallies = [];
    private readonly Dictionary<string, Difference> differences = CensusImages.Kinds.ToDictionary(kind => kind, _ => new Difference());

    /// <summary>The other choice: the slope of a relu at 0 is 1, and the last of equal elements is a window's maximum.</summary>
    public static Selections Other { get; } = Selections.PyTorch with { ReluAtZero = 1, MaxPool = TieSelection.Last, AbsAtZero = 1 };

    /// <summary>Node by node, in the model's order.</summary>
    public IEnumerable<CensusRow> Rows => tallies.OrderBy(entry => CensusImages.Kinds.ToList().IndexOf(entry.Key.Images)).ThenBy(entry => entry.Key.Node.Index)
        .Select(entry => entry.Value.Row(entry.Key.Images, entry.Key.Node));

    /// <summary>Kind by kind.</summary>
    public IEnumerable<CensusDifference> Differences => differences.Where(entry => entry.Value.Batches > 0).Select(entry => entry.Value.Of(entry.Key));

    /// <summary>Counts one batch.</summary>
    /// <param name="tape">The tape, which is reset.</param>
    /// <param name="kind">The kind of images.</param>
    /// <param name="first">The first image.</param>
    public void Count(Tape<float> tape, string kind, int first)
    {
        tape.Reset();
        Var<float> x = tape.Variable(new Shape(shape), images.Batch(kind, first));
        OnnxRun<float> run = network.Run(tape, new Dictionary<string, OnnxValue<float>> { [network.Model.Inputs[0].Name] = x });
        Var<float> output = run.Outputs[0].Variable;
        int classes = output.Shape.Count / shape[0];
        Var<float> loss = output.Reshape(shape[0], classes).CrossEntropy(images.Labels(first, classes));
        KinkCensus census = tape.Census(0);
        foreach (OnnxNode node in network.Model.Nodes.Where(node => Kinked.Contains(node.Operator)))
        {
            OnnxValue<float> result = run[network.Model.Proto.Graph.Node[node.Index].Output[0]];
            if (!result.IsReal)
                continue;
            Tally tally = Of(kind, node);
            tally.Evaluations += result.Shape.Count;
            if (node.Operator == "Relu")
                tally.Nearest = Math.Min(tally.Nearest ?? double.PositiveInfinity, Nearest(run[network.Model.Proto.Graph.Node[node.Index].Input[0]].Variable));
        }

        foreach (OperationKinks kinks in census.Operations)
        {
            if (run.NodeOf(kinks.Node) is { } node && Kinked.Contains(node.Operator))
                Of(kind, node).Kinks += kinks.Count;
        }

        Compare(tape, x, loss, differences[kind], census.IsEmpty);
    }

    private static double Nearest(Var<float> argument) =>
        argument.ToArray().Where(value => value != 0).Select(value => (double)Math.Abs(value)).DefaultIfEmpty(double.PositiveInfinity).Min();

    private void Compare(Tape<float> tape, Var<float> x, Var<float> loss, Difference difference, bool isSmooth)
    {
        difference.Batches++;
        if (isSmooth)
            return;
        difference.AtKinks++;
        (float[] Input, float[] Parameters) one = Gradient(Selections.PyTorch), other = Gradient(Other);
        if (one.Input.AsSpan().SequenceEqual(other.Input) && one.Parameters.AsSpan().SequenceEqual(other.Parameters))
            return;
        difference.Different++;
        difference.OfInput = Math.Max(difference.OfInput, Relative(one.Input, other.Input));
        difference.OfParameters = Math.Max(difference.OfParameters, Relative(one.Parameters, other.Parameters));

        (float[] Input, float[] Parameters) Gradient(Selections selections)
        {
            Gradients<float> gradients = tape.Backward(loss, selections);
            return (gradients[x].ToArray(), [.. network.Parameters.SelectMany(parameter => gradients[tape.Parameter(parameter)].ToArray())]);
        }
    }

    private static double Relative(float[] one, float[] other)
    {
        double distance = 0, norm = 0;
        for (int i = 0; i < one.Length; i++)
        {
            distance += ((double)one[i] - other[i]) * ((double)one[i] - other[i]);
            norm += (double)one[i] * one[i];
        }

        return distance == 0 ? 0 : Math.Sqrt(distance / norm);
    }

    private Tally Of(string kind, OnnxNode node)
    {
        if (!tallies.TryGetValue((kind, node), out Tally? tally))
            tallies.Add((kind, node), tally = new Tally());
        return tally;
    }

    private sealed class Tally
    {
        public long Evaluations { get; set; }

        public long Kinks { get; set; }

        public double? Nearest { get; set; }

        public CensusRow Row(string images, OnnxNode node)
        {
            Statistics.Proportion share = Statistics.Proportion.Wilson(Math.Min(Kinks, Evaluations), Math.Max(Evaluations, 1));
            return new CensusRow(images, node.Name, node.Operator, Evaluations, Kinks, share.Value, share.Low, share.High,
                Nearest is { } nearest && double.IsFinite(nearest) ? nearest : null);
        }
    }

    private sealed class Difference
    {
        public int Batches { get; set; }

        public int AtKinks { get; set; }

        public int Different { get; set; }

        public double OfInput { get; set; }

        public double OfParameters { get; set; }

        public CensusDifference Of(string images) =>
            new(images, Batches, AtKinks, Different, Finite(OfParameters), Finite(OfInput));

        private static double? Finite(double value) => double.IsFinite(value) ? value : null;
    }
}
