using ConservativeAD.Explorer.Exploring;

namespace ConservativeAD.Explorer.Drawing;

/// <summary>Backpropagation's answer against s, for a formula in one variable.</summary>
public sealed class SweepDrawing
{
    private SweepDrawing(Exploration exploration)
    {
        double[] answers = [.. exploration.Sweep.Select(answer => answer.Gradient[0]).Where(double.IsFinite)];
        double[] all = [.. answers, .. exploration.Clarke.Generators.Select(v => v[0]), 0, .. exploration.IsFinite ? exploration.Gradient : []];
        double low = all.Min(), high = all.Max(), padding = Math.Max(0.12 * (high - low), 1e-6 * Math.Max(1, Math.Abs(high)));
        if (high == low)
            padding = 1;
        (double left, double right) = exploration.Swept is { } knob ? (knob.Low, knob.High) : (0, 1);
        Frame = new Frame(left, right, low - padding, high + padding) { Height = 300 };
        Path = string.Concat(exploration.Sweep.Where(answer => double.IsFinite(answer.Gradient[0]))
            .Select((answer, i) => (i == 0 ? "M" : "L") + Frame.At(answer.S, answer.Gradient[0])));
    }

    /// <summary>Where it is drawn.</summary>
    public Frame Frame { get; }

    /// <summary>The answers.</summary>
    public string Path { get; }

    /// <summary>Draws.</summary>
    public static SweepDrawing Of(Exploration exploration)
    {
        ArgumentNullException.ThrowIfNull(exploration);
        return new SweepDrawing(exploration);
    }
}
