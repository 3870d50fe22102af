using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Explorer.Formulas;

/// <summary>The functions that formulas can use, each an operation of the engine.</summary>
internal static class FormulaFunctions
{
    private const int Many = 16;

    private static readonly Func<Active, Active>[] AtZero = [u => u];

    // sin(πu) is 0 at the whole numbers alone.
    private static readonly Func<Active, Active>[] AtIntegers = [Active.SinPi];

    public static IReadOnlyList<FormulaFunction> All { get; } =
    [
        Kinked("relu", u => Active.Relu(u), AtZero),
        Kinked("abs", Active.Abs, AtZero),
        Extreme("max", Active.Max),
        Extreme("min", Active.Min),
        new("median", "median(a, b, c)", 3, 3, parts => new MedianNode(parts)),
        new("norm", "norm(a, b, …)", 2, Many, parts => Fold(parts, (a, b) => new BinaryNode(Active.Hypot, a, b, Knob.Named("norm")))),
        new("clamp", "clamp(a, low, high)", 3, 3, Clamp),
        Kinked("relu6", u => u.Apply(new Relu6(null)), At(0, 6)),
        new("leakyrelu", "leakyrelu(a, slope = 0.01)", 1, 2, LeakyRelu),
        new("elu", "elu(a, α = 1)", 1, 2, Elu),
        Kinked("hinge", u => u.Apply(new Hinge(null)), At(1)),
        Kinked("hardtanh", u => u.Apply(new HardTanh(-1, 1, null)), At(-1, 1)),
        Kinked("hardsigmoid", u => u.Apply(new HardSigmoid(null)), At(-3, 3)),
        Kinked("hardswish", u => u.Apply(new HardSwish(null)), At(-3, 3)),
        new("softthreshold", "softthreshold(a, λ = 1)", 1, 2, SoftThreshold),
        new("huber", "huber(a, δ = 1)", 1, 2, Huber),
        Jumping("sign", u => u.Apply(default(Sign)), AtZero),
        Jumping("floor", Active.Floor, AtIntegers),
        Jumping("ceil", Active.Ceiling, AtIntegers),
        Smooth("sqrt", Active.Sqrt),
        Jumping("cbrt", Active.Cbrt, AtZero),
        Smooth("exp", Active.Exp),
        Smooth("expm1", Active.ExpM1),
        Smooth("log", Active.Log),
        Smooth("log1p", Active.LogP1),
        Smooth("log2", Active.Log2),
        Smooth("log10", Active.Log10),
        Smooth("sin", Active.Sin),
        Smooth("cos", Active.Cos),
        Smooth("tan", Active.Tan),
        Smooth("asin", Active.Asin),
        Smooth("acos", Active.Acos),
        Smooth("atan", Active.Atan),
        Smooth("sinh", Active.Sinh),
        Smooth("cosh", Active.Cosh),
        Smooth("tanh", Active.Tanh),
        Smooth("sigmoid", u => u.Apply(default(Sigmoid))),
        Smooth("softplus", u => u.Apply(default(Softplus))),
        Smooth("silu", u => u.Apply(default(Silu))),
        Smooth("gelu", u => u.Apply(default(Gelu))),
        Smooth("erf", u => u.Apply(default(Erf))),
        new("pow", "pow(a, b)", 2, 2, parts => new BinaryNode(Active.Pow, parts[0], parts[1])),
    ];

    private static readonly Dictionary<string, string> OtherNames = new()
    {
        ["ln"] = "log",
        ["clip"] = "clamp",
        ["hypot"] = "norm",
        ["norm2"] = "norm",
        ["maximum"] = "max",
        ["minimum"] = "min",
        ["leaky_relu"] = "leakyrelu",
        ["soft_threshold"] = "softthreshold",
        ["swish"] = "silu",
        ["ceiling"] = "ceil",
        ["sgn"] = "sign",
    };

    private static readonly Dictionary<string, FormulaFunction> ByName = All.ToDictionary(function => function.Name);

    public static FormulaFunction? Named(string name) => ByName.GetValueOrDefault(OtherNames.GetValueOrDefault(name, name));

    private static FormulaFunction Smooth(string name, Func<Active, Active> operation) =>
        new(name, $"{name}(a)", 1, 1, parts => new UnaryNode(operation, parts[0]));

    private static FormulaFunction Jumping(string name, Func<Active, Active> operation, Func<Active, Active>[] kinks) =>
        new(name, $"{name}(a)", 1, 1, parts => new UnaryNode(operation, parts[0], null, kinks));

    private static FormulaFunction Kinked(string name, Func<Active, Active> operation, Func<Active, Active>[] kinks) =>
        new(name, $"{name}(a)", 1, 1, parts => new UnaryNode(operation, parts[0], Knob.Named(name), kinks));

    private static FormulaFunction Extreme(string name, Func<Active, Active, Active> operation) =>
        new(name, $"{name}(a, b, …)", 2, Many, parts => Fold(parts, (a, b) => Pair(operation, a, b)));

    private static BinaryNode Pair(Func<Active, Active, Active> operation, FormulaNode a, FormulaNode b) =>
        new(operation, a, b, Knob.Named("pair"), hasTies: true);

    private static FormulaNode Fold(FormulaNode[] parts, Func<FormulaNode, FormulaNode, FormulaNode> join) => parts.Aggregate(join);

    private static UnaryNode Clamp(FormulaNode[] parts)
    {
        double low = Number(parts[1], "The lower bound of clamp"), high = Number(parts[2], "The upper bound of clamp");
        if (!(low < high))
            throw new ArgumentException($"The lower bound of clamp, {NumberText.Of(low)}, must be below the upper one, {NumberText.Of(high)}.");
        return new UnaryNode(u => u.Apply(new Clamp(low, high, null)), parts[0], Knob.Named("clamp"), At(low, high));
    }

    private static UnaryNode LeakyRelu(FormulaNode[] parts)
    {
        double slope = parts.Length == 1 ? 0.01 : Number(parts[1], "The slope of leakyrelu");
        return new UnaryNode(u => u.Apply(new LeakyRelu(slope, null)), parts[0], Knob.Named("leakyrelu"), AtZero);
    }

    private static UnaryNode Elu(FormulaNode[] parts)
    {
        double alpha = parts.Length == 1 ? 1 : Positive(parts[1], "α of elu");
        return new UnaryNode(u => u.Apply(new Elu(alpha, null)), parts[0], alpha == 1 ? null : Knob.Named("elu"), alpha == 1 ? null : AtZero);
    }

    private static UnaryNode SoftThreshold(FormulaNode[] parts)
    {
        double threshold = parts.Length == 1 ? 1 : Positive(parts[1], "λ of softthreshold");
        return new UnaryNode(u => u.Apply(new SoftThreshold(threshold, null)), parts[0], Knob.Named("softthreshold"), At(-threshold, threshold));
    }

    private static UnaryNode Huber(FormulaNode[] parts)
    {
        double delta = parts.Length == 1 ? 1 : Positive(parts[1], "δ of huber");
        return new UnaryNode(u => u.Apply(new Huber(delta)), parts[0]);
    }

    private static Func<Active, Active>[] At(params double[] places) => [.. places.Select(place => (Func<Active, Active>)(u => u - place))];

    private static double Number(FormulaNode node, string what)
    {
        double number = node.IsConstant ? node.Evaluate([]).Value : throw new ArgumentException($"{what} must be a number without variables.");
        return double.IsFinite(number) ? number : throw new ArgumentException($"{what} is {NumberText.Of(number)}; it must be a finite number.");
    }

    private static double Positive(FormulaNode node, string what)
    {
        double number = Number(node, what);
        return number > 0 ? number : throw new ArgumentException($"{what} is {NumberText.Of(number)}; it must be above 0.");
    }
}
