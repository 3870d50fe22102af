using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>Hessians from a tape with second derivatives: products along several directions at a time, and the sparse Hessian itself.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>The gradient of a number, and its derivatives along some directions, up to eight of them in one pass forward and one back.</summary>
    /// <param name="output">The number.</param>
    /// <param name="seeds">The directions.</param>
    /// <returns>The gradient, and one row of derivatives per direction.</returns>
    internal (double[] Gradient, double[,] Products) ProductsTwice<TSeeds>(Active output, TSeeds seeds)
        where TSeeds : struct, ISeeds
    {
        double[] gradient = Gradient(output);
        double[,] products = new double[seeds.Count, variables.Count];
        if (output.IsConstant)
            return (gradient, products);
        int last = output.Node;
        double* moved = null;
        try
        {
            for (int first = 0; first < seeds.Count;)
            {
                int width = PushRows(seeds, first);
                nuint size = (nuint)(last + 1) * (nuint)rowWidth * sizeof(double);
                if (moved == null)
                    moved = (double*)NativeMemory.AlignedAlloc(size, RowAlignment);
                NativeMemory.Clear(moved, size);
                switch (rowWidth)
                {
                    case 8:
                        SweepTwice<RowOfEight>((RowOfEight*)moved, last);
                        break;
                    case 4:
                        SweepTwice<RowOfFour>((RowOfFour*)moved, last);
                        break;
                    default:
                        SweepTwice<RowOfTwo>((RowOfTwo*)moved, last);
                        break;
                }

                for (int i = 0; i < variables.Count && variables[i] <= last; i++)
                {
                    double* row = moved + ((long)variables[i] * rowWidth);
                    for (int k = 0; k < width; k++)
                        products[first + k, i] = row[k];
                }

                first += width;
            }
        }
        finally
        {
            NativeMemory.AlignedFree(moved);
        }

        GC.KeepAlive(this);
        return (gradient, products);
    }

    // Reverses the pass of the cotangents, which the adjoints hold, differentiated along the directions, whose tangents the rows hold.
    private void SweepTwice<TRow>(TRow* moved, int last)
        where TRow : unmanaged, ISeedRow<TRow>
    {
        TRow* tangents = (TRow*)rows;
        ScalarNode* nodes = record->Nodes;
        for (int node = last; node > 0; node--)
        {
            TRow own = moved[node];
            double cotangent = adjoints[node];
            if (cotangent == 0 && TRow.IsZero(own))
                continue;
            ScalarNode* entry = nodes + node;
            ScalarCurvature* curvature = record->Curvatures + node;
            TRow dx = tangents[entry->First], dy = tangents[entry->Second];
            double mixed = curvature->Mixed * cotangent;
            TRow* first = moved + entry->First, second = moved + entry->Second;
            *first = TRow.AddProduct(TRow.AddProduct(TRow.AddProduct(*first, own, entry->FirstSlope), dx, curvature->OfFirst * cotangent), dy, mixed);
            *second = TRow.AddProduct(TRow.AddProduct(TRow.AddProduct(*second, own, entry->SecondSlope), dx, mixed), dy, curvature->OfSecond * cotangent);
        }
    }

    /// <summary>The gradient of a number, and the entries of its Hessian's lower triangle that its operations give rise to, row by row.</summary>
    /// <remarks>
    /// R. Gower and M. Mello, Optim. Methods Softw. 2012: a reverse pass that keeps the second derivatives with respect to the operations not yet passed, pair
    /// by pair. Sums create no pairs, so that the pass costs in proportion to what the Hessian and the operations between hold.
    /// </remarks>
    internal (double[] Gradient, List<(int Row, int Column, double Value)> Entries) HessianTwice(Active output)
    {
        double[] gradient = Gradient(output);
        List<(int, int, double)> entries = [];
        if (output.IsConstant)
            return (gradient, entries);
        int last = output.Node;
        int[] places = new int[record->Count];
        PlaceVariables(places);
        PairsOfNodes pairs = new(places, last);
        for (int node = last; node > 0; node--)
        {
            if (places[node] > 0)
                continue;
            ScalarNode entry = record->Nodes[node];
            int first = entry.First == node ? 0 : entry.First, second = entry.Second == node ? 0 : entry.Second;
            pairs.Pass(node, (first, entry.FirstSlope), (second, entry.SecondSlope));
            double cotangent = adjoints[node];
            if (cotangent == 0)
                continue;
            ScalarCurvature curvature = record->Curvatures[node];
            if (curvature.OfFirst != 0)
                pairs.AddSquare(first, cotangent * curvature.OfFirst);
            if (curvature.OfSecond != 0)
                pairs.AddSquare(second, cotangent * curvature.OfSecond);
            if (curvature.Mixed != 0)
                pairs.AddProduct(first, second, cotangent * curvature.Mixed);
        }

        for (int i = 0; i < variables.Count && variables[i] <= last; i++)
            pairs.Read(variables[i], i, entries);
        entries.Sort();
        GC.KeepAlive(this);
        return (gradient, entries);
    }
}
