using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Plain recurrent layers.</content>
public static partial class Operations
{
    /// <summary>
    /// A plain recurrent layer (Elman, Cognitive Science 1990): h ← φ(a + h·Wᵀ + b) in each step, with φ = tanh or relu. Without an initial h, the first step
    /// has no term h·Wᵀ. Kinks and selections are those of <see cref="Relu{T}(Var{T}, double?)"/>.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="projected">The inputs' contribution a to the arguments: [steps, batch, width].</param>
    /// <param name="weight">W: [width, width].</param>
    /// <param name="bias">b: [width].</param>
    /// <param name="hidden">The initial h: [batch, width]; 0 if null.</param>
    /// <param name="usesRelu">Whether φ is relu instead of tanh.</param>
    /// <returns>h after each step: [steps, batch, width].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Var<T> Rnn<T>(this Var<T> projected, Var<T> weight, Var<T> bias, Var<T>? hidden = null, bool usesRelu = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape arguments = projected.Shape, weights = weight.Shape;
        if (arguments.Rank != 3 || weights.Rank != 2 || weights[0] != weights[1] || arguments[2] != weights[0] || bias.Shape != Shape.Of(weights[0]))
            throw new ArgumentException(
                $"rnn: arguments of shape {arguments} do not fit weights of shape {weights} and a bias of shape {bias.Shape}; they must be [steps, batch, "
                    + "width], [width, width] and [width].");
        if (hidden is { } first && first.Shape != arguments.Without(0))
            throw new ArgumentException(
                $"rnn: a first hidden state of shape {first.Shape} does not fit arguments of shape {arguments}; it must be {arguments.Without(0)}.",
                nameof(hidden));
        int steps = arguments[0];
        if (steps == 0)
            return projected;
        Var<T>[] states = new Var<T>[steps];
        for (int step = 0; step < steps; step++)
        {
            Var<T> a = projected.Select(0, step);
            Var<T> sum = hidden is { } h ? a + h.Linear(weight, bias) : a + bias;
            states[step] = usesRelu ? sum.Relu() : sum.Tanh();
            hidden = states[step];
        }

        return Stack(0, states);
    }
}
