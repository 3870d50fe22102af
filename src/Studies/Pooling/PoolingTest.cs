using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
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
    /// <summary>In double, a relative difference below this is rounding: gradients are sums of up to 10⁷ terms with errors of 10⁻¹⁶.</summary>
    internal const double Rounding = 1e-10;

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
        bool? isBifurcating = null;
        List<BetaOutcome> betas = [];
        foreach (double beta in settings.Betas)
        {
            Selections selections = Native with { MaxPool = TieSelection.Mixture(beta) };
            T[][] other = Gradients(tape.Backward(loss, selections), parameters);
            if (beta == 0 || SameBits(native, other))
            {
                betas.Add(new BetaOutcome(beta, 0, 0, 0, 0, 0, 0));
                continue;
            }

            // Over the reals the difference is β times that of the even split, so one replica answers for every β.
            if (isBifurcating is null)
            {
                double apart = RelativeDifference(wide(Native with { MaxPool = TieSelection.EvenSplit }));
                isBifurcating = apart > Rounding;
                if (isBifurcating.Value)
                    smallestBifurcation = apart;
                else
                    largestCompensation = apart;
            }

            double norm = Distance(native, other);
            bool isAbove = !(norm <= Threshold), isReal = isBifurcating.Value;
            betas.Add(new BetaOutcome(beta, 1, isReal ? 1 : 0, isAbove ? 1 : 0, isAbove == isReal ? 0 : 1, norm, size > 0 ? norm / size : 0));
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

    private static double RelativeDifference(IEnumerable<(double[] First, double[] Difference)> gradients)
    {
        double largest = 0;
        foreach ((double[] first, double[] difference) in gradients)
        {
            double scale = TensorPrimitives.MaxMagnitude<double>(first), apart = TensorPrimitives.MaxMagnitude<double>(difference);
            largest = Math.Max(largest, apart == 0 ? 0 : Math.Abs(apart) / Math.Max(Math.Abs(scale), double.Epsilon));
        }

        return largest;
    }

    private static T[][] Gradients(Gradients<T> gradients, Parameter<T>[] parameters) =>
        Array.ConvertAll(parameters, parameter => gradients.Of(parameter).ToArray());

    private static bool SameBits(T[][] a, T[][] b) =>
        a.Zip(b).All(pair => MemoryMarshal.AsBytes<T>(pair.First).SequenceEqual(MemoryMarshal.AsBytes<T>(pair.Second)));

    private static double Norm(T[][] a) => Math.Sqrt(a.Sum(part => part.Sum(element => Square(double.CreateTruncating(element)))));

    private static double Distance(T[][] a, T[][] b) => Math.Sqrt(a.Zip(b, (first, second) =>
        first.Zip(second, (x, y) => Square(double.CreateTruncating(x) - double.CreateTruncating(y))).Sum()).Sum());

    private static double Square(double x) => x * x;
}
