using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>What decided at the kinks, and comparisons in the program's own code.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<SwitchingForm> comparisons = [];

    /// <summary>Whether numbers that need gradients were compared since the last reset.</summary>
    internal bool Compares { get; private set; }

    /// <summary>Compares two values of one element. Of equal values the tangents decide, where the tape carries any; a note of the tie is kept for the census.</summary>
    internal int Compare(Var<T> x, Var<T> y)
    {
        Check(x);
        Check(y);
        T left = OnlyElement(x), right = OnlyElement(y);
        NoteBranch(x.Node, y.Node, left, right);
        Compares |= needsGradient[x.Node] || needsGradient[y.Node];
        if (left != right)
            return left.CompareTo(right);
        if (x.Node == y.Node || !(needsGradient[x.Node] || needsGradient[y.Node]))
            return 0;
        T difference = tangentCount == 0 ? T.Zero : TangentOrZeros(x.Node).GetScalar() - TangentOrZeros(y.Node).GetScalar();
        int sign = T.Sign(difference);
        comparisons.Add(new SwitchingForm(count, ScalarKink.Comparison, (x.Node, 0), sign < 0 ? -1 : 1, (y.Node, 0), sign < 0 ? 1 : -1) { IsDecided = sign != 0, IsComparison = true });
        return sign;
    }

    internal int Compare(Var<T> x, T y)
    {
        Check(x);
        T left = OnlyElement(x);
        NoteBranch(x.Node, -1, left, y);
        Compares |= needsGradient[x.Node];
        if (left != y)
            return left.CompareTo(y);
        if (!needsGradient[x.Node])
            return 0;
        int sign = tangentCount == 0 ? 0 : T.Sign(TangentOrZeros(x.Node).GetScalar());
        comparisons.Add(new SwitchingForm(count, ScalarKink.Comparison, (x.Node, 0), sign < 0 ? -1 : 1, null, 0) { IsDecided = sign != 0, IsComparison = true });
        return sign;
    }

    /// <summary>The forms that decided at the kinks that an output depends on, in the order of recording; comparisons all count, since the program's path hangs on them.</summary>
    internal List<SwitchingForm> SwitchingForms(Var<T> output)
    {
        bool[] reached = Reached(output);
        List<SwitchingForm> forms = [];
        int compared = 0;
        for (int node = 0; node <= output.Node; node++)
        {
            while (compared < comparisons.Count && comparisons[compared].Node <= node)
                forms.Add(comparisons[compared++]);
            if (reached[node] && columnOf[node] != Leaf && !columns[columnOf[node]]!.Facts.IsSmooth)
                AddForms(node, forms);
        }

        forms.AddRange(comparisons.Skip(compared));
        return forms;
    }

    internal void AddForms(int node, List<SwitchingForm> forms)
    {
        Column<T> column = columns[columnOf[node]]!;
        column.SwitchingForms(placeInColumn[node], new SwitchingContext<T>(this, node, column.Facts, forms));
    }

    /// <summary>The gradient of a form with respect to the leaves, through the pieces that the tangents lead to.</summary>
    internal Gradients<T> LockedPullback(SwitchingForm form)
    {
        ReleaseCotangents();
        GrowCotangents();
        pass++;
        int last = SeedElement(form.First, form.FirstFactor);
        if (form.Second is { } second)
            last = Math.Max(last, SeedElement(second, form.SecondFactor));
        return last < 0 ? new Gradients<T>(this, pass) : Sweep(last, null, true);
    }

    /// <summary>Which nodes an output depends on through values that need a gradient.</summary>
    private bool[] Reached(Var<T> output) => ReachedFrom(output.Node, node => needsGradient[node]);

    private int SeedElement((int Node, int Element) place, double factor)
    {
        if (place.Node < 0 || !needsGradient[place.Node])
            return -1;
        if (cotangents[place.Node].IsNone)
        {
            cotangents[place.Node] = Device.Allocate<T>(values[place.Node].Shape);
            Device.Fill(cotangents[place.Node], T.Zero);
        }

        T[] seed = cotangents[place.Node].ToArray();
        seed[place.Element] += T.CreateTruncating(factor);
        cotangents[place.Node].CopyFrom(seed);
        return place.Node;
    }

    private static T OnlyElement(Var<T> x) => x.Shape.Count == 1
        ? x.Peek()
        : throw new InvalidOperationException($"A value of shape {x.Shape} was compared; a branch needs single numbers (elementwise choices are made with Operations.Choose, Maximum or Minimum).");
}
