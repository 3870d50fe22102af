namespace ConservativeAD.Solutions;

/// <summary>The coefficients of a Runge–Kutta method: stages Yᵢ = x + h·Σⱼ aᵢⱼ·f(Yⱼ) at times t + cᵢ·h.</summary>
internal sealed class ButcherTableau
{
    private static readonly double Root6 = Math.Sqrt(6);
    private static readonly double TrBdf2Share = 1 - (Math.Sqrt(2) / 2);
    private static readonly double TrBdf2Weight = Math.Sqrt(2) / 4;

    private ButcherTableau(double[][] stages, double[] nodes) => (Stages, Nodes) = (stages, nodes);

    /// <summary>aᵢⱼ.</summary>
    public double[][] Stages { get; }

    /// <summary>cᵢ.</summary>
    public double[] Nodes { get; }

    /// <summary>For explicit methods, the weights of the stages' rates: x + h·Σ bᵢ·f(Yᵢ).</summary>
    public double[] Weights { get; private init; } = [];

    /// <summary>For implicit methods, the weights of the stages' increments: x + Σ dᵢ·(Yᵢ − x).</summary>
    public double[] IncrementWeights { get; private init; } = [];

    /// <summary>The weights of the rates in the estimate of a step's error, divided by h; empty if there is none.</summary>
    public double[] ErrorWeights { get; private init; } = [];

    /// <summary>The power of the step size that the estimate has.</summary>
    public int ErrorOrder { get; private init; }

    /// <summary>γ of the filter (I − γ·h·∂f/∂x)⁻¹ of the estimate, which keeps it bounded for stiff fields; 0 for none.</summary>
    public double FilterShare { get; private init; }

    /// <summary>The weights of the rates in the part of the dense output that the values and rates at both ends do not give; empty for cubic output.</summary>
    public double[] DenseWeights { get; private init; } = [];

    public bool IsExplicit => Weights.Length > 0;

    public bool EstimatesErrors => ErrorWeights.Length > 0;

    public static ButcherTableau Of(FlowMethod method) => method switch
    {
        FlowMethod.DormandPrince => new(
            [
                [],
                [1.0 / 5],
                [3.0 / 40, 9.0 / 40],
                [44.0 / 45, -56.0 / 15, 32.0 / 9],
                [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
                [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
                [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
            ],
            [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1])
        {
            Weights = [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0],
            ErrorWeights = [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40],
            ErrorOrder = 5,
            DenseWeights =
            [
                -12715105075.0 / 11282082432, 0, 87487479700.0 / 32700410799, -10690763975.0 / 1880347072, 701980252875.0 / 199316789632,
                -1453857185.0 / 822651844, 69997945.0 / 29380423,
            ],
        },
        FlowMethod.Euler => new([[]], [0]) { Weights = [1] },
        FlowMethod.RungeKutta4 => new([[], [0.5], [0, 0.5], [0, 0, 1]], [0, 0.5, 0.5, 1]) { Weights = [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6] },
        FlowMethod.BackwardEuler => new([[1]], [1]) { IncrementWeights = [1] },
        FlowMethod.ImplicitMidpoint => new([[0.5]], [0.5]) { IncrementWeights = [2] },
        FlowMethod.Trapezoid => new([[0, 0], [0.5, 0.5]], [0, 1]) { IncrementWeights = [0, 1] },
        FlowMethod.TrBdf2 => new(
            [[0, 0, 0], [TrBdf2Share, TrBdf2Share, 0], [TrBdf2Weight, TrBdf2Weight, TrBdf2Share]],
            [0, 2 * TrBdf2Share, 1])
        {
            IncrementWeights = [0, 0, 1],
            ErrorWeights = [TrBdf2Weight - ((1 - TrBdf2Weight) / 3), TrBdf2Weight - (((3 * TrBdf2Weight) + 1) / 3), TrBdf2Share * 2 / 3],
            ErrorOrder = 3,
            FilterShare = TrBdf2Share,
        },
        FlowMethod.Radau5 => new(
            [
                [(88 - (7 * Root6)) / 360, (296 - (169 * Root6)) / 1800, (-2 + (3 * Root6)) / 225],
                [(296 + (169 * Root6)) / 1800, (88 + (7 * Root6)) / 360, (-2 - (3 * Root6)) / 225],
                [(16 - Root6) / 36, (16 + Root6) / 36, 1.0 / 9],
            ],
            [(4 - Root6) / 10, (4 + Root6) / 10, 1])
        {
            IncrementWeights = [0, 0, 1],
        },
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, $"{method} is no method."),
    };
}
