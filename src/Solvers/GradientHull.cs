using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>The convex hull of gradients at several points. Its element of least norm is kept up to date when gradients are added and dropped.</summary>
internal sealed class GradientHull
{
    private readonly List<Iterate> members = [];
    private readonly SimplexQuadratic hull = new();
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
    public double[] Element => hull.Combination;

    public double Norm { get; private set; }

    /// <summary>Adds a gradient without updating the element of least norm.</summary>
    public void Append(Iterate member)
    {
        hull.Add(member.Gradient);
        members.Add(member);
    }

    /// <summary>Adds a gradient and updates the element of least norm.</summary>
    public void Add(Iterate member)
    {
        Append(member);
        FindElement();
    }

    public void FindElement()
    {
        hull.Solve(work: work);
        Norm = TensorPrimitives.Norm<double>(Element);
    }

    /// <summary>Drops the gradients whose weight in the element of least norm is 0.</summary>
    public void Prune()
    {
        for (int i = members.Count - 1; i >= 0; i--)
        {
            if (hull.Weights[i] > 0)
                continue;
            members.RemoveAt(i);
            hull.RemoveAt(i);
        }
    }

    /// <summary>The gradients taken within a radius of a point.</summary>
    public IEnumerable<Iterate> Within(double[] point, double radius) =>
        members.Where(member => TensorPrimitives.Distance<double>(member.Point, point) <= radius);
}
