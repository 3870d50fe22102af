using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Optimizers;

/// <summary>All of some parameters as one vector on their device, with the arithmetic that methods on whole vectors take.</summary>
internal sealed class FlatVectors<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
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
                throw new ArgumentException($"The parameters {parameters[0]} and {parameter} are on different devices; they must share one.", nameof(parameters));
        }

        Count = checked(parameters.Sum(parameter => parameter.Value.Count));
    }

    public int Count { get; }

    public NDArray<T> Allocate() => device.Allocate<T>([Count]);

    public void Free(in NDArray<T> vector) => device.Return(vector.Storage);

    public NDArray<T> CopyOf(in NDArray<T> vector)
    {
        NDArray<T> copy = Allocate();
        device.Copy(vector, copy);
        return copy;
    }

    /// <summary>The gradients, one after the other; zeros for parameters without one.</summary>
    public NDArray<T> Of<TGradients>(TGradients gradients)
        where TGradients : IGradientSource<T>
    {
        NDArray<T> vector = Allocate();
        int start = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            NDArray<T> part = vector.Slice(0, start, parameter.Value.Count);
            if (gradients.Has(parameter))
                device.Copy(gradients.Of(parameter).Reshape([parameter.Value.Count]), part);
            else
                device.Fill(part, T.Zero);
            start += parameter.Value.Count;
        }

        return vector;
    }

    /// <summary>The parameters themselves.</summary>
    public NDArray<T> Parameters()
    {
        NDArray<T> vector = Allocate();
        int start = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            device.Copy(parameter.Value.Reshape([parameter.Value.Count]), vector.Slice(0, start, parameter.Value.Count));
            start += parameter.Value.Count;
        }

        return vector;
    }

    /// <summary>Moves the parameters to x + t·d.</summary>
    public void MoveTo(in NDArray<T> point, double length, in NDArray<T> direction)
    {
        int start = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            int count = parameter.Value.Count;
            NDArray<T> target = parameter.Value.Reshape([count]);
            device.Copy(point.Slice(0, start, count), target);
            if (length != 0)
                Add(target, length, direction.Slice(0, start, count));
            start += count;
        }
    }

    /// <summary>x += a·y.</summary>
    public void Add(in NDArray<T> x, double factor, in NDArray<T> y) => device.Update(new Multiple(factor), x, y);

    /// <summary>x *= a.</summary>
    public void Scale(in NDArray<T> x, double factor) => device.Update(new Scaling(factor), x, x);

    public double Dot(in NDArray<T> x, in NDArray<T> y)
    {
        NDArray<T> products = Allocate();
        device.Map2(default(Product), x, y, products);
        double sum = Reduced<Sum>(products);
        Free(products);
        return sum;
    }

    public double SumOfMagnitudes(in NDArray<T> x) => Reduced<SumOfMagnitudes>(x);

    public double LargestMagnitude(in NDArray<T> x) => Math.Max(Reduced<Largest>(x), -Reduced<Smallest>(x));

    private double Reduced<TReduction>(in NDArray<T> x)
        where TReduction : struct, IReduction
    {
        NDArray<T> result = device.Allocate<T>([1]);
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
