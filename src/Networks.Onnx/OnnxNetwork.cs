using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks;

/// <summary>
/// A model of ONNX as a network: its weights are parameters, and running it records its operators on a tape. Whatever floating-point types the file has, it
/// computes in T. Integers, booleans and conditions are computed on the host when the network is recorded, and no derivative passes through them.
/// </summary>
/// <typeparam name="T">The element type in which it computes.</typeparam>
public sealed class OnnxNetwork<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, Parameter<T>> reals = [];
    private readonly Dictionary<string, HostTensor> integers = [];
    private readonly HashSet<string> trained;

    internal OnnxNetwork(OnnxModel model, Device device)
    {
        Model = model;
        trained = Weights.Of(model);
        foreach ((string name, OnnxTensor tensor) in model.Initializers)
        {
            if (tensor.Type.IsReal())
                reals.Add(name, new Parameter<T>(name, device, tensor.Shape, tensor.Reals<T>()));
            else
                integers.Add(name, new HostTensor(tensor.Type, tensor.Shape, tensor.Integers()));
        }
    }

    /// <summary>The model.</summary>
    public OnnxModel Model { get; }

    /// <summary>
    /// The weights, by their names in the file: initializers of floating point that are the weights, biases, scales or shifts of an operator, or that have
    /// several elements and are added or multiplied. Other initializers, such as running statistics, are constants.
    /// </summary>
    public override IEnumerable<Parameter<T>> Parameters => reals.Values.Where(parameter => trained.Contains(parameter.Name));

    /// <summary>The floating-point initializers that are not weights, by their names in the file.</summary>
    public override IEnumerable<(string Name, NDArray<T> Value)> Buffers =>
        reals.Values.Where(parameter => !trained.Contains(parameter.Name)).Select(parameter => (parameter.Name, parameter.Value));

    /// <summary>Records a model of one floating-point input, and gives its first output.</summary>
    /// <param name="x">The input.</param>
    /// <param name="mode">Without effect: the file says what its nodes do.</param>
    /// <exception cref="OnnxException">The model has several inputs, the input does not fit, or an operator cannot be computed.</exception>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Evaluation)
    {
        if (Model.Inputs.Count != 1 || Model.Outputs.Count == 0)
            throw new OnnxException(OnnxProblem.Input,
                $"{Model.File} has {Model.Inputs.Count} inputs and {Model.Outputs.Count} outputs; Forward runs models of one input. Use Run.", Model.File);
        OnnxValue<T> output = Run(x.Tape, new Dictionary<string, OnnxValue<T>> { [Model.Inputs[0].Name] = x })[Model.Outputs[0].Name];
        return output.IsReal
            ? output.Variable
            : throw new OnnxException(OnnxProblem.Input, $"{Model.File}: output {Excerpt.Of(Model.Outputs[0].Name)} is of {output.Type}. Use Run.", Model.File);
    }

    /// <summary>Records the model on a tape.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="inputs">A value for every input of the model, by name. Initializers that the file also lists as inputs may be given another value.</param>
    /// <exception cref="OnnxException">Inputs are missing or do not fit, or an operator cannot be computed.</exception>
    public OnnxRun<T> Run(Tape<T> tape, IReadOnlyDictionary<string, OnnxValue<T>> inputs)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(inputs);
        Dictionary<string, OnnxValue<T>> values = [];
        foreach (Parameter<T> parameter in reals.Values.Where(parameter => !inputs.ContainsKey(parameter.Name)))
        {
            bool isWeight = trained.Contains(parameter.Name);
            Var<T> value = isWeight ? tape.Parameter(parameter) : tape.Constant(parameter.Value);
            values.Add(parameter.Name, new OnnxValue<T>(value, !isWeight, Model.Initializers[parameter.Name].Type));
        }

        foreach ((string name, HostTensor tensor) in integers.Where(pair => !inputs.ContainsKey(pair.Key)))
            values.Add(name, new OnnxValue<T>(tensor));
        HashSet<string> known = [.. Model.Proto.Graph.Input.Select(input => input.Name)];
        foreach (OnnxInput input in Model.Inputs)
            values.Add(input.Name, Checked(input, inputs.GetValueOrDefault(input.Name)));
        foreach ((string name, OnnxValue<T> value) in inputs.Where(pair => !values.ContainsKey(pair.Key)))
        {
            if (!known.Contains(name))
                throw new OnnxException(OnnxProblem.Input,
                    $"{Model.File} has no input {Excerpt.Of(name)}; it has {string.Join(", ", Model.Inputs)}.", Model.File);
            values.Add(name, value);
        }

        return new GraphRun<T>(Model, tape).Run(values);
    }

    private OnnxValue<T> Checked(OnnxInput input, OnnxValue<T>? value)
    {
        if (value is null)
            throw new OnnxException(OnnxProblem.Input, $"{Model.File}: input {input} was not given.", Model.File);
        bool fits = (input.Type == OnnxType.Undefined || input.Type.IsReal() == value.IsReal && (value.IsReal || value.Type == input.Type))
            && (input.Extents is null
                || (input.Extents.Count == value.Shape.Rank && input.Extents.Select((extent, axis) => extent is null || extent == value.Shape[axis])
                    .All(same => same)));
        return fits
            ? value.IsReal ? new OnnxValue<T>(value.Variable, false, input.Type) : value
            : throw new OnnxException(OnnxProblem.Input,
                $"{Model.File}: input {input} was given a value of {(value.IsReal ? "numbers" : value.Type)} {value.Shape}.",
                Model.File);
    }
}
