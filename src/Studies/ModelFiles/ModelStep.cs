using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Networks.Format;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>A model of ONNX that was recorded on a batch, with the loss of its output.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class ModelStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OnnxNetwork<T> network;
    private readonly Tape<T> tape;

    private ModelStep(OnnxNetwork<T> network, Tape<T> tape, Var<T> input, OnnxRun<T> run, Var<T> loss) =>
        (this.network, this.tape, Input, Run, Loss) = (network, tape, input, run, loss);

    /// <summary>The images: a variable, or a constant.</summary>
    public Var<T> Input { get; }

    /// <summary>The run of the model.</summary>
    public OnnxRun<T> Run { get; }

    /// <summary>The loss.</summary>
    public Var<T> Loss { get; }

    /// <summary>Records a model.</summary>
    /// <param name="tape">The tape, which is reset.</param>
    /// <param name="network">The model.</param>
    /// <param name="shape">The shape of the batch.</param>
    /// <param name="pixels">Its numbers.</param>
    /// <param name="labels">Makes its labels for a number of classes.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="differentiatesInput">Whether the images are a variable.</param>
    /// <exception cref="UsageException">The output does not fit the loss.</exception>
    public static ModelStep<T> On(Tape<T> tape, OnnxNetwork<T> network, int[] shape, ReadOnlySpan<T> pixels, Func<int, int[]> labels, LossName loss,
        bool differentiatesInput = true)
    {
        tape.Reset();
        Var<T> x = differentiatesInput ? tape.Variable(new Shape(shape), pixels) : tape.Constant(new Shape(shape), pixels);
        OnnxRun<T> run = network.Run(tape, new Dictionary<string, OnnxValue<T>> { [network.Model.Inputs[0].Name] = x });
        return new ModelStep<T>(network, tape, x, run, loss == LossName.Squares ? Squares(network.Model, run) : CrossEntropy(network.Model, run, shape[0],
            labels));
    }

    /// <summary>Where the model's operations may be at kinks: the nodes of the file, with what they recorded.</summary>
    public IEnumerable<(OnnxNode Node, OperationKinks Site)> Sites()
    {
        foreach (OperationKinks site in tape.KinkSites(0))
        {
            if (Run.NodeOf(site.Node) is { } node)
                yield return (node, site);
        }
    }

    /// <summary>The gradients by backpropagation.</summary>
    /// <param name="selections">The choices at kinks.</param>
    public ModelGradients<T> Backward(Selections selections) => Copy(tape.Backward(Loss, selections));

    /// <summary>The gradients of an element of Clarke's subdifferential, with what is known of it.</summary>
    /// <param name="seed">The seed of the direction along which kinks are decided.</param>
    public (ModelGradients<T> Gradients, ClarkeCertificate Certificate) Clarke(ulong seed)
    {
        ClarkeGradient<T> found = tape.ClarkeGradient(Loss, seed);
        return (Copy(found.Gradients), found.Certificate);
    }

    private ModelGradients<T> Copy(Gradients<T> gradients) =>
        new([.. network.Parameters.Select(parameter => gradients.Of(parameter).ToArray())], gradients[Input].ToArray());

    private static Var<T> Squares(OnnxModel model, OnnxRun<T> run)
    {
        OnnxValue<T> output = run.Outputs[0];
        return output is { IsReal: true, Shape.Count: > 0 }
            ? output.Variable.Square().Mean().Scale(0.5)
            : throw new UsageException(
                $"{model.File} has the first output {model.Outputs[0]}, which is not of numbers with derivatives; nothing can be studied.");
    }

    private static Var<T> CrossEntropy(OnnxModel model, OnnxRun<T> run, int batch, Func<int, int[]> labels)
    {
        // A network that ends in a softmax gives probabilities; what it takes the softmax of are the scores.
        NodeProto? last = model.Proto.Graph.Node.LastOrDefault(node => node.Output.Contains(model.Outputs[0].Name));
        OnnxValue<T> output = last is { OpType: "Softmax" or "LogSoftmax" } ? run[last.Input[0]] : run.Outputs[0];
        Shape shape = output.Shape;
        int classes = output.IsReal && shape.Rank >= 2 && shape[0] == batch && Enumerable.Range(2, shape.Rank - 2).All(axis => shape[axis] == 1) ? shape[1] : 0;
        if (classes < 2)
            throw new UsageException(
                $"{model.File} gives {model.Outputs[0]}, here of shape {(output.IsReal ? shape : output.Type)}, for a batch of {batch}; scores of classes are "
                    + $"[batch, classes] with two classes at least. Give --loss squares, which is half the mean square of any output.");
        return output.Variable.Reshape(batch, classes).CrossEntropy(labels(classes));
    }
}
