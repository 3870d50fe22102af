using System.Numerics.Tensors;

namespace ConservativeAD.Solvers;

/// <summary>
/// The matrix D of a limited-memory bundle method: a BFGS approximation of the inverse Hessian from the last pairs of steps and gradient changes, and since the
/// last serious step symmetric corrections of rank one (SR1), D − vv'/⟨u, v⟩ with v = D·u − s, each of which leaves D positive definite and makes it smaller.
/// Variables may be fixed; D then acts on the others, from the pairs' parts there.
/// </summary>
/// <param name="memory">The most pairs to keep.</param>
/// <param name="mostCorrections">The most corrections of rank one.</param>
internal sealed class LimitedMemoryMetric(int memory, int mostCorrections)
{
    // A pair whose cosine is not above this has lost its sign to rounding.
    private const double LeastCosine = 1e-14;
    private const double Margin = 1e-8;

    private readonly List<(double[] Step, double[] Change)> pairs = [];
    private readonly List<(double[] Vector, double Divisor)> corrections = [];
    private LimitedMemoryInverseHessian hessian = new(memory);

    /// <summary>Whether nothing is known yet, so that D is a multiple of the identity.</summary>
    public bool IsFresh => pairs.Count == 0 && corrections.Count == 0;

    /// <summary>The factor of the identity that D is built on.</summary>
    public double Scale { get; private set; } = 1;

    /// <summary>The variables that are fixed; null if none is.</summary>
    public bool[]? Fixed { get; private set; }

    /// <summary>Forgets all, and makes D a multiple of the identity.</summary>
    public void Reset(double scale)
    {
        pairs.Clear();
        corrections.Clear();
        (hessian, Scale) = (new LimitedMemoryInverseHessian(memory), scale);
    }

    /// <summary>D·x.</summary>
    public double[] Times(double[] x)
    {
        double[] free = Free(x), product = hessian.Times(free);
        if (hessian.IsFresh)
            TensorPrimitives.Multiply(product, Scale, product);
        foreach ((double[] vector, double divisor) in corrections)
            TensorPrimitives.MultiplyAdd(vector, -TensorPrimitives.Dot<double>(vector, free) / divisor, product, product);
        return product;
    }

    /// <summary>The BFGS update of a serious step, which drops the corrections of rank one.</summary>
    public void Move(double[] step, double[] change)
    {
        corrections.Clear();
        double curvature = TensorPrimitives.Dot<double>(step, change), square = TensorPrimitives.SumOfSquares<double>(change);
        if (!(curvature > LeastCosine * Math.Sqrt(square * TensorPrimitives.SumOfSquares<double>(step))) || !(curvature > 0) || !double.IsFinite(square))
            return;
        if (pairs.Count == memory)
            pairs.RemoveAt(0);
        pairs.Add((step, change));
        Scale = curvature / square;
        if (Fixed is null)
            hessian.Update(step, change);
        else
            Rebuild();
    }

    /// <summary>The update of rank one after a null step, if it leaves D positive definite.</summary>
    /// <param name="step">s, a multiple of −D·a.</param>
    /// <param name="change">u.</param>
    /// <param name="size">⟨s, D⁻¹s⟩.</param>
    /// <returns>v and ⟨u, v⟩; null if D stays as it is.</returns>
    public (double[] Vector, double Divisor)? Correct(double[] step, double[] change, double size)
    {
        double[] freeStep = Free(step), freeChange = Free(change);
        if (corrections.Count >= mostCorrections || !(TensorPrimitives.Dot<double>(freeStep, freeChange) > size * (1 + Margin)))
            return null;
        double[] vector = Times(change);
        TensorPrimitives.Subtract(vector, freeStep, vector);
        double divisor = TensorPrimitives.Dot<double>(vector, freeChange);
        if (!(divisor > 0) || !double.IsFinite(divisor))
            return null;
        corrections.Add((vector, divisor));
        return corrections[^1];
    }

    /// <summary>Fixes variables; null fixes none.</summary>
    /// <returns>Whether D changed.</returns>
    public bool Fix(bool[]? variables)
    {
        if (variables is null ? Fixed is null : Fixed is not null && variables.AsSpan().SequenceEqual(Fixed))
            return false;
        Fixed = variables;
        corrections.Clear();
        Rebuild();
        return true;
    }

    /// <summary>The part of a vector in the variables that are not fixed.</summary>
    public double[] Free(double[] x)
    {
        if (Fixed is null)
            return x;
        double[] free = [.. x];
        for (int i = 0; i < free.Length; i++)
        {
            if (Fixed[i])
                free[i] = 0;
        }

        return free;
    }

    /// <summary>The part of a vector in the variables that are fixed.</summary>
    public double[] Held(double[] x)
    {
        double[] held = [.. x];
        for (int i = 0; i < held.Length; i++)
        {
            if (Fixed is null || !Fixed[i])
                held[i] = 0;
        }

        return held;
    }

    private void Rebuild()
    {
        hessian = new LimitedMemoryInverseHessian(memory);
        foreach ((double[] step, double[] change) in pairs)
            hessian.Update(Free(step), Free(change));
    }
}
