using System.Numerics;

namespace ConservativeAD;

/// <summary>
/// A reverse pass with exponents of any size: each cotangent is a sum of bands, arrays of moderate numbers times a power of two, and pullbacks, which are
/// linear, take the bands one by one. It tells whether an ordinary pass lost a derivative that its gradient depends on. Its arrays are on the host.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record.</param>
/// <param name="reverse">The ordinary pass, which has run.</param>
/// <param name="tangents">Tangents along a direction; they tell how much a lost slope matters.</param>
/// <param name="locked">Whether kinks are locked along the tangents.</param>
/// <param name="atKinks">The number of kinks of each operation, if known.</param>
internal sealed class WidePass<T>(TapeRecord<T> record, ReversePass<T> reverse, Tangents<T> tangents, bool locked, long[]? atKinks)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The binary exponents of a band; products with slopes then stay within the number type.
    private static readonly int Width = typeof(T) == typeof(Half) ? 8 : typeof(T) == typeof(float) ? 32 : 256;

    // Two gradients that differ more than this, relative to the larger, differ by more than rounding.
    private static readonly double SameGradient = Math.Cbrt(LossSearch<T>.Precision);
    private static readonly double Smallest = SmallestNormal.Of<T>();

    private readonly Dictionary<int, SortedDictionary<int, T[]>> cotangents = [];

    /// <summary>The operation at which a derivative was lost; null if the gradient does not depend on it.</summary>
    /// <param name="output">The output.</param>
    /// <param name="suspect">The operation to name if the loss cannot be placed.</param>
    public Obstacle? Loss(int output, int suspect)
    {
        Dictionary<int, T[]> gradients = [];
        for (int node = 0; node <= output; node++)
        {
            if (record.IsLeaf(node) && record.NeedsGradient(node))
                gradients[node] = reverse.Cotangents.Has(node) ? reverse.Cotangents[node].ToArray() : new T[record.Value(node).Count];
        }

        double most = tangents.Has(output) ? Math.Max(0, Math.Log2(Math.Abs(double.CreateTruncating(tangents[output].ToArray()[0])))) : 0;
        return reverse.Cotangents.Aside(() => Loss(output, suspect, gradients, double.IsFinite(most) ? most : 0));
    }

    private Obstacle? Loss(int output, int suspect, Dictionary<int, T[]> gradients, double most)
    {
        cotangents[output] = new() { [0] = [T.One] };
        for (int node = output; node >= 0; node--)
        {
            if (!cotangents.Remove(node, out SortedDictionary<int, T[]>? bands) || !record.NeedsGradient(node))
                continue;
            if (record.IsLeaf(node))
            {
                if (Differ(bands, gradients[node]) is >= 0 and int element)
                    return At(suspect, ObstacleKind.CotangentUnderflows, element);
                continue;
            }

            foreach ((int band, T[] values) in Banded(bands, record.Value(node).Count))
            {
                if (PullBack(node, band, values, most) is >= 0 and int element)
                    return At(node, ObstacleKind.SlopeUnderflows, element);
            }
        }

        return null;
    }

    private Obstacle At(int node, ObstacleKind kind, int element)
    {
        Kernels.Shape shape = record.Value(node).Shape;
        return new Obstacle(node, record.FactsAt(node), kind, shape, 1, [Math.Min(element, shape.Count - 1)]);
    }

    // The element at which the operation's slope is lost although it matters; −1 if there is none.
    private int PullBack(int node, int band, T[] values, double most)
    {
        bool isLockedHere = locked && (atKinks is null || atKinks[node] > 0);
        List<(int Input, T[] Cotangent)> pulled = reverse.PullbackOf(node, values, isLockedHere);
        if (pulled.Exists(part => !Array.TrueForAll(part.Cotangent, T.IsFinite)))
        {
            // Large slopes take a band of small numbers.
            band++;
            values = Array.ConvertAll(values, value => T.ScaleB(value, -Width));
            pulled = reverse.PullbackOf(node, values, isLockedHere);
        }

        foreach ((int input, T[] part) in pulled)
        {
            Add(input, band, part);
            if (LostSlope(node, input, band, values, part, most) is >= 0 and int element)
                return element;
        }

        return -1;
    }

    private int LostSlope(int node, int input, int band, T[] values, T[] part, double most)
    {
        OperationFacts facts = record.FactsAt(node);
        if (record.RuleAt(node) is not IFusible<T> || part.Length != values.Length || !LostSlopes.IsCurved(facts))
            return -1;
        T[]? along = null;
        double error = Math.Log2(LostSlopes.ErrorOf(facts, Smallest, LossSearch<T>.Precision));
        for (int i = 0; i < values.Length; i++)
        {
            double cotangent = Math.Abs(double.CreateTruncating(values[i])), slope = Math.Abs(double.CreateTruncating(part[i])) / cotangent;
            if (cotangent == 0 || !LostSlopes.MayBe(facts, slope, Smallest, LossSearch<T>.Precision))
                continue;
            along ??= tangents.OrZeros(input).ToArray();
            double tangent = double.CreateTruncating(along[i]);
            if (double.IsNaN(tangent) || Math.Log2(cotangent) + (Width * band) + error + Math.Log2(Math.Abs(tangent)) > most)
                return i;
        }

        return -1;
    }

    private void Add(int node, int band, T[] values)
    {
        if (!cotangents.TryGetValue(node, out SortedDictionary<int, T[]>? bands))
            bands = cotangents[node] = [];
        foreach ((int within, T[] part) in Banded(new() { [band] = values }, values.Length))
        {
            if (!bands.TryGetValue(within, out T[]? sum))
                bands[within] = part;
            else
            {
                for (int i = 0; i < sum.Length; i++)
                    sum[i] += part[i];
            }
        }
    }

    // Divides the elements anew, so that those of band b have a magnitude of 2^(Width·b) times 1 to 2^Width.
    private static SortedDictionary<int, T[]> Banded(SortedDictionary<int, T[]> bands, int count)
    {
        SortedDictionary<int, T[]> divided = [];
        foreach ((int band, T[] values) in bands)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] == T.Zero || !T.IsFinite(values[i]))
                    continue;
                int shift = (int)Math.Floor(T.ILogB(values[i]) / (double)Width);
                if (!divided.TryGetValue(band + shift, out T[]? part))
                    part = divided[band + shift] = new T[count];
                part[i] += T.ScaleB(values[i], -Width * shift);
            }
        }

        return divided;
    }

    private static int Differ(SortedDictionary<int, T[]> bands, T[] gradient)
    {
        double largest = 0;
        foreach (T element in gradient)
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(element)));
        for (int i = 0; i < gradient.Length; i++)
        {
            double exact = 0, found = double.CreateTruncating(gradient[i]);
            foreach ((int band, T[] values) in bands)
                exact += Math.ScaleB(double.CreateTruncating(values[i]), (int)Math.Clamp((long)Width * band, -4096, 4096));
            double size = Math.Max(Math.Abs(exact), Math.Abs(found)), noise = (SameGradient * size) + (LossSearch<T>.Precision * largest);
            if (size > LossSearch<T>.Tiny && !(Math.Abs(exact - found) <= noise))
                return i;
        }

        return -1;
    }
}
