using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>
/// The derivative of the state across an event, both sides taken at the event's own time: R + d·γᵀ, with the derivative R of the reset, the gradient γ of the
/// surface, and d = (R·f⁻ + ∂R/∂t − f⁺) times −1 over the rate of the guard. This is the saltation matrix.
/// </summary>
/// <param name="Gradient">γ, for state and parameters.</param>
/// <param name="Jump">d.</param>
/// <param name="Map">R, for state and parameters; null for the identity.</param>
internal sealed record FlowLink(double[] Gradient, double[] Jump, double[,]? Map)
{
    /// <summary>Why there is no derivative; null if there is one.</summary>
    public string? Refusal { get; init; }

    public double[] Push(double[] state, double[] parameters)
    {
        double[] both = [.. state, .. parameters], moved = Map is null ? [.. state] : Dense.Times(Map, both);
        double along = Vectors.Dot(Gradient, both);
        for (int i = 0; i < moved.Length; i++)
            moved[i] += Jump[i] * along;
        return moved;
    }

    public double[] Pull(double[] weights, double[] parameters)
    {
        int n = weights.Length;
        double along = Vectors.Dot(Jump, weights);
        double[] back = Map is null ? [.. weights, .. new double[parameters.Length]] : Dense.TransposedTimes(Map, weights);
        for (int i = 0; i < back.Length; i++)
            back[i] += Gradient[i] * along;
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] += back[n + i];
        return back[..n];
    }
}
