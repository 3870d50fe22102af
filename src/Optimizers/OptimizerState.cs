using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// A state of an optimiser, with one number per element of a parameter: of the parameter's type, or float if that is Half. The square of a gradient of 300 is
/// infinite in Half, and the mean of squares of gradients of 10⁻⁴ is 0.
/// </summary>
/// <typeparam name="T">The parameter's element type.</typeparam>
public readonly struct OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NDArray<T> own;
    private readonly NDArray<float> wide;

    internal OptimizerState(Parameter<T> parameter)
    {
        if (IsWide)
            wide = parameter.Value.Device.Allocate<float>(parameter.Shape);
        else
            own = parameter.Value.Device.Allocate<T>(parameter.Shape);
        Fill(0);
    }

    /// <summary>Whether states of parameters of this type are floats instead, which is true for Half.</summary>
    public static bool IsWide => typeof(T) == typeof(Half);

    /// <summary>Whether the optimiser keeps no such state.</summary>
    public bool IsNone => own.IsNone && wide.IsNone;

    /// <summary>The numbers if they are of the parameter's type; no array for Half.</summary>
    public NDArray<T> Own => own;

    /// <summary>The numbers of a parameter of Half; no array for other types.</summary>
    public NDArray<float> Wide => wide;

    /// <summary>Gives the memory back to the device.</summary>
    internal void Return()
    {
        if (!wide.IsNone)
            wide.Storage.Device.Return(wide);
        if (!own.IsNone)
            own.Storage.Device.Return(own);
    }

    /// <summary>Sets every element.</summary>
    /// <param name="value">The number.</param>
    public void Fill(double value)
    {
        if (IsWide)
            wide.Storage.Device.Fill(wide, (float)value);
        else
            own.Storage.Device.Fill(own, T.CreateChecked(value));
    }
}
