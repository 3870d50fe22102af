using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Optimizers;

/// <summary>Several parameters as one vector on their device, with the arithmetic that methods on whole vectors need.</summary>
/// <typeparam name="T">The parameters' element type.</typeparam>
/// <typeparam name="W">The vectors' element type: float for parameters of Half, because sums of products exceed the range and precision of Half; otherwise the
/// same.</typeparam>
internal sealed class FlatVectors<T, W> : IVectorArithmetic<NDArray<W>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where W : unmanaged, IBinaryFloatingPointIeee754<W>
{
    private readonly Parameter<T>[] parameters;
    private readonly Device device;

    public FlatVectors(Parameter<T>[] parameters)
    {
        this.parameters = parameters;
        device = parameters[0].Value.Device;
        foreach (Parameter<T> parameter in parameters)
        {
            if (parameter.Value.Device != device)
                throw new ArgumentException($"The parameters {parameters[0]} and {parameter} are on different devices; they must share one.",
                    nameof(parameters));
        }

        Count = checked(parameters.Sum(parameter => parameter.Value.Count));
    }

    public int Count { get; }

    public NDArray<W> Allocate() => device.Allocate<W>([Count]);

    public void Free(in NDArray<W> vector) => device.Return(vector);

    public NDArray<W> CopyOf(in NDArray<W> vector)
    {
        NDArray<W> copy = Allocate();
        device.Copy(vector, copy);
        return copy;
    }

    /// <summary>The gradients, one after the other; zeros for parameters without one.</summary>
    public NDArray<W> Of<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>
    {
        NDArray<W> vector = Allocate();
        int start = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            NDArray<W> part = vector.Slice(0, start, parameter.Value.Count);
            if (gradients.Has(parameter))
                Take(gradients.Of(parameter).Reshape([parameter.Value.Count]), part);
            else
                device.Fill(part, W.Zero);
            start += parameter.Value.Count;
        }

        return vector;
    }

    /// <summary>The parameters themselves.</summary>
    public NDArray<W> Parameters()
    {
        NDArray<W> vector = Allocate();
        int start = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            Take(parameter.Value.Reshape([parameter.Value.Count]), vector.Slice(0, start, parameter.Value.Count));
            start += parameter.Value.Count;
        }

        return vector;
    }

    /// <summary>Moves the parameters to x + t·d, rounded once if they are of Half.</summary>
    public void MoveTo(in NDArray<W> point, double length, in NDArray<W> direction)
    {
        NDArray<W> moved = CopyOf(point);
        if (length != 0)
            Add(moved, length, direction);
        int start = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            int count = parameter.Value.Count;
            NDArray<T> target = parameter.Value.Reshape([count]);
            NDArray<W> part = moved.Slice(0, start, count);
            if (part is NDArray<T> same)
                device.Copy(same, target);
            else
                device.Convert(part, target);
            start += count;
        }

        Free(moved);
    }

    /// <summary>x += a·y.</summary>
    public void Add(in NDArray<W> x, double factor, in NDArray<W> y) => device.Update(new Multiple(factor), x, y);

    /// <summary>x *= a.</summary>
    public void Scale(in NDArray<W> x, double factor) => device.Update(new Scaling(factor), x, x);

    public double Dot(in NDArray<W> x, in NDArray<W> y)
    {
        NDArray<W> products = Allocate();
        device.Map2(default(Product), x, y, products);
        double sum = Reduced<Sum>(products);
        Free(products);
        return sum;
    }

    private void Take(in NDArray<T> source, in NDArray<W> target)
    {
        if (source is NDArray<W> same)
            device.Copy(same, target);
        else
            device.Convert(source, target);
    }

    public double SumOfMagnitudes(in NDArray<W> x) => Reduced<SumOfMagnitudes>(x);

    public double LargestMagnitude(in NDArray<W> x) => Math.Max(Reduced<Largest>(x), -Reduced<Smallest>(x));

    private double Reduced<TReduction>(in NDArray<W> x)
        where TReduction : struct, IReduction
    {
        NDArray<W> result = device.Allocate<W>([1]);
        device.Reduce(default(TReduction), x, result);
        double value = double.CreateChecked(result.GetScalar());
        Free(result);
        return value;
    }

    internal readonly struct Product : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x * y;
    }

    internal readonly struct Multiple(double factor) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter += L.Broadcast(factor) * gradient;
    }

    internal readonly struct Scaling(double factor) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter = L.Broadcast(factor) * gradient;
    }
}
