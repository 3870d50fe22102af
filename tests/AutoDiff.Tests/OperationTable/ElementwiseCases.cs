using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Elementwise operations of one input.</summary>
public static class ElementwiseCases
{
    private static readonly double[] Slopes = [-1, 0, 0.25, 0.5, 1, 7];

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Relu { Avoid = [0], Kinks = [At(0, 0, 0, 0, 0, (s, v) => s with { ReluAtZero = v }, (x, v) => x.Relu(v))] },
        new LeakyRelu { Avoid = [0], Kinks = [At(0, 0.1, 1, 0.1, 0.1, (s, v) => s with { LeakyReluAtZero = v }, (x, v) => x.LeakyRelu(0.1, v))] },
        new SteepLeakyRelu { Avoid = [0], Kinks = [At(0, 3, 1, 3, 1, (s, v) => s with { LeakyReluAtZero = v }, (x, v) => x.LeakyRelu(3, v))] },
        new FoldingLeakyRelu { Avoid = [0], Kinks = [At(0, -0.5, 1, -0.5, 0, (s, v) => s with { LeakyReluAtZero = v }, (x, v) => x.LeakyRelu(-0.5, v))] },
        new LinearLeakyRelu { Kinks = [NoChoice((x, v) => x.LeakyRelu(1, v))] },
        new SmoothElu { Avoid = [0], Kinks = [NoChoice((x, v) => x.Elu(1, v))] },
        new SteepElu { Avoid = [0], Kinks = [At(0, 2, 2, 2, 1, (s, v) => s with { EluAtZero = v }, (x, v) => x.Elu(2, v))] },
        new Elu { Avoid = [0], Kinks = [At(0, 0.5, 0.5, 0.5, 0.5, (s, v) => s with { EluAtZero = v }, (x, v) => x.Elu(0.5, v))] },
        new Relu6
        {
            Range = (-3, 9),
            Avoid = [0, 6],
            Kinks =
            [
                At(0, 0, 0, 0, 0, (s, v) => s with { Relu6AtBounds = new(v, 99) }, (x, v) => x.Relu6(new BoundSelection(v, 99))),
                At(6, 0, 0, 0, 0, (s, v) => s with { Relu6AtBounds = new(99, v) }, (x, v) => x.Relu6(new BoundSelection(99, v))),
            ],
        },
        new HardTanh
        {
            Avoid = [-1, 1],
            Kinks =
            [
                At(-1, 0, 1, 1, 0, (s, v) => s with { HardTanhAtBounds = new(v, 99) }, (x, v) => x.HardTanh(-1, 1, new BoundSelection(v, 99))),
                At(1, 0, 1, 1, 0, (s, v) => s with { HardTanhAtBounds = new(99, v) }, (x, v) => x.HardTanh(-1, 1, new BoundSelection(99, v))),
            ],
        },
        new Clamp
        {
            Avoid = [-0.5, 1.5],
            Kinks =
            [
                At(-0.5, 1, 0.5, 1, 0, (s, v) => s with { ClampAtBounds = new(v, 99) }, (x, v) => x.Clamp(-0.5, 1.5, new BoundSelection(v, 99))),
                At(1.5, 1, 0.5, 1, 0, (s, v) => s with { ClampAtBounds = new(99, v) }, (x, v) => x.Clamp(-0.5, 1.5, new BoundSelection(99, v))),
            ],
        },
        new HardSigmoid
        {
            Range = (-5, 5),
            Avoid = [-3, 3],
            Kinks =
            [
                At(-3, 0, 0, 0, 0, (s, v) => s with { HardSigmoidAtBounds = new(v, 99) }, (x, v) => x.HardSigmoid(new BoundSelection(v, 99))),
                At(3, 0, 0, 0, 0, (s, v) => s with { HardSigmoidAtBounds = new(99, v) }, (x, v) => x.HardSigmoid(new BoundSelection(99, v))),
            ],
        },
        new HardSwish
        {
            Range = (-5, 5),
            Avoid = [-3, 3],
            HalfTolerance = 8e-3,
            Kinks =
            [
                At(-3, 0, 0, 0, 0, (s, v) => s with { HardSwishAtBounds = new(v, 99) }, (x, v) => x.HardSwish(new BoundSelection(v, 99))),
                At(3, 1, 1, 1, 1, (s, v) => s with { HardSwishAtBounds = new(99, v) }, (x, v) => x.HardSwish(new BoundSelection(99, v))),
            ],
        },
        new SoftThreshold
        {
            Avoid = [-0.5, 0.5],
            Kinks =
            [
                At(-0.5, 0, 0, 0, 0, (s, v) => s with { SoftThresholdAtBounds = new(v, 99) }, (x, v) => x.SoftThreshold(0.5, new BoundSelection(v, 99))),
                At(0.5, 0, 0, 0, 0, (s, v) => s with { SoftThresholdAtBounds = new(99, v) }, (x, v) => x.SoftThreshold(0.5, new BoundSelection(99, v))),
            ],
        },
        new Abs { Avoid = [0], Kinks = [At(0, 0, 1, 0, 0, (s, v) => s with { AbsAtZero = v }, (x, v) => x.Abs(v))] },
        new Hinge { Avoid = [1], Kinks = [At(1, 0, -0.5, -1, 0, (s, v) => s with { HingeAtKnee = v }, (x, v) => x.Hinge(v))] },
        new Sign { Avoid = [0], Kinks = [Jump(0)] },
        new Floor { Avoid = [-2, -1, 0, 1, 2], Kinks = [Jump(1)] },
        new Ceiling { Avoid = [-2, -1, 0, 1, 2], Kinks = [Jump(1)] },
        new Round { Range = (-3, 3), Avoid = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], Kinks = [Jump(0.5), Jump(-1.5)] },
        new Truncate { Avoid = [-2, -1, 1, 2], Kinks = [Jump(1), Jump(-2)] },
        new Fraction { Avoid = [-2, -1, 1, 2], Kinks = [Jump(1, 1), Jump(-2, 1)] },
        new HardShrink { Avoid = [-0.5, 0.5], Kinks = [Jump(0.5), Jump(-0.5)] },
        new Threshold { Avoid = [0.5], Kinks = [Jump(0.5)] },
        new ReciprocalSqrt { Range = (0.3, 4), HalfTolerance = 8e-3 },
        new Logit { Range = (0.1, 0.9), HalfTolerance = 2e-2, FloatTolerance = 5e-6 },
        new Sinc { Range = (-3, 3), HalfTolerance = 8e-3 },
        new Softsign(),
        new Mish { Range = (-4, 4), HalfTolerance = 8e-3 },
        new Celu { Range = (-3, 3) },
        new ScaledSoftplus(),
        new LogGamma { Range = (0.3, 5), HalfTolerance = 1e-2, FloatTolerance = 5e-6 },
        new Digamma { Range = (0.3, 5), HalfTolerance = 2e-2, FloatTolerance = 5e-6 },
        new ErfInverse { Range = (-0.9, 0.9), HalfTolerance = 1e-2, FloatTolerance = 5e-6 },
        new SmoothAbs { Range = (-3, 3), Avoid = [-1.25, 1.25] },
        new NanToNumber(),
        new Huber { Range = (-3, 3), Avoid = [-1.25, 1.25] },
        new Square(),
        new Reciprocal { Range = (0.5, 3) },
        new Sqrt { Range = (0.3, 4), Kinks = [Steep(0, double.PositiveInfinity)] },
        new Cbrt { Range = (0.3, 4), Kinks = [Steep(0, double.PositiveInfinity)] },
        new Root { Range = (0.3, 4), Kinks = [Steep(0, double.PositiveInfinity)] },
        new EvenRoot { Range = (0.3, 4), Kinks = [Steep(0, double.PositiveInfinity)] },
        new Asinh(),
        new Acosh { Range = (1.2, 4), HalfTolerance = 8e-3, Kinks = [Steep(1, double.PositiveInfinity)] },
        new Atanh { Range = (-0.9, 0.9), HalfTolerance = 8e-3 },
        new Exp { HalfTolerance = 8e-3 },
        new ExpM1 { HalfTolerance = 8e-3 },
        new Exp2 { HalfTolerance = 8e-3 },
        new Exp10 { Range = (-1, 1), HalfTolerance = 2e-2 },
        new Log { Range = (0.3, 4) },
        new Log2 { Range = (0.3, 4), HalfTolerance = 8e-3 },
        new Log10 { Range = (0.3, 4) },
        new LogP1 { Range = (-0.7, 3), HalfTolerance = 8e-3 },
        new Sin(),
        new Cos(),
        new Tan { Range = (-1.2, 1.2), HalfTolerance = 2e-2 },
        new SinPi { HalfTolerance = 2e-2 },
        new CosPi { HalfTolerance = 2e-2 },
        new TanPi { Range = (-0.35, 0.35), HalfTolerance = 4e-2 },
        new Asin { Range = (-0.9, 0.9), HalfTolerance = 8e-3, Kinks = [Steep(-1, double.PositiveInfinity), Steep(1, double.PositiveInfinity)] },
        new Acos { Range = (-0.9, 0.9), HalfTolerance = 8e-3, Kinks = [Steep(-1, double.NegativeInfinity), Steep(1, double.NegativeInfinity)] },
        new Atan(),
        new Sinh { HalfTolerance = 8e-3 },
        new Cosh { HalfTolerance = 8e-3 },
        new Tanh(),
        new Sigmoid(),
        new Softplus(),
        new LogSigmoid(),
        new Silu(),
        new Erf(),
        new Gelu { HalfTolerance = 8e-3 },
        new GeluTanh { HalfTolerance = 8e-3 },
        new Negate(),
        new Scale(),
        new Shift(),
        new Pow { Range = (0.3, 2), HalfTolerance = 2e-2 },
        new RootByPow { Range = (0.3, 2), HalfTolerance = 2e-2, Kinks = [Steep(0, double.PositiveInfinity)] },
        new DivideBy(),
        new DivideInto { Range = (0.5, 2) },
    ];

    // One element at the kink between two that are not.
    private static KinkPoint At(
        double kink,
        double pyTorch,
        double jax,
        double tensorFlow,
        double minimalNorm,
        Func<Selections, double, Selections> select,
        Func<Var<double>, double, Var<double>> overriding)
    {
        List<Expectation> expectations =
        [
            new("PyTorch", Selections.PyTorch, One(pyTorch)),
            new("Jax", Selections.Jax, One(jax)),
            new("TensorFlow", Selections.TensorFlow, One(tensorFlow)),
            new("minimal norm", Selections.MinimalNorm, One(minimalNorm)),
        ];
        foreach (double slope in Slopes)
        {
            expectations.Add(new($"selected {slope}", select(Selections.PyTorch, slope), One(slope)));
            expectations.Add(new($"overridden by {slope}", select(Selections.PyTorch, 55), One(slope), x => overriding(x[0], slope)));
        }

        return new KinkPoint([Shape.Scalar], [[kink]], [0], [.. expectations]);
    }

    // If both sides have slope 1, there is no kink, and the slope is 1 for any selection.
    private static KinkPoint NoChoice(Func<Var<double>, double, Var<double>> overriding) => new(
        [Shape.Scalar],
        [[0]],
        [],
        new("PyTorch", Selections.PyTorch, One(1)),
        new("Jax", Selections.Jax, One(1)),
        new("TensorFlow", Selections.TensorFlow, One(1)),
        new("minimal norm", Selections.MinimalNorm, One(1)),
        new("selected 7", Selections.PyTorch with { LeakyReluAtZero = 7, EluAtZero = 7 }, One(1)),
        new("overridden by 7", Selections.PyTorch, One(1), x => overriding(x[0], 7)));

    private static KinkPoint Jump(double at, double slope = 0) => new([Shape.Scalar], [[at]], [0], new Expectation("PyTorch", Selections.PyTorch, One(slope)));

    // The slope is infinite, so there is nothing to select.
    private static KinkPoint Steep(double at, double slope) => new([Shape.Scalar], [[at]], [0], new Expectation("any", Selections.PyTorch, One(slope)));

    private static double[][] One(double slope) => [[KinkPoint.Cotangent * slope]];

    private sealed class Relu() : OperationCase("relu", typeof(Rules.Relu)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Relu(); }

    private sealed class LeakyRelu()
        : OperationCase("leaky relu", typeof(Rules.LeakyRelu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LeakyRelu(0.1); }

    private sealed class SteepLeakyRelu()
        : OperationCase("leaky relu, steep", typeof(Rules.LeakyRelu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LeakyRelu(3); }

    private sealed class FoldingLeakyRelu()
        : OperationCase("leaky relu, folding", typeof(Rules.LeakyRelu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LeakyRelu(-0.5); }

    private sealed class LinearLeakyRelu()
        : OperationCase("leaky relu, linear", typeof(Rules.LeakyRelu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LeakyRelu(1); }

    private sealed class SmoothElu() : OperationCase("elu, smooth", typeof(Rules.Elu)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Elu(); }

    private sealed class SteepElu() : OperationCase("elu, steep", typeof(Rules.Elu)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Elu(2); }

    private sealed class Elu() : OperationCase("elu", typeof(Rules.Elu)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Elu(0.5); }

    private sealed class Relu6() : OperationCase("relu6", typeof(Rules.Relu6)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Relu6(); }

    private sealed class HardTanh() : OperationCase("hardtanh", typeof(Rules.HardTanh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].HardTanh(); }

    private sealed class Clamp() : OperationCase("clamp", typeof(Rules.Clamp)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Clamp(-0.5, 1.5); }

    private sealed class HardSigmoid()
        : OperationCase("hard sigmoid", typeof(Rules.HardSigmoid))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].HardSigmoid(); }

    private sealed class HardSwish() : OperationCase("hard swish", typeof(Rules.HardSwish)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].HardSwish(); }

    private sealed class SoftThreshold()
        : OperationCase("soft threshold", typeof(Rules.SoftThreshold))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SoftThreshold(0.5); }

    private sealed class Abs() : OperationCase("abs", typeof(Rules.Abs)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Abs(); }

    private sealed class Hinge() : OperationCase("hinge", typeof(Rules.Hinge)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Hinge(); }

    private sealed class Sign() : OperationCase("sign", typeof(Rules.Sign)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sign(); }

    private sealed class Ceiling()
        : OperationCase("ceiling", typeof(Rules.Ceiling))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Ceiling(); }

    private sealed class Round()
        : OperationCase("round", typeof(Rules.Round))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Round(); }

    private sealed class Truncate()
        : OperationCase("truncate", typeof(Rules.Truncate))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Truncate(); }

    private sealed class Fraction()
        : OperationCase("fraction", typeof(Rules.Fraction))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Fraction(); }

    private sealed class HardShrink()
        : OperationCase("hard shrink", typeof(Rules.HardShrink))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].HardShrink(); }

    private sealed class Threshold()
        : OperationCase("threshold", typeof(Rules.Threshold))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Threshold(0.5, -0.25); }

    private sealed class ReciprocalSqrt()
        : OperationCase("reciprocal sqrt", typeof(Rules.ReciprocalSqrt))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ReciprocalSqrt(); }

    private sealed class Logit()
        : OperationCase("logit", typeof(Rules.Logit))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Logit(); }

    private sealed class Sinc()
        : OperationCase("sinc", typeof(Rules.Sinc))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sinc(); }

    private sealed class Softsign()
        : OperationCase("softsign", typeof(Rules.Softsign))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Softsign(); }

    private sealed class Mish()
        : OperationCase("mish", typeof(Rules.Mish))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Mish(); }

    private sealed class Celu()
        : OperationCase("celu", typeof(Rules.Celu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Celu(0.75); }

    private sealed class ScaledSoftplus()
        : OperationCase("scaled softplus", typeof(Rules.ScaledSoftplus))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Softplus(2.5); }

    private sealed class NanToNumber()
        : OperationCase("NaN to number", typeof(Rules.NanToNumber))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].NanToNumber(3, 2, -2); }

    private sealed class SmoothAbs()
        : OperationCase("smooth abs", typeof(Rules.SmoothAbs))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SmoothAbs(1.25); }

    private sealed class LogGamma()
        : OperationCase("log-gamma", typeof(Rules.LogGamma))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogGamma(); }

    private sealed class Digamma()
        : OperationCase("digamma", typeof(Rules.Digamma))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Digamma(); }

    private sealed class ErfInverse()
        : OperationCase("erf inverse", typeof(Rules.ErfInverse))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ErfInverse(); }

    private sealed class Floor() : OperationCase("floor", typeof(Rules.Floor)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Floor(); }

    private sealed class Huber() : OperationCase("huber", typeof(Rules.Huber)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Huber(1.25); }

    private sealed class Square() : OperationCase("square", typeof(Rules.Square)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Square(); }

    private sealed class Reciprocal()
        : OperationCase("reciprocal", typeof(Rules.Reciprocal))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Reciprocal(); }

    private sealed class Sqrt() : OperationCase("sqrt", typeof(Rules.Sqrt)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sqrt(); }

    private sealed class Cbrt() : OperationCase("cube root", typeof(Rules.Cbrt)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Cbrt(); }

    private sealed class Asinh() : OperationCase("asinh", typeof(Rules.Asinh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Asinh(); }

    private sealed class Root() : OperationCase("root", typeof(Rules.Root)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].RootN(5); }

    private sealed class EvenRoot() : OperationCase("root, even", typeof(Rules.Root)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].RootN(4); }

    private sealed class Acosh() : OperationCase("acosh", typeof(Rules.Acosh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Acosh(); }

    private sealed class Atanh() : OperationCase("atanh", typeof(Rules.Atanh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Atanh(); }

    private sealed class Exp2() : OperationCase("exp2", typeof(Rules.ExpToBase)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Exp2(); }

    private sealed class Exp10() : OperationCase("exp10", typeof(Rules.ExpToBase)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Exp10(); }

    private sealed class Log2() : OperationCase("log2", typeof(Rules.LogToBase)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Log2(); }

    private sealed class Log10() : OperationCase("log10", typeof(Rules.LogToBase)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Log10(); }

    private sealed class SinPi() : OperationCase("sinPi", typeof(Rules.SinPi)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SinPi(); }

    private sealed class CosPi() : OperationCase("cosPi", typeof(Rules.CosPi)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CosPi(); }

    private sealed class TanPi() : OperationCase("tanPi", typeof(Rules.TanPi)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].TanPi(); }

    private sealed class Exp() : OperationCase("exp", typeof(Rules.Exp)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Exp(); }

    private sealed class ExpM1() : OperationCase("expm1", typeof(Rules.ExpM1)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ExpM1(); }

    private sealed class Log() : OperationCase("log", typeof(Rules.Log)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Log(); }

    private sealed class LogP1() : OperationCase("log1p", typeof(Rules.LogP1)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogP1(); }

    private sealed class Sin() : OperationCase("sin", typeof(Rules.Sin)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sin(); }

    private sealed class Cos() : OperationCase("cos", typeof(Rules.Cos)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Cos(); }

    private sealed class Tan() : OperationCase("tan", typeof(Rules.Tan)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Tan(); }

    private sealed class Asin() : OperationCase("asin", typeof(Rules.Asin)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Asin(); }

    private sealed class Acos() : OperationCase("acos", typeof(Rules.Acos)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Acos(); }

    private sealed class Atan() : OperationCase("atan", typeof(Rules.Atan)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Atan(); }

    private sealed class Sinh() : OperationCase("sinh", typeof(Rules.Sinh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sinh(); }

    private sealed class Cosh() : OperationCase("cosh", typeof(Rules.Cosh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Cosh(); }

    private sealed class Tanh() : OperationCase("tanh", typeof(Rules.Tanh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Tanh(); }

    private sealed class Sigmoid() : OperationCase("sigmoid", typeof(Rules.Sigmoid)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sigmoid(); }

    private sealed class Softplus() : OperationCase("softplus", typeof(Rules.Softplus)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Softplus(); }

    private sealed class LogSigmoid()
        : OperationCase("log-sigmoid", typeof(Rules.LogSigmoid))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LogSigmoid(); }

    private sealed class Silu() : OperationCase("silu", typeof(Rules.Silu)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Silu(); }

    private sealed class Erf() : OperationCase("erf", typeof(Rules.Erf)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Erf(); }

    private sealed class Gelu() : OperationCase("gelu", typeof(Rules.Gelu)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Gelu(); }

    private sealed class GeluTanh() : OperationCase("gelu tanh", typeof(Rules.GeluTanh)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].GeluTanh(); }

    private sealed class Negate() : OperationCase("negate", typeof(Rules.Negate)) { public override Var<T> Apply<T>(Var<T>[] x) => -x[0]; }

    private sealed class Scale() : OperationCase("scale", typeof(Rules.Scale)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Scale(1.5); }

    private sealed class Shift() : OperationCase("shift", typeof(Rules.Shift)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Shift(0.75); }

    private sealed class Pow() : OperationCase("pow", typeof(Rules.Pow)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Pow(2.5); }

    private sealed class RootByPow() : OperationCase("pow below 1", typeof(Rules.Pow)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Pow(0.5); }

    private sealed class DivideBy() : OperationCase("divide by", typeof(Rules.DivideBy)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].DivideBy(3); }

    private sealed class DivideInto()
        : OperationCase("divide into", typeof(Rules.DivideInto))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].DivideInto(2); }
}
