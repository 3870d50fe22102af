using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Gradients;

/// <summary>The kinks whose choices studies compare.</summary>
internal enum KinkName
{
    /// <summary>relu'(0) = 0 against 1.</summary>
    Relu,

    /// <summary>The slope of a leaky relu at 0: that of its left side against that of its right.</summary>
    LeakyRelu,

    /// <summary>|·|'(0) = −1 against 1.</summary>
    Abs,

    /// <summary>The larger and the smaller of each pair of neighbours: the first of equal ones against the second.</summary>
    Max,

    /// <summary>Pairs of neighbours in order: equal ones in their order against the reverse.</summary>
    Sort,

    /// <summary>The Euclidean norm of each pair of neighbours: a gradient of 0 at the origin against one of length 1.</summary>
    Norm,

    /// <summary>Max pooling: the first tied entry of a window against the last; behind relus with relu'(0) = 0.</summary>
    MaxPool,

    /// <summary>Functions with bounds, such as clip: the slope of the outer side at each bound against that of the inner one.</summary>
    Bounds,

    /// <summary>Maxima and minima over axes: the first tied entry against the last.</summary>
    Extremes,

    /// <summary>All kinks at once: the choices of PyTorch against others.</summary>
    Any,
}

/// <summary>A kind of kink in a network, and two choices at it.</summary>
/// <param name="Name">The kink.</param>
/// <param name="ReadBy">The names of the operations that read the choices; empty for all.</param>
/// <param name="First">One choice.</param>
/// <param name="Second">The other; at all other kinks the choices of PyTorch.</param>
/// <param name="Words">Both, in words.</param>
/// <remarks>
/// Activations by pairs keep the number of features: C. Anil, J. Lucas and R. Grosse, Sorting out Lipschitz function approximation, ICML 2019 (MaxMin and
/// GroupSort).
/// </remarks>
internal sealed record KinkChoice(KinkName Name, IReadOnlyList<string> ReadBy, Selections First, Selections Second, string Words)
{
    private const double LeakySlope = 0.01;

    private static readonly Selections Usual = Selections.PyTorch with { ReluAtZero = 0 };
    private static readonly BoundSelection Inner = BoundSelection.Both(1), Outer = BoundSelection.Both(0);

    /// <summary>Kinks of networks that the program makes: of an activation, or of max pooling.</summary>
    public static IReadOnlyList<KinkName> OfLayers { get; } =
        [KinkName.Relu, KinkName.LeakyRelu, KinkName.Abs, KinkName.Max, KinkName.Sort, KinkName.Norm, KinkName.MaxPool];

    /// <summary>The two choices at a kink.</summary>
    /// <param name="name">The kink.</param>
    public static KinkChoice Of(KinkName name) => name switch
    {
        KinkName.Relu => new(name, ["relu", "positive semidefinite part"], Usual, Usual with { ReluAtZero = 1 }, "relu'(0) = 0 against 1"),
        KinkName.LeakyRelu => new(name, ["leaky relu", "prelu"], Usual with { LeakyReluAtZero = SideSelection.Left },
            Usual with { LeakyReluAtZero = SideSelection.Right }, "the slope of a leaky relu at 0: 0.01 against 1"),
        KinkName.Abs => new(name, ["abs", "norm1"], Usual with { AbsAtZero = -1 }, Usual with { AbsAtZero = 1 }, "|·|'(0) = −1 against 1"),
        KinkName.Max => new(name, ["maximum", "minimum"], Usual with { FirstOfPairWeight = 1 }, Usual with { FirstOfPairWeight = 0 },
            "the first of two equal numbers against the second"),
        KinkName.Sort => new(name, ["sort", "top-k", "order statistics"], Usual with { Sort = TieSelection.First },
            Usual with { Sort = TieSelection.Last }, "equal numbers in order against reversed"),
        KinkName.Norm => new(name, ["norm2", "p-norm"], Usual with { Norm2AtZero = 0 }, Usual with { Norm2AtZero = 1 },
            "a gradient of 0 at the origin of a norm against one of 1"),
        KinkName.MaxPool => new(name, ["max-pool"], Usual with { MaxPool = TieSelection.First }, Usual with { MaxPool = TieSelection.Last },
            "the first tied entry of a window against the last"),
        KinkName.Bounds => new(name, ["relu6", "hardtanh", "clamp", "hard sigmoid", "hard swish", "soft threshold"],
            Usual with
            {
                Relu6AtBounds = Outer,
                HardTanhAtBounds = Outer,
                ClampAtBounds = Outer,
                HardSigmoidAtBounds = Outer,
                HardSwishAtBounds = new BoundSelection(0, 1),
                SoftThresholdAtBounds = Outer,
            },
            Usual with
            {
                Relu6AtBounds = Inner,
                HardTanhAtBounds = Inner,
                ClampAtBounds = Inner,
                HardSigmoidAtBounds = BoundSelection.Both(1 / 6.0),
                HardSwishAtBounds = new BoundSelection(-0.5, 1.5),
                SoftThresholdAtBounds = Inner,
            },
            "the slope at bounds: that of one side against that of the other"),
        KinkName.Extremes => new(name, ["extreme over axes", "cumulative extreme"],
            Usual with { ExtremeOverAxis = TieSelection.First, CumulativeExtreme = TieSelection.First },
            Usual with { ExtremeOverAxis = TieSelection.Last, CumulativeExtreme = TieSelection.Last },
            "the first tied entry of an axis against the last"),
        _ => new(name, [], Usual,
            Usual with
            {
                ReluAtZero = 1,
                LeakyReluAtZero = SideSelection.Right,
                EluAtZero = SideSelection.Right,
                Relu6AtBounds = Inner,
                HardTanhAtBounds = Inner,
                ClampAtBounds = Outer,
                HardSigmoidAtBounds = BoundSelection.Both(1 / 6.0),
                HardSwishAtBounds = new BoundSelection(-0.5, 1.5),
                SoftThresholdAtBounds = Inner,
                AbsAtZero = 1,
                HingeAtKnee = -1,
                FirstOfPairWeight = 0,
                FirstOfNumbersWeight = 0,
                ExtremeOverAxis = TieSelection.Last,
                CumulativeExtreme = TieSelection.First,
                MaxPool = TieSelection.Last,
                Sort = TieSelection.Last,
                Eigenvalues = TieSelection.Last,
                Norm2AtZero = 1,
            },
            "the choices of PyTorch at all kinks against others"),
    };

    /// <summary>Whether an operation reads the choices.</summary>
    /// <param name="operation">The operation.</param>
    public bool IsReadBy(OperationFacts operation) => ReadBy.Count == 0 || ReadBy.Contains(operation.Name);

    /// <summary>Records the activation on features along axis 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, features, …].</param>
    public Var<T> Apply<T>(Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (Name)
        {
            case KinkName.LeakyRelu:
                return x.LeakyRelu(LeakySlope);
            case KinkName.Abs:
                return x.Abs();
            case KinkName.Max:
                (Var<T> first, Var<T> second) = Halves(x);
                return Operations.Concatenate(1, [first.Maximum(second), first.Minimum(second)]);
            case KinkName.Sort:
                return Pairs(x).Sort(axis: 1).Reshape(x.Shape.ToArray());
            case KinkName.Norm:
                Var<T> norms = Pairs(x).Norm2(1);
                return Operations.Concatenate(1, [norms, norms]).Reshape(x.Shape.ToArray());
            default:
                return x.Relu();
        }
    }

    private static (Var<T> First, Var<T> Second) Halves<T>(Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int half = Half(x.Shape);
        return (x.Slice(1, 0, half), x.Slice(1, half, half));
    }

    // [batch, 2, features/2, …]: a feature of the first half and one of the second are a pair.
    private static Var<T> Pairs<T>(Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int half = Half(x.Shape);
        return x.Reshape([x.Shape[0], 2, half, .. x.Shape.ToArray()[2..]]);
    }

    private static int Half(Shape shape) => shape[1] % 2 == 0
        ? shape[1] / 2
        : throw new UsageException($"--kink max, sort and norm take pairs of features; a layer has {shape[1]}, which is odd. Give an even width.");
}
