using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>
/// Several rows or columns of a Jacobian in one pass, over the program recorded for as many copies of the leaves on a tape aside. Products of matrices with
/// vectors become products of matrices.
/// </content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FewestTogether = 4;
    private const int MostTogether = 64;

    // How to record the program for several copies, if that pays and changes nothing that the caller can see.
    private Vectorisation<T>? PaysTogether(Var<T> output, Var<T>[] leaves, int count)
    {
        if (count < FewestTogether || hooks.Any || record.DetectsAnomalies || record.Profile is not null)
            return null;
        Vectorisation<T> vectorisation = new(record, output.Node);
        return vectorisation.Obstacle(Array.ConvertAll(leaves, leaf => leaf.Node)) is null && vectorisation.IsMostlySharedMatrices() ? vectorisation : null;
    }

    private void RowsTogether(Vectorisation<T> vectorisation, Var<T> output, Var<T>[] leaves, int first, T[,] jacobian)
    {
        int outputs = output.Shape.Count;
        Together(leaves, jacobian.GetLength(0), (aside, copies, start, count) =>
        {
            Var<T> values = On(aside, vectorisation, copies, count);
            T[] units = new T[count * outputs];
            for (int row = 0; row < count; row++)
                units[(row * outputs) + first + start + row] = T.One;
            NDArray<T> cotangent = Device.Array<T>(values.Shape, units);
            Gradients<T> gradients = aside.Backward(values, cotangent);
            int column = 0;
            foreach (Var<T> leaf in leaves)
            {
                T[] elements = gradients[copies[leaf.Node]].ToArray();
                int width = leaf.Shape.Count;
                for (int i = 0; i < elements.Length; i++)
                    jacobian[start + (i / width), column + (i % width)] = elements[i];
                column += width;
            }

            Device.Return(cotangent);
        });
    }

    private void ColumnsTogether(Vectorisation<T> vectorisation, Var<T> output, Var<T>[] leaves, int first, T[,] jacobian)
    {
        int outputs = output.Shape.Count;
        Together(leaves, jacobian.GetLength(1), (aside, copies, start, count) =>
        {
            int column = 0;
            foreach (Var<T> leaf in leaves)
            {
                int width = leaf.Shape.Count;
                T[] units = new T[count * width];
                for (int copy = 0; copy < count; copy++)
                {
                    int place = first + start + copy - column;
                    if (place >= 0 && place < width)
                        units[(copy * width) + place] = T.One;
                }

                aside.SetTangent(copies[leaf.Node], units);
                column += width;
            }

            T[] tangent = aside.TangentOf(On(aside, vectorisation, copies, count)).ToArray();
            for (int i = 0; i < tangent.Length; i++)
                jacobian[i % outputs, start + (i / outputs)] = tangent[i];
        });
    }

    private void Together(Var<T>[] leaves, int count, Action<Tape<T>, Dictionary<int, Var<T>>, int, int> pass)
    {
        for (int start = 0; start < count; start += MostTogether)
        {
            int copiesNow = Math.Min(MostTogether, count - start);
            Tape<T> aside = checkpoints.Next(this);
            try
            {
                Dictionary<int, Var<T>> copies = [];
                foreach (Var<T> leaf in leaves)
                    copies[leaf.Node] = aside.Repeated(copiesNow, record.Value(leaf.Node));
                pass(aside, copies, start, copiesNow);
            }
            finally
            {
                aside.Reset();
            }
        }
    }

    private Var<T> On(Tape<T> aside, Vectorisation<T> vectorisation, Dictionary<int, Var<T>> copies, int count) =>
        vectorisation.Record(aside, count, node => copies.TryGetValue(node, out Var<T> copy) ? copy : aside.Constant(record.Value(node)), false);
}
