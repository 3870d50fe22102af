using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;
using ConservativeAD.Networks.Writing;
using Google.Protobuf;

namespace ConservativeAD.Networks;

/// <summary>Writes networks and recorded programs as models of ONNX.</summary>
public static class OnnxExport
{
    /// <summary>The oldest version of ONNX's operators that is written.</summary>
    public const int OldestOpset = 17;

    // The version of the format that the oldest programs reading these operators know.
    private const int IrVersion = 8;

    /// <summary>Writes a network in evaluation. Its input is called <c>input</c> and its result <c>output</c>; parameters keep their names.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="input">The shape of its input, the batch included: the model takes inputs of this shape.</param>
    /// <param name="opset">The version of ONNX's operators, from <see cref="OldestOpset"/> to <see cref="OnnxModel.NewestOpset"/>.</param>
    /// <exception cref="NotSupportedException">An operation of the network has no form in ONNX; the message says which and why.</exception>
    [RequiresUnreferencedCode("The attributes of operations are read by reflection.")]
    public static OnnxModel Of<T>(Module<T> network, Shape input, int opset = OldestOpset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        using Tape<T> tape = new(network.Parameters.FirstOrDefault()?.Value.Device);
        Var<T> x = tape.Variable(input, new T[input.Count]);
        return Of([("input", x)], [("output", network.Forward(x, Mode.Evaluation))], opset);
    }

    /// <summary>
    /// Writes what outputs of a recorded program compute from its inputs. Parameters keep their names; other leaves, conditions and indices become constants.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inputs">The inputs with names: any values on the tape.</param>
    /// <param name="outputs">The outputs with names.</param>
    /// <param name="opset">The version of ONNX's operators, from <see cref="OldestOpset"/> to <see cref="OnnxModel.NewestOpset"/>.</param>
    /// <exception cref="ArgumentException">Two names are equal, values are on different tapes, or nothing is to be written.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The version is not written.</exception>
    /// <exception cref="NotSupportedException">An operation has no form in ONNX; the message says which and why.</exception>
    [RequiresUnreferencedCode("The attributes of operations are read by reflection.")]
    public static OnnxModel Of<T>(IReadOnlyList<(string Name, Var<T> Value)> inputs, IReadOnlyList<(string Name, Var<T> Value)> outputs,
        int opset = OldestOpset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (opset is < OldestOpset or > OnnxModel.NewestOpset)
            throw new ArgumentOutOfRangeException(nameof(opset), opset,
                $"Version {opset} of ONNX's operators was asked for; {OldestOpset} to {OnnxModel.NewestOpset} are written.");
        if (outputs.Count == 0)
            throw new ArgumentException("No outputs were given; at least one is needed.", nameof(outputs));
        string[] names = [.. inputs.Concat(outputs).Select(value => value.Name)];
        if (names.Distinct().Count() != names.Length || names.Any(string.IsNullOrEmpty))
            throw new ArgumentException($"The names {string.Join(", ", names)} were given; each may stand once and none is empty.", nameof(inputs));
        Tape<T> tape = outputs[0].Value.Tape;
        if (inputs.Concat(outputs).Any(value => value.Value.Tape != tape))
            throw new ArgumentException("The inputs and outputs are on different tapes.", nameof(inputs));
        GraphWriter<T> writer = new(tape.Contents, opset);
        foreach ((string name, Var<T> value) in inputs)
            writer.Input(value.Node, name, value.Shape);
        writer.Write([.. outputs.Select(output => (output.Name, output.Value.Node, output.Value.Shape))]);
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "ConservativeAD", Graph = writer.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        return OnnxModel.Parse(model.ToByteArray(), "the exported model");
    }
}
