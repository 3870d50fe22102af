using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>A computation in several steps on whole arrays, generic in the element type.</summary>
internal interface IArrayFormula
{
    /// <summary>Computes the destination.</summary>
    /// <typeparam name="W">float or double.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="inputs">The arrays to read.</param>
    /// <param name="destination">The array for the result; contiguous.</param>
    /// <param name="accumulate">Whether to add to the current contents.</param>
    void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>;
}

/// <summary>
/// Runs computations on Half with intermediate results in float, and rounds once at the end. A sum stored in Half is infinite above 65504 although the mean
/// computed from it is not; a product below 6·10⁻⁸ vanishes although the quotient computed from it does not.
/// </summary>
internal static class InFloat
{
    private const int MaximumInputs = 8;

    /// <summary>
    /// Whether computations on a type run in float. Values that the tape stores in that type are rounded, so formulas recompute them from the inputs.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static bool Asks<T>() => typeof(T) == typeof(Half);

    /// <summary>Runs a computation: directly for float and double, on copies in float for Half.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TFormula">The computation.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="formula">The computation.</param>
    /// <param name="destination">The array for the result; contiguous.</param>
    /// <param name="accumulate">Whether to add to the current contents.</param>
    /// <param name="inputs">The arrays to read, at most eight.</param>
    public static void Compute<T, TFormula>(Device device, TFormula formula, in NDArray<T> destination, bool accumulate, params ReadOnlySpan<NDArray<T>> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IArrayFormula
    {
        if (!Asks<T>())
        {
            formula.Compute(device, inputs, destination, accumulate);
            return;
        }

        Wides wides = default;
        Span<NDArray<float>> wide = ((Span<NDArray<float>>)wides)[..inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            wide[i] = Widened(device, inputs[i]);
        NDArray<float> result = accumulate ? Widened(device, destination) : device.Allocate<float>(destination.Shape);
        formula.Compute<float>(device, wide, result, accumulate);
        device.Convert(result, destination);
        device.Return(result);
        foreach (NDArray<float> input in wide)
        {
            if (!input.IsNone)
                device.Return(input);
        }
    }

    /// <summary>Adds the result of a computation to the cotangent of a rule's only input, if that is needed.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TFormula">The computation.</typeparam>
    /// <param name="context">The context of the pullback.</param>
    /// <param name="formula">The computation.</param>
    /// <param name="inputs">The arrays to read, at most eight.</param>
    public static void Pull<T, TFormula>(in PullbackContext<T> context, TFormula formula, params ReadOnlySpan<NDArray<T>> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IArrayFormula
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        Compute(context.Device, formula, target, accumulate, inputs);
    }

    /// <inheritdoc cref="Pull{T, TFormula}(in PullbackContext{T}, TFormula, ReadOnlySpan{NDArray{T}})"/>
    public static void Pull<T, TFormula>(in SecondOrderContext<T> context, TFormula formula, params ReadOnlySpan<NDArray<T>> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IArrayFormula
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        Compute(context.Device, formula, target, accumulate, inputs);
    }

    /// <summary>Computes the tangent of a rule's output.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TFormula">The computation.</typeparam>
    /// <param name="context">The context of the tangent.</param>
    /// <param name="formula">The computation.</param>
    /// <param name="inputs">The arrays to read, at most eight.</param>
    public static void Move<T, TFormula>(in TangentContext<T> context, TFormula formula, params ReadOnlySpan<NDArray<T>> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IArrayFormula => Compute(context.Device, formula, context.OutputTangent, false, inputs);

    /// <summary>Computes a rule's value.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TFormula">The computation.</typeparam>
    /// <param name="recording">The recording.</param>
    /// <param name="formula">The computation.</param>
    /// <param name="shape">The shape of the value.</param>
    /// <returns>The value of the rule, in memory rented from the record.</returns>
    public static NDArray<T> ValueOf<T, TFormula>(in Recording<T> recording, TFormula formula, Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IArrayFormula
    {
        NDArray<T> y = recording.Rent(shape);
        Compute(recording.Device, formula, y, false, recording.Input(0));
        return y;
    }

    /// <summary>Converts the elements to float, in contiguous memory of the device. The default value yields the default value.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="device">The device.</param>
    /// <param name="array">The array.</param>
    public static NDArray<float> Widened<T>(Device device, in NDArray<T> array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (array.IsNone)
            return default;
        NDArray<float> wide = device.Allocate<float>(array.Shape);
        if (array.IsContiguous)
        {
            device.Convert(array, wide);
            return wide;
        }

        NDArray<T> copy = device.Allocate<T>(array.Shape);
        device.Copy(array, copy);
        device.Convert(copy, wide);
        device.Return(copy);
        return wide;
    }

    /// <summary>Rounds numbers to the element type, or adds them to the current contents and rounds the sum, and returns their memory.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="device">The device.</param>
    /// <param name="wide">The numbers, in memory rented from the device.</param>
    /// <param name="destination">The array for the result, of the same shape.</param>
    /// <param name="accumulate">Whether to add.</param>
    public static void Round<T>(Device device, in NDArray<float> wide, in NDArray<T> destination, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (accumulate)
        {
            NDArray<float> before = Widened(device, destination);
            device.Copy(before, wide, true);
            device.Return(before);
        }

        if (destination.IsContiguous)
            device.Convert(wide, destination);
        else
        {
            NDArray<T> rounded = device.Allocate<T>(wide.Shape);
            device.Convert(wide, rounded);
            device.Copy(rounded, destination);
            device.Return(rounded);
        }

        device.Return(wide);
    }

    [InlineArray(MaximumInputs)]
    private struct Wides
    {
        private NDArray<float> first;
    }
}
