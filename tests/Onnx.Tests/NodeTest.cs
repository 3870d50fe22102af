using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Onnx.Tests;

/// <summary>One of ONNX's own tests: a model, its inputs and the outputs that it must have.</summary>
/// <param name="Kind">The folder of tests that it belongs to, such as node.</param>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Its folder.</param>
internal sealed record NodeTest(string Kind, string Name, string Folder)
{
    // Debian's package libonnx-testdata, version 1.12.
    private const string Installed = "/usr/share/libonnx-testdata/data";

    // Those of ONNX's own runner.
    private const double RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-7;

    /// <summary>All tests; a test of ours is skipped where they are not installed.</summary>
    public static NodeTest[] All
    {
        get
        {
            Assert.SkipUnless(Directory.Exists(Installed), $"ONNX's tests are not in {Installed}; Debian's package libonnx-testdata installs them.");
            return [.. Directory.EnumerateDirectories(Installed).Order(StringComparer.Ordinal).SelectMany(kind =>
                Directory.EnumerateDirectories(kind).Order(StringComparer.Ordinal)
                    .Where(folder => File.Exists(Path.Combine(folder, "model.onnx")))
                    .Select(folder => new NodeTest(Path.GetFileName(kind), Path.GetFileName(folder), folder)))];
        }
    }

    /// <summary>The model's file.</summary>
    public string ModelFile => Path.Combine(Folder, "model.onnx");

    /// <summary>The folders of inputs and outputs.</summary>
    public IEnumerable<string> DataSets => Directory.EnumerateDirectories(Folder, "test_data_set_*").Order(StringComparer.Ordinal);

    /// <summary>Runs the model on all its inputs.</summary>
    public Outcome Run()
    {
        try
        {
            OnnxModel model = OnnxModel.Read(ModelFile);
            if (model.UnsupportedOperators is [_, ..] missing)
                return new Outcome(this, string.Join(", ", missing), "", null);
            bool isDouble = model.Inputs.Concat(model.Outputs).Any(value => value.Type == OnnxType.Double);
            string? failure = isDouble ? Differences<double>(model) : Differences<float>(model);
            return new Outcome(this, null, "", failure);
        }
        catch (OnnxException refused) when (refused.Problem == OnnxProblem.NotSupported)
        {
            return new Outcome(this, refused.Node?.Operator ?? "types", refused.Message, null);
        }
        catch (OnnxException refused)
        {
            return new Outcome(this, null, "", refused.Message);
        }
    }

    /// <summary>The inputs of a set of data, by name.</summary>
    public static Dictionary<string, OnnxTensor> Inputs(OnnxModel model, string folder)
    {
        Dictionary<string, OnnxTensor> inputs = [];
        string[] files = [.. Directory.EnumerateFiles(folder, "input_*.pb").OrderBy(Number)];
        for (int i = 0; i < files.Length; i++)
        {
            OnnxTensor tensor = OnnxTensor.Read(files[i]);

            // The files keep bfloat16 as unsigned integers.
            if (model.Inputs[i].Type == OnnxType.BFloat16)
                tensor = tensor with { Type = OnnxType.BFloat16 };

            // The second input of some casts, of which only the type is used, has one element in the data and twelve in the model.
            if (tensor.Shape == Shape.Of(1) && model.Inputs[i].Extents is [{ } rows, { } columns])
                tensor = Repeated(tensor, Shape.Of(rows, columns));
            inputs.Add(tensor.Name.Length > 0 ? tensor.Name : model.Inputs[i].Name, tensor);
        }

        return inputs;
    }

    /// <summary>Inputs on a tape.</summary>
    public static Dictionary<string, OnnxValue<T>> On<T>(Tape<T> tape, Dictionary<string, OnnxTensor> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => inputs.ToDictionary(pair => pair.Key, pair => OnnxValue<T>.Of(tape, pair.Value));

    private static OnnxTensor Repeated(OnnxTensor tensor, Shape shape) =>
        tensor with { Shape = shape, Bytes = Enumerable.Repeat(tensor.Bytes.ToArray(), shape.Count).SelectMany(bytes => bytes).ToArray() };

    private static int Number(string file) => int.Parse(Path.GetFileNameWithoutExtension(file).Split('_')[^1]);

    private string? Differences<T>(OnnxModel model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxNetwork<T> network = model.Load<T>();
        foreach (string folder in DataSets)
        {
            using Tape<T> tape = new();
            OnnxRun<T> run = network.Run(tape, On(tape, Inputs(model, folder)));
            string[] files = [.. Directory.EnumerateFiles(folder, "output_*.pb").OrderBy(Number)];
            for (int i = 0; i < files.Length; i++)
            {
                if (Difference(OnnxTensor.Read(files[i]), run.Outputs[i]) is { } difference)
                    return $"{Name}, output {i + 1}: {difference}";
            }
        }

        return null;
    }

    private static string? Difference<T>(OnnxTensor expected, OnnxValue<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isReal = expected.Type is OnnxType.Float or OnnxType.Double or OnnxType.Half or OnnxType.BFloat16;
        if (isReal != actual.IsReal || (!isReal && expected.Type != actual.Type))
            return $"type {(actual.IsReal ? "real" : actual.Type)} for {expected.Type}";
        if (expected.Shape != actual.Shape)
            return $"shape {actual.Shape} for {expected.Shape}";
        if (!isReal)
        {
            long[] integers = expected.Integers();
            int wrong = Enumerable.Range(0, integers.Length).FirstOrDefault(i => integers[i] != actual.Integers[i], -1);
            return wrong < 0 ? null : $"{actual.Integers[wrong]} for {integers[wrong]} at {wrong}";
        }

        double[] values = expected.Reals<double>(), given = Array.ConvertAll(actual.Variable.ToArray(), double.CreateTruncating);
        for (int i = 0; i < values.Length; i++)
        {
            bool agrees = values[i] == given[i] || (double.IsNaN(values[i]) && double.IsNaN(given[i]))
                || Math.Abs(values[i] - given[i]) <= AbsoluteTolerance + (RelativeTolerance * Math.Abs(values[i]));
            if (!agrees)
                return $"{given[i]} for {values[i]} at {i} of {expected.Shape}";
        }

        return null;
    }
}

/// <summary>What became of a test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Unsupported">The operators that are missing, or whose form or types are not supported; null if it was run.</param>
/// <param name="Reason">Why, where it is not the operator alone.</param>
/// <param name="Failure">What differs; null if it passed.</param>
internal sealed record Outcome(NodeTest Test, string? Unsupported, string Reason, string? Failure)
{
    /// <summary>Whether it passed.</summary>
    public bool Passed => Unsupported is null && Failure is null;
}
