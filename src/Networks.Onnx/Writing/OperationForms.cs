using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using static System.Math;

namespace ConservativeAD.Networks.Writing;

/// <summary>The form in ONNX of every operation that has one, by the name of its rule.</summary>
[RequiresUnreferencedCode("The fields of rules are read by reflection.")]
internal static class OperationForms
{
    // Operations that ONNX has under these names, without attributes.
    private static readonly Dictionary<string, string> Alike = new()
    {
        ["Abs"] = "Abs",
        ["Acos"] = "Acos",
        ["Acosh"] = "Acosh",
        ["Add"] = "Add",
        ["Asin"] = "Asin",
        ["Asinh"] = "Asinh",
        ["Atan"] = "Atan",
        ["Atanh"] = "Atanh",
        ["Ceiling"] = "Ceil",
        ["Cos"] = "Cos",
        ["Cosh"] = "Cosh",
        ["Determinant"] = "Det",
        ["Divide"] = "Div",
        ["Erf"] = "Erf",
        ["Exp"] = "Exp",
        ["Floor"] = "Floor",
        ["HardSwish"] = "HardSwish",
        ["Log"] = "Log",
        ["MatMul"] = "MatMul",
        ["Maximum"] = "Max",
        ["Minimum"] = "Min",
        ["Multiply"] = "Mul",
        ["Negate"] = "Neg",
        ["Power"] = "Pow",
        ["PRelu"] = "PRelu",
        ["Reciprocal"] = "Reciprocal",
        ["Relu"] = "Relu",
        ["Round"] = "Round",
        ["Sigmoid"] = "Sigmoid",
        ["Sign"] = "Sign",
        ["Sin"] = "Sin",
        ["Sinh"] = "Sinh",
        ["Softplus"] = "Softplus",
        ["Softsign"] = "Softsign",
        ["Sqrt"] = "Sqrt",
        ["Subtract"] = "Sub",
        ["Tan"] = "Tan",
        ["Tanh"] = "Tanh",
    };

    // Operations that would lose digits, or that ONNX does not have.
    private static readonly Dictionary<string, string> Without = new()
    {
        ["Atan2"] = "it has no arctangent of two numbers.",
        ["Cbrt"] = "it has no roots of negative numbers.",
        ["Cholesky"] = "it has no factorisations.",
        ["CosPi"] = "a product with π loses the digits that this operation keeps.",
        ["CrossEntropy"] = "a loss on labels of the recording is no part of a network; write the logits.",
        ["CtcLoss"] = "it has no such loss.",
        ["CumulativeExtreme"] = "it has no running maxima.",
        ["CumulativeLogSumExp"] = "it has no running logarithms of sums.",
        ["CumulativeProduct"] = "it has no running products.",
        ["DeterminantSign"] = "it has no factorisations.",
        ["Digamma"] = "it has no such function.",
        ["Dropout"] = "its mask belongs to one recording; write the network in evaluation.",
        ["ErfInverse"] = "it has no such function.",
        ["ExpM1"] = "eˣ − 1 loses the digits that this operation keeps.",
        ["FlooredRemainder"] = "its Mod follows the divisor's sign for integers only.",
        ["Gru"] = "the projected inputs of this operation are no input of its GRU.",
        ["Huber"] = "it has no such function.",
        ["LogAbsDeterminant"] = "it has no factorisations.",
        ["LogAddExp"] = "the logarithm of a sum of powers loses the range that this operation keeps.",
        ["LogGamma"] = "it has no such function.",
        ["LogP1"] = "ln(1 + x) loses the digits that this operation keeps.",
        ["Logit"] = "its parts lose the digits that this operation keeps.",
        ["Lstm"] = "the projected inputs of this operation are no input of its LSTM.",
        ["MatrixExponential"] = "it has no functions of matrices.",
        ["MaximumNumber"] = "its Max passes NaN on.",
        ["MinimumNumber"] = "its Min passes NaN on.",
        ["NanToNumber"] = "it has no such function.",
        ["OrderStatistics"] = "it has no order statistics.",
        ["PositiveSemidefinitePart"] = "it has no factorisations.",
        ["PseudoInverse"] = "it has no factorisations.",
        ["PNorm"] = "powers of other orders lose the range that this operation keeps.",
        ["Interpolate"] = "the weights of its Resize are not written.",
        ["Deviations"] = "it has no such function.",
        ["Qr"] = "it has no factorisations.",
        ["Root"] = "it has no roots of negative numbers.",
        ["ScaledSoftplus"] = "its Softplus has no scale.",
        ["Sinc"] = "it has no such function.",
        ["SingularValues"] = "it has no factorisations.",
        ["SingularVectors"] = "it has no factorisations.",
        ["SinPi"] = "a product with π loses the digits that this operation keeps.",
        ["SmoothAbs"] = "it has no such function.",
        ["Solve"] = "it has no linear systems.",
        ["SumOfLargestEigenvalues"] = "it has no factorisations.",
        ["SumOfLargestSingularValues"] = "it has no factorisations.",
        ["SymmetricEigenvalues"] = "it has no factorisations.",
        ["SymmetricEigenvectors"] = "it has no factorisations.",
        ["TanPi"] = "a product with π loses the digits that this operation keeps.",
        ["TriangularSolve"] = "it has no linear systems.",
        ["XLogY"] = "its parts give NaN where this operation gives 0.",
    };

    /// <summary>Writes an operation, and gives the name of its result.</summary>
    /// <exception cref="NotSupportedException">It has no form in ONNX.</exception>
    public static string Write<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string name = RuleFields.Name(node.Rule);
        return Alike.TryGetValue(name, out string? type) ? node.Same(type)
            : Without.TryGetValue(name, out string? why) ? throw node.Refused(why)
            : OfNumber(node, name) ?? OfAxes(node, name) ?? ArrayForms.Write(node, name) ?? throw node.Refused("no form is known.");
    }

    // Functions of one number, with attributes or of several nodes.
    private static string? OfNumber<T>(OperationWriter<T> node, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string x = node.X;
        return name switch
        {
            "Celu" => node.Same("Celu", OperationWriter<T>.Float("alpha", node.Get<double>("alpha"))),
            "Clamp" or "HardTanh" => node.Emit("Clip", x, Number("minimum"), Number("maximum")),
            "Choose" => node.Emit("Where", node.Emit("Greater", x, node.Inputs[1]), node.Inputs[2], node.Inputs[3]),
            "DivideBy" => node.Emit("Div", x, Number("divisor")),
            "DivideInto" => node.Emit("Div", Number("dividend"), x),
            "Elu" => node.Same("Elu", OperationWriter<T>.Float("alpha", node.Get<double>("alpha"))),
            "ExpToBase" => node.Emit("Pow", Number("b"), x),
            "Fraction" => node.Emit("Sub", x, Truncated()),
            "Gelu" => Gelu(),
            "GeluTanh" => GeluTanh(),
            "HardShrink" => Shrink(0),
            "HardSigmoid" => node.Same("HardSigmoid", OperationWriter<T>.Float("alpha", 1.0 / 6), OperationWriter<T>.Float("beta", 0.5)),
            "Hinge" => node.Emit("Relu", node.Emit("Sub", node.Graph.Number(1), x)),
            "LeakyRelu" => node.Same("LeakyRelu", OperationWriter<T>.Float("alpha", node.Get<double>("slope"))),
            "LogSigmoid" => node.Emit("Neg", node.Emit("Softplus", node.Emit("Neg", x))),
            "LogToBase" => node.Emit("Div", node.Emit("Log", x), node.Graph.Number(Log(node.Get<double>("b")))),
            "MeanSquaredError" => SquaredError(),
            "Mish" => node.Graph.Opset >= 18 ? node.Same("Mish") : node.Emit("Mul", x, node.Emit("Tanh", node.Emit("Softplus", x))),
            "Pow" => node.Emit("Pow", x, Number("exponent")),
            "ReciprocalSqrt" => node.Emit("Reciprocal", node.Emit("Sqrt", x)),
            "Relu6" => node.Emit("Clip", x, node.Graph.Number(0), node.Graph.Number(6)),
            "Remainder" => node.Same("Mod", OperationWriter<T>.Int("fmod", 1)),
            "Scale" => node.Emit("Mul", x, Number("factor")),
            "Shift" => node.Emit("Add", x, Number("summand")),
            "Silu" => node.Emit("Mul", x, node.Emit("Sigmoid", x)),
            "SoftThreshold" => Shrink(node.Get<double>("threshold")),
            "Square" => node.Emit("Mul", x, x),
            "Threshold" => node.Emit("Where", node.Emit("Greater", x, Number("threshold")), x, Number("below")),
            "Truncate" => Truncated(),
            "Where" => node.Emit("Where", node.Graph.Conditions(node.Get<NDArray<T>>("condition")), x, node.Inputs[1]),
            _ => null,
        };

        string Number(string attribute) => node.Graph.Number(node.Get<double>(attribute));

        string Truncated() => node.Emit("Mul", node.Emit("Sign", x), node.Emit("Floor", node.Emit("Abs", x)));

        string Shrink(double bias) =>
            node.Same("Shrink", OperationWriter<T>.Float("lambd", node.Get<double>("threshold")), OperationWriter<T>.Float("bias", bias));

        string Gelu() => node.Graph.Opset >= 20
            ? node.Same("Gelu")
            : node.Emit("Mul", node.Emit("Mul", x, node.Graph.Number(0.5)),
                node.Emit("Add", node.Emit("Erf", node.Emit("Mul", x, node.Graph.Number(Sqrt(0.5)))), node.Graph.Number(1)));

        string GeluTanh()
        {
            if (node.Graph.Opset >= 20)
                return node.Same("Gelu", OperationWriter<T>.Text("approximate", "tanh"));
            string cube = node.Emit("Mul", node.Emit("Mul", node.Emit("Mul", x, x), x), node.Graph.Number(0.044715));
            string inner = node.Emit("Mul", node.Emit("Add", x, cube), node.Graph.Number(Sqrt(2 / PI)));
            return node.Emit("Mul", node.Emit("Mul", x, node.Graph.Number(0.5)), node.Emit("Add", node.Emit("Tanh", inner), node.Graph.Number(1)));
        }

        string SquaredError()
        {
            string difference = node.Emit("Sub", x, node.Inputs[1]), square = node.Emit("Mul", difference, difference);
            int[] all = [.. Enumerable.Range(0, node.Shapes[0].Rank)];
            if (all.Length == 0)
                return square;
            return node.Get<LossReduction>("reduction") switch
            {
                LossReduction.Mean => node.Reduce("ReduceMean", square, all, false),
                LossReduction.Sum => node.Reduce("ReduceSum", square, all, false),
                _ => square,
            };
        }
    }

    // Operations along axes.
    private static string? OfAxes<T>(OperationWriter<T> node, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
        {
            "CumulativeSum" => node.Emit("CumSum", node.X, node.Graph.Integers(Shape.Scalar, [node.Get<int>("axis")])),
            "ExtremeOverAxes" => node.Reduce(node.Get<bool>("smallest") ? "ReduceMin" : "ReduceMax"),
            "LogSoftmax" => node.Same("LogSoftmax", OperationWriter<T>.Int("axis", node.Get<int>("axis"))),
            "LogSumExp" => node.Reduce("ReduceLogSumExp"),
            "MeanOverAxes" => node.Reduce("ReduceMean"),
            "Norm1" => node.Reduce("ReduceL1"),
            "Norm2" => node.Reduce("ReduceL2"),
            "ProductOverAxes" => node.Reduce("ReduceProd"),
            "Softmax" => node.Same("Softmax", OperationWriter<T>.Int("axis", node.Get<int>("axis"))),
            "SumOverAxes" => node.Reduce("ReduceSum"),
            _ => null,
        };
}
