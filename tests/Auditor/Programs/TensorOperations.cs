namespace ConservativeAD.Auditor.Programs;

/// <summary>Operations on tensors, which draw their shapes and attributes. A test compares the list with the library's rules by reflection.</summary>
public static class TensorOperations
{
    private static readonly int[][] Small = [[], [1], [2], [3], [2, 2], [1, 2]];

    public static IReadOnlyList<TensorOperation> All { get; } =
    [
        .. Elementwise("Relu", "Abs", "Sign", "Floor", "Square", "Reciprocal", "Sqrt", "Cbrt", "Asinh", "Exp", "ExpM1", "Log", "LogP1", "Sin", "Cos", "Tan",
            "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh", "Sigmoid", "Softplus", "LogSigmoid", "Silu", "Erf", "Gelu", "GeluTanh", "Negate", "HardSwish",
                "HardSigmoid", "Relu6", "Hinge", "HardTanh", "Acosh", "Atanh", "Exp2", "Exp10", "Log2", "Log10", "SinPi", "CosPi", "TanPi",
                    "Ceiling", "Round", "Truncate", "Fraction", "ReciprocalSqrt", "Logit", "Sinc", "Softsign", "Mish", "Selu",
                    "LogGamma", "Digamma", "ErfInverse"),
        new("NanToNumber", "{0}.NanToNumber(2, 3, -3)", One, None),
        WithOne("RootN", draw => draw.Any([2, 3, 4, 5, -1, -3])),
        WithOne("LeakyRelu", draw => draw.Any([0.5, 0.25, -0.5, 1, 3, 0])),
        WithOne("Elu", draw => draw.Any([1, 0.5, 2])),
        WithOne("SoftThreshold", draw => draw.Any([0.5, 1, 2])),
        WithOne("Huber", draw => draw.Any([0.5, 1, 2])),
        WithOne("SmoothAbs", draw => draw.Any([0.5, 1, 2])),
        WithOne("HardShrink", draw => draw.Any([0.5, 1, 2])),
        WithOne("Celu", draw => draw.Any([1, 0.5, 2])),
        WithOne("Softplus", draw => draw.Any([1, 0.5, 2]), "ScaledSoftplus"),
        new("Threshold", "{0}.Threshold({a}, {b})", One, draw => [draw.Any([-1, 0, 0.5, 1]), draw.Any([-1, 0, 0.5, 1, 2])]),
        WithOne("Scale", draw => draw.Number(5, 4)),
        WithOne("Shift", draw => draw.Number(5, 4)),
        WithOne("DivideBy", draw => draw.Number(5, 4)),
        WithOne("DivideInto", draw => draw.Number(5, 4)),
        WithOne("Pow", draw => draw.Any([2, 3, 0.5, 1.5, -1, 1, 0, -0.5, 2.5, 4, -2, 1.0 / 3])),
        new("Clamp", "{0}.Clamp({a}, {b})", One, draw => [draw.Any([-1, 0, -0.5]), draw.Any([0.25, 0.5, 1, 2])]),
        .. Pairs(("Add", "({0} + {1})"), ("Subtract", "({0} - {1})"), ("Multiply", "({0} * {1})"), ("Divide", "({0} / {1})"), ("Power", "{0}.Power({1})"),
            ("Maximum", "{0}.Maximum({1})"), ("Minimum", "{0}.Minimum({1})"), ("Atan2", "{0}.Atan2({1})"),
            ("MaximumNumber", "{0}.MaximumNumber({1})"), ("MinimumNumber", "{0}.MinimumNumber({1})"), ("LogAddExp", "{0}.LogAddExp({1})"),
            ("XLogY", "{0}.XLogY({1})"), ("PRelu", "{0}.PRelu({1})"), ("Hypot", "{0}.Hypot({1})"), ("Remainder", "{0}.Remainder({1})"),
            ("FlooredRemainder", "{0}.FlooredRemainder({1})")),
        new("Choose", "{0}.ChooseWhereGreater({1}, {2}, {3})", draw => draw.Any(Small) is var shape && draw.OneIn(3)
            ? [shape, [], shape, shape]
            : [shape, shape, shape, shape], None),
        new("WhereBits", "Operations.Where(Bits({0}, {a}), {0}, {1})", draw => draw.Any(Small) is var shape ? [shape, shape] : [], draw => [draw.Below(8)]),
        new("WhereGreater", "Operations.Where({0}.IsGreater({1}), {2}, {3})", draw => draw.Any(Small) is var shape ? [shape, shape, shape, shape] : [], None),
        new("WhereCompared", "Operations.Where(All({2}, {0} > {1}), {2}, {3})", draw => draw.Any(Small) is var shape ? [[1], [1], shape, shape] : [], None),
        new("If", "({0} < {1} ? {2} : {3})", draw => draw.Any(Small) is var shape ? [[1], [1], shape, shape] : [], None),
        new("IfAtMost", "({0} <= ({T}){a} ? {1} : {2})", draw => draw.Any(Small) is var shape ? [[], shape, shape] : [], draw => [draw.Number(5, 2)]),
        new("Sum", "{0}.Sum()", Arrays, None),
        new("SumAxis", "{0}.Sum({a})", Arrays, LastOrFirst),
        new("Mean", "{0}.Mean()", Arrays, None),
        new("MeanAxis", "{0}.Mean({a})", Arrays, LastOrFirst),
        new("Max", "{0}.Max()", Arrays, None),
        new("MaxAxis", "{0}.Max({a})", Arrays, LastOrFirst),
        new("Min", "{0}.Min()", Arrays, None),
        new("MinAxis", "{0}.Min({a}, true)", Arrays, LastOrFirst),
        new("Norm1", "{0}.Norm1()", Arrays, None),
        new("Norm1Axis", "{0}.Norm1({a})", Arrays, LastOrFirst),
        new("Norm2", "{0}.Norm2()", Arrays, None),
        new("Norm2Axis", "{0}.Norm2({a})", Arrays, LastOrFirst),
        new("NormInfinity", "{0}.NormInfinity()", Arrays, None),
        new("NormInfinityAxis", "{0}.NormInfinity({a})", Arrays, LastOrFirst),
        new("Product", "{0}.Product()", Arrays, None),
        new("ProductAxis", "{0}.Product({a})", Arrays, LastOrFirst),
        new("Variance", "{0}.Variance(VarianceDivisor.Population)", Arrays, None),
        new("StandardDeviation", "{0}.StandardDeviation(VarianceDivisor.Population)", Arrays, None),
        new("PNorm", "{0}.Norm(3)", Arrays, None),
        new("LogSumExp", "{0}.LogSumExp()", Arrays, None),
        new("LogSumExpAxis", "{0}.LogSumExp({a})", Arrays, LastOrFirst),
        new("Softmax", "{0}.Softmax({a})", Arrays, LastOrFirst),
        new("LogSoftmax", "{0}.LogSoftmax({a})", Arrays, LastOrFirst),
        .. CumulativeOperations.All(Arrays, LastOrFirst),
        new("Reshape", "{0}.Reshape({0}.Shape.Count, 1)", Arrays, None),
        new("Permute", "{0}.Permute(1, 0)", _ => [[2, 3]], None),
        new("Transpose", "{0}.Transpose()", _ => [[3, 2]], None),
        new("Slice", "{0}.Slice(-1, 1, 1)", _ => [[2, 2]], None),
        new("Select", "{0}.Select(0, 1)", _ => [[2, 2]], None),
        new("Concatenate", "Operations.Concatenate(-1, {0}, {1}, {0})", _ => [[2, 2], [2, 1]], None),
        new("BroadcastTo", "{0}.BroadcastTo(2, 2)", draw => [draw.Any<int[]>([[2], [1], [2, 1], []])], None),
        new("Pad", "{0}.Pad([1], [2], {a})", _ => [[2]], draw => [draw.Number(0, 4)]),
        new("Gather", "{0}.Gather(0, {0}.Tape.Indices([3, 2], [0, 1, 1, 1, 0, 0]))", _ => [[2, 2]], None),
        new("GatherRows", "{0}.GatherRows({0}.Tape.Indices([3], [1, 0, 1]))", _ => [[2, 2]], None),
        new("ScatterAdd", "{0}.ScatterAdd(0, {0}.Tape.Indices([3, 1], [1, 0, 1]), {1})", _ => [[2, 1], [3, 1]], None),
        new("Sort", "{0}.Sort({a})", Arrays, LastOrFirst),
        new("SortDescending", "{0}.Sort({a}, true)", Arrays, LastOrFirst),
        new("TopK", "{0}.TopK(2)", _ => [[3]], None),
        new("TopKSmallest", "{0}.TopK(1, true)", _ => [[3]], None),
        new("Median", "{0}.Median()", draw => [draw.Any<int[]>([[3], [4], [2], [2, 3]])], None),
        new("MatMul", "{0}.MatMul({1})", _ => [[2, 3], [3, 2]], None),
        new("Linear", "{0}.Linear({1}, {2})", _ => [[2, 3], [2, 3], [2]], None),
        new("LinearWithoutBias", "{0}.Linear({1})", _ => [[1, 2], [2, 2]], None),
        new("Conv2d", "{0}.Conv2d({1}, {2}, padding: 1)", _ => [[1, 1, 2, 2], [1, 1, 2, 2], [1]], None),
        new("Conv2dGrouped", "{0}.Conv2d({1}, stride: 2, padding: 1, groups: 2)", _ => [[1, 2, 2, 2], [2, 1, 2, 2]], None),
        new("ConvTranspose2d", "{0}.ConvTranspose2d({1})", _ => [[1, 1, 1, 2], [1, 1, 1, 2]], None),
        new("Interpolate", "{0}.Interpolate([3], InterpolationMode.Linear, true)", _ => [[1, 1, 2]], None),
        new("MaxPool2d", "{0}.MaxPool2d(2)", _ => [[1, 1, 2, 4]], None),
        new("MaxPool2dOverlapping", "{0}.MaxPool2d(2, 1, 1)", _ => [[1, 1, 2, 2]], None),
        new("AveragePool2d", "{0}.AveragePool2d(2, 1, 1)", _ => [[1, 1, 2, 2]], None),
        new("CrossEntropy", "{0}.CrossEntropy([1, 0])", _ => [[2, 3]], None),
        new("CrossEntropyEach", "{0}.CrossEntropy([2, 0], LossReduction.None)", _ => [[2, 3]], None),
        new("MeanSquaredError", "{0}.MeanSquaredError({1})", _ => [[2, 2], [2, 2]], None),
        new("SumSquaredError", "{0}.MeanSquaredError({1}, LossReduction.Sum)", _ => [[3], [3]], None),
        new("BatchNorm", "{0}.BatchNorm({1}, {2})", _ => [[3, 2], [2], [2]], None),
        new("LayerNorm", "{0}.LayerNorm({1}, {2})", _ => [[2, 3], [3], [3]], None),
        new("LayerNormPlain", "{0}.LayerNorm()", _ => [[2, 3]], None),
        new("Dropout", "{0}.Dropout(0.5, new Philox({a}, 6))", Arrays, draw => [draw.Below(10)]),
        new("Lstm", "{0}.Lstm({1}, {2})", _ => [[2, 1, 4], [4, 1], [4]], None),
        new("LstmWithStates", "{0}.Lstm({1}, {2}, {3}, {4})", _ => [[1, 1, 4], [4, 1], [4], [1, 1], [1, 1]], None),
        new("Gru", "{0}.Gru({1}, {2})", _ => [[2, 1, 3], [3, 1], [3]], None),
        new("GruWithState", "{0}.Gru({1}, {2}, {3})", _ => [[1, 1, 3], [3, 1], [3], [1, 1]], None),
        new("CtcLoss", "{0}.CtcLoss([[1]])", _ => [[2, 1, 2]], None),
        new("MaskedAttention",
            "{0}.Attention({1}, {2}, 1, new AttentionOptions<{T}> { Mask = {0}.Tape.Conditions([2, 2], [false, true, true, true]) })",
            _ => [[1, 2, 2], [1, 2, 2], [1, 2, 2]], None),
        new("Attention", "{0}.Attention({1}, {2}, 1)", _ => [[1, 2, 2], [1, 2, 2], [1, 2, 2]], None),
        new("SelfAttention", "{0}.SelfAttention(1, isCausal: true)", _ => [[1, 2, 3]], None),
        .. LinearAlgebraOperations.All(),
        new("Checkpoint", "{0}.Tape.Checkpoint({0}, s => s.Abs() + s)", One, None),
        new("InnerGradient", "{0}.Tape.InnerGradient({0}, s => (s.Abs() + (s * s * s)).Sum())", One, None),
        new("Detach", "{0}.Detach()", One, None),
        new("OwnExp", "{0}.Apply(Math.Exp, (_, y) => y)", One, None),
        new("OwnCube", "{0}.Apply(v => v * v * v, (v, _) => 3 * v * v, new OperationFacts(\"cube\", TameClass.Polynomial))", One, None),
        new("OwnAbs", "{0}.Apply(Math.Abs, (v, _) => v > 0 ? 1 : -1, new OperationFacts(\"wrongly smooth\", TameClass.SemiAlgebraic))", One, None),
    ];

    private static IEnumerable<TensorOperation> Elementwise(params string[] names) =>
        names.Select(name => new TensorOperation(name, $"{{0}}.{name}()", One, None));

    private static IEnumerable<TensorOperation> Pairs(params (string Name, string Text)[] pairs) =>
        pairs.Select(pair => new TensorOperation(pair.Name, pair.Text, Two, None));

    private static TensorOperation WithOne(string name, Func<Draw, double> attribute, string? called = null) =>
        new(called ?? name, $"{{0}}.{name}({{a}})", One, draw => [attribute(draw)]);

    private static int[][] One(Draw draw) => [draw.Any(Small)];

    private static int[][] Two(Draw draw) =>
        draw.OneIn(3) ? draw.Any<int[][]>([[[2, 2], [2]], [[3], [1]], [[], [2]], [[2, 1], [1, 2]]]) : draw.Any(Small) is var shape ? [shape, shape] : [];

    private static int[][] Arrays(Draw draw) => [draw.Any<int[]>([[1], [2], [3], [2, 2], [4], [3, 2]])];

    private static double[] None(Draw draw) => [];

    private static double[] LastOrFirst(Draw draw) => [draw.OneIn(2) ? -1 : 0];
}
