using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Explorer.Drawing;

/// <summary>Sets of gradients in the plane, for a formula in two variables.</summary>
public sealed class PlaneDrawing
{
    private PlaneDrawing(Exploration exploration)
    {
        double[][] all =
        [
            .. exploration.Clarke.Generators, .. exploration.Reached.Generators, .. exploration.IsFinite ? [exploration.Gradient] : Array.Empty<double[]>(),
            .. exploration.Sweep.Select(answer => answer.Gradient).Where(gradient => Array.TrueForAll(gradient, double.IsFinite)),
        ];
        double reach = 1.2 * all.SelectMany(v => v).Select(Math.Abs).DefaultIfEmpty(1).Max();
        if (!(reach > 1e-6))
            reach = 1;
        Frame = Frame.Square(0, 0, reach);
        Clarke = Polygon(exploration.Clarke);
        Reached = Polygon(exploration.Reached);
        Sweep = string.Concat(exploration.Sweep.Select(answer => answer.Gradient).Where(gradient => Array.TrueForAll(gradient, double.IsFinite))
            .Select((gradient, i) => (i == 0 ? "M" : "L") + Frame.At(gradient[0], gradient[1])));
    }

    /// <summary>Where it is drawn.</summary>
    public Frame Frame { get; }

    /// <summary>The outline of Clarke's set; empty if nothing is known of it.</summary>
    public string Clarke { get; }

    /// <summary>The outline of all that backpropagation can return.</summary>
    public string Reached { get; }

    /// <summary>Backpropagation's answers for every s.</summary>
    public string Sweep { get; }

    /// <summary>Draws.</summary>
    public static PlaneDrawing Of(Exploration exploration)
    {
        ArgumentNullException.ThrowIfNull(exploration);
        return new PlaneDrawing(exploration);
    }

    private string Polygon(Subdifferential set)
    {
        IReadOnlyList<double[]> corners = SetText.Corners(set);
        return corners.Count == 0 ? "" : $"M{string.Join('L', corners.Select(corner => Frame.At(corner[0], corner[1])))}Z";
    }
}
