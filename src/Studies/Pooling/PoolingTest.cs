using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Pooling;

/// <summary>
/// Compares, on every mini-batch of one pass over the images, the gradients of a network whose max pooling passes back to the first tied entry with those of
/// MaxPool_β. No step is taken. Without a tied window the gradients are the same, so only mini-batches with one get further reverse passes.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class PoolingTest<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>In double, a relative difference up to this is rounding: gradients are sums of up to 10⁷ terms with errors of 10⁻¹⁶.</summary>
    internal const double Rounding = 1e-12;

    /// <summary>In double, a relative difference from this on is one over the reals: no rounding reaches it.</summary>
    internal const double Real = 1e-9;

    // A parameter whose gradient is 0 over the reals, as a bias before batch normalisation, has rounding of the others in it. So its difference is not held to
    // its own size alone, but to no less than this share of the largest gradient.
    private const double LeastShare = 1e-2;

    private static readonly Selections Native = Selections.PyTorch with { ReluAtZero = 0, MaxPool = TieSelection.First };

    private readonly Device device;
    private readonly Tape<T> tape;
    private readonly PoolingSettings settings;
    private readonly LabelledBatches<T> batches;
    private readonly int[] order;

    public PoolingTest(PoolingSettings settings, ImageSet images, Device device)
    {
        this.settings = settings;
        this.device = device;
        tape = new Tape<T>(device, Native);
        batches = new LabelledBatches<T>(images, settings.Side);
        order = [.. Enumerable.Range(0, images.Count)];
    }

    /// <summary>The bound on a norm above which the published study speaks of bifurcation.</summary>
    public static double Threshold => typeof(T) == typeof(Half) ? 1e-3 : typeof(T) == typeof(float) ? 1e-7 : 1e-15;

    /// <summary>Tests one network.</summary>
    /// <param name="index">The index of the network for the seed.</param>
    /// <param name="progress">Called after every mini-batch with their number so far.</param>
    /// <param name="cancellation">Checked at every mini-batch.</param>
    /// <param name="change">Changes the drawn network; null for none.</param>
    public PoolingOutcome Test(int index, Action<int>? progress, CancellationToken cancellation, Action<Sequential<T>>? change = null)
    {
        ulong seed = settings.SeedOf(index);
        Sequential<T> network = settings.Network<T>(new Initializer(device, seed));
        change?.Invoke(network);
        Parameter<T>[] parameters = [.. network.Parameters];
        WideReplica<T>? replica = null;
        PoolingOutcome sum = PoolingOutcome.Empty(settings.Betas);
        int seen = 0;
        try
        {
            foreach (Batch<T> batch in batches.InOrder(order, settings.Batch))
            {
                cancellation.ThrowIfCancellationRequested();
                tape.Reset();
                Var<T> input = tape.Constant(batches.ShapeOf(batch.Count), batch.Pixels), x = input;
                List<Var<T>> values = [];
                foreach (Module<T> module in network.Modules)
                    values.Add(x = module.Forward(x));
                Var<T> loss = x.CrossEntropy(batch.Labels);
                PoolingOutcome outcome = Compare(loss, parameters,
                    selections => (replica ??= new WideReplica<T>(device, settings.Network<double>(new Initializer(device, 0))))
                        .Differences(parameters, input, values, [.. batch.Labels], Native, selections));
                sum += outcome with { Windows = values.Where((_, m) => network.Modules[m] is MaxPool2d<T>).Sum(value => (long)value.Shape.Count) };
                progress?.Invoke(++seen);
            }
        }
        finally
        {
            tape.Reset();
            replica?.Dispose();
            foreach (Parameter<T> parameter in parameters)
                device.Return(parameter.Value);
        }

        int unit = Array.FindIndex([.. settings.Betas], beta => beta == 1);
        return sum with
        {
            Networks = 1,
            NetworksDiffering = unit >= 0 && sum.Betas[unit].Differing > 0 ? 1 : 0,
            NetworksBifurcating = unit >= 0 && sum.Betas[unit].Bifurcating > 0 ? 1 : 0,
        };
    }

    public void Dispose() => tape.Dispose();

    private PoolingOutcome Compare(Var<T> loss, Parameter<T>[] parameters, Func<Selections, IEnumerable<(double[] First, double[] Difference)>> wide)
    {
        PoolingOutcome none = PoolingOutcome.Empty(settings.Betas) with { Batches = 1 };
        long ties = tape.CountKinks() == 0
            ? 0
            : tape.Census(0).Operations.Where(met => met.Operation == Rules.MaxPool<T>.Facts).Sum(met => met.Count);
        if (ties == 0)
            return none;
        T[][] native = Gradients(tape.Backward(loss), parameters);
        double size = Norm(native);
        double? largestCompensation = null, smallestBifurcation = null;
        PoolingZone zone = PoolingZone.None;
        List<BetaOutcome> betas = [];
        foreach (double beta in settings.Betas)
        {
            Selections selections = Native with { MaxPool = TieSelection.Mixture(beta) };
            T[][] other = Gradients(tape.Backward(loss, selections), parameters);
            if (beta == 0 || GradientDifference.SameBits(native, other))
            {
                betas.Add(new BetaOutcome(beta, 0, 0, 0, 0, 0, 0, 0));
                continue;
            }

            // Over the reals the difference is β times that of the even split, so one replica answers for every β.
            if (zone == PoolingZone.None)
            {
                double apart = RelativeDifference(wide(Native with { MaxPool = TieSelection.EvenSplit }));
                zone = ZoneOf(apart);
                if (zone == PoolingZone.Bifurcation)
                    smallestBifurcation = apart;
                else if (zone == PoolingZone.Compensation)
                    largestCompensation = apart;
            }

            double norm = Distance(native, other);
            bool isAbove = !(norm <= Threshold), isReal = zone == PoolingZone.Bifurcation, isUndecided = zone == PoolingZone.Undecided;
            betas.Add(new BetaOutcome(beta, 1, isReal ? 1 : 0, isUndecided ? 1 : 0, isAbove ? 1 : 0, isUndecided || isAbove == isReal ? 0 : 1, norm,
                size > 0 ? norm / size : 0));
        }

        return none with
        {
            Tied = 1,
            TiedWindows = ties,
            LargestCompensation = largestCompensation ?? 0,
            SmallestBifurcation = smallestBifurcation,
            Betas = betas
        };
    }

    /// <summary>What a relative difference between two gradients in double means.</summary>
    /// <param name="apart">The difference.</param>
    internal static PoolingZone ZoneOf(double apart) =>
        apart <= Rounding ? PoolingZone.Compensation : apart >= Real && double.IsFinite(apart) ? PoolingZone.Bifurcation : PoolingZone.Undecided;

    /// <summary>
    /// The largest difference of a parameter's gradient relative to that gradient's largest element, which counts as at least a hundredth of the largest of
    /// all.
    /// </summary>
    /// <param name="gradients">For every parameter the gradient and the difference from it.</param>
    internal static double RelativeDifference(IEnumerable<(double[] First, double[] Difference)> gradients)
    {
        (double Scale, double Apart)[] sizes = [.. gradients.Select(gradient => (Size(gradient.First), Size(gradient.Difference)))];
        double most = sizes.Length == 0 ? 0 : sizes.Max(size => size.Scale);
        double largest = 0;
        foreach ((double scale, double apart) in sizes)
            largest = Math.Max(largest, apart == 0 ? 0 : apart / Math.Max(Math.Max(scale, LeastShare * most), double.Epsilon));
        return largest;

        static double Size(double[] elements) => Math.Abs(TensorPrimitives.MaxMagnitude<double>(elements));
    }

    private static T[][] Gradients(Gradients<T> gradients, Parameter<T>[] parameters) =>
        Array.ConvertAll(parameters, parameter => gradients.Of(parameter).ToArray());

    private static double Norm(T[][] a) => Math.Sqrt(a.Sum(part => part.Sum(element => Square(double.CreateTruncating(element)))));

    private static double Distance(T[][] a, T[][] b) => Math.Sqrt(a.Zip(b, (first, second) =>
        first.Zip(second, (x, y) => Square(double.CreateTruncating(x) - double.CreateTruncating(y))).Sum()).Sum());

    private static double Square(double x) => x * x;
}
