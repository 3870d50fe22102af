using System.Numerics.Tensors;

namespace ConservativeAD.Optimizers;

/// <summary>The hull of gradients taken at points, with its element of least norm kept up to date as gradients come and go.</summary>
internal sealed class GradientHull
{
    private readonly List<Iterate> members = [];
    private readonly List<double[]> gram = [];
    private double[] weights = [];

    public GradientHull(Iterate first) => Add(first);

    public int Count => members.Count;

    /// <summary>The element of least norm.</summary>
    public double[] Element { get; private set; } = [];

    public double Norm { get; private set; }

    /// <summary>Adds a gradient, without finding the element anew.</summary>
    public void Append(Iterate member)
    {
        double[] row = new double[members.Count + 1];
        for (int i = 0; i < members.Count; i++)
        {
            row[i] = TensorPrimitives.Dot<double>(members[i].Gradient, member.Gradient);
            double[] longer = gram[i];
            Array.Resize(ref longer, members.Count + 1);
            longer[^1] = row[i];
            gram[i] = longer;
        }

        row[^1] = TensorPrimitives.Dot<double>(member.Gradient, member.Gradient);
        gram.Add(row);
        members.Add(member);
        Array.Resize(ref weights, members.Count);
    }

    /// <summary>Adds a gradient and finds the element of least norm.</summary>
    public void Add(Iterate member)
    {
        Append(member);
        FindElement();
    }

    public void FindElement()
    {
        SimplexQuadratic.Solve([.. members.Select(member => member.Gradient)], gram, new double[members.Count], weights);
        double[] element = new double[members[0].Gradient.Length];
        for (int i = 0; i < members.Count; i++)
        {
            if (weights[i] > 0)
                TensorPrimitives.MultiplyAdd(members[i].Gradient, weights[i], element, element);
        }

        (Element, Norm) = (element, TensorPrimitives.Norm<double>(element));
    }

    /// <summary>Drops the gradients that have no part in the element of least norm.</summary>
    public void Prune()
    {
        for (int i = members.Count - 1; i >= 0; i--)
        {
            if (weights[i] > 0)
                continue;
            members.RemoveAt(i);
            gram.RemoveAt(i);
            weights = [.. weights.Where((_, k) => k != i)];
            for (int j = 0; j < gram.Count; j++)
                gram[j] = [.. gram[j].Where((_, k) => k != i)];
        }
    }

    /// <summary>The gradients taken within a radius of a point.</summary>
    public IEnumerable<Iterate> Within(double[] point, double radius) => members.Where(member => TensorPrimitives.Distance<double>(member.Point, point) <= radius);
}
