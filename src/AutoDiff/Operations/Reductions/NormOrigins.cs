using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>The kinks of norms, which are at the origin of each group of elements and not divided by linear forms.</summary>
internal static class NormOrigins
{
    /// <summary>Reports the norms that are 0, and whether every one of them leaves its origin along the tangents.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="context">The norms and the tangents.</param>
    /// <param name="axes">The axes that the norms are taken over.</param>
    public static void AddForms<T>(in SwitchingContext<T> context, ReducedAxes axes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] norms = context.Output.ToArray(), tangents = context.Tangent(0).ToArray();
        Kernels.Shape lanes = axes.Lanes(context.Input(0).Shape);
        HashSet<int> moving = [];
        for (int element = 0; element < tangents.Length; element++)
        {
            if (tangents[element] != T.Zero)
                moving.Add(ReducedAxes.OutputOf(lanes, element));
        }

        int[] atOrigin = [.. Enumerable.Range(0, norms.Length).Where(group => norms[group] == T.Zero)];
        if (atOrigin.Length > 0)
            context.AddCurved(Array.TrueForAll(atOrigin, moving.Contains));
    }
}
