using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>The convex hull of gradients at several points. Its element of least norm is kept up to date when gradients are added and dropped.</summary>
internal sealed class GradientHull
{
    private readonly List<Iterate> members = [];
    private readonly GramMatrix gram = new();
    private double[] weights = [];

    private readonly WorkBudget? work;

    /// <summary>Starts from one gradient.</summary>
    /// <param name="first">The gradient.</param>
    /// <param name="work">The arithmetic that the search for the element of least norm may cost; null for no limit.</param>
    public GradientHull(Iterate first, WorkBudget? work = null)
    {
        this.work = work;
        Add(first);
    }

    public int Count => members.Count;

    /// <summary>The element of least norm.</summary>
    public double[] Element { get; private set; } = [];

    public double Norm { get; private set; }

    /// <summary>Adds a gradient without updating the element of least norm.</summary>
    public void Append(Iterate member)
    {
        gram.Add(member.Gradient);
        members.Add(member);
        Array.Resize(ref weights, members.Count);
    }

    /// <summary>Adds a gradient and updates the element of least norm.</summary>
    public void Add(Iterate member)
    {
        Append(member);
        FindElement();
    }

    public void FindElement()
    {
        SimplexQuadratic.Solve(gram, new double[members.Count], weights, work);
        double[] element = new double[members[0].Gradient.Length];
        for (int i = 0; i < members.Count; i++)
        {
            if (weights[i] > 0)
                TensorPrimitives.MultiplyAdd(members[i].Gradient, weights[i], element, element);
        }

        (Element, Norm) = (element, TensorPrimitives.Norm<double>(element));
    }

    /// <summary>Drops the gradients whose weight in the element of least norm is 0.</summary>
    public void Prune()
    {
        for (int i = members.Count - 1; i >= 0; i--)
        {
            if (weights[i] > 0)
                continue;
            members.RemoveAt(i);
            gram.RemoveAt(i);
            weights = [.. weights.Where((_, k) => k != i)];
        }
    }

    /// <summary>The gradients taken within a radius of a point.</summary>
    public IEnumerable<Iterate> Within(double[] point, double radius) =>
        members.Where(member => TensorPrimitives.Distance<double>(member.Point, point) <= radius);
}
