using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>A run that threw at a nearby point although the program ran at the point itself. Nothing can be certified about the point.</summary>
internal sealed class FailedRun(int dimension, int directions, Exception exception) : RecordedRun
{
    private static readonly OperationFacts Program = new("the program", TameClass.NotTame)
    {
        IsSmooth = false,
        IsContinuous = false,
        IsLocallyLipschitz = false
    };

    public override int Dimension => dimension;

    public override double Value => double.NaN;

    public override double[] Tangents => NaNs(directions);

    public override bool HasKinks => true;

    public override IReadOnlyList<Obstacle> Obstacles =>
        [new Obstacle(-1, Program, ObstacleKind.ProgramThrows, Shape.Scalar, 1, [0]) { Detail = $"{exception.GetType().Name}: {exception.Message}" }];

    public override IReadOnlyList<SwitchingForm> Forms => [];

    public override bool Compares => false;

    public override IReadOnlyList<double> Gaps => [];

    public override IReadOnlyList<int> Undecided => [];

    public override int OutputNode => 0;

    public override IEnumerable<RecordedOperation> Operations => [];

    public override int OperationCount => 0;

    public override double[] Gradient() => NaNs(dimension);

    public override double[] WatchedGradient() => NaNs(dimension);

    public override double[] Gradient(Selections selections) => NaNs(dimension);

    public override KinkCensus Kinks() => new([]);

    public override bool ComparesEqualNumbers => true;

    public override int SizeOf(int node) => 1;

    public override double[] ValueOf(int node) => [];

    public override IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) => [];

    public override IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent) => [];

    public override (double[] Left, double[] Right)? SlopesBeside(int node) => null;

    public override double[] Pull(SwitchingForm form) => NaNs(dimension);

    public override IReadOnlyList<int>? ChoicesPerKink(int budget) => null;

    public override double[] GradientOf(ReadOnlySpan<int> choices) => NaNs(dimension);

    public override void Dispose()
    {
    }

    private static double[] NaNs(int count)
    {
        double[] result = new double[count];
        Array.Fill(result, double.NaN);
        return result;
    }
}
