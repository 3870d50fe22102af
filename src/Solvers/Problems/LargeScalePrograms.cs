namespace ConservativeAD.Solvers;

/// <summary>
/// The programs of M. Haarala, K. Miettinen and M. Mäkelä, New limited memory bundle method for large-scale nonsmooth optimization (Optim. Methods Softw.
/// 2004), on tensors, so that value and gradient cost a few passes over the variables. a and b are neighbouring variables, x₁ … xₙ₋₁ and x₂ … xₙ.
/// </summary>
internal static class LargeScalePrograms
{
    // The least value of |a| inside the logarithm, which is multiplied by 0 if a is 0.
    private const double Tiny = 1e-300;

    public static Var<double> Maxq(Var<double> x) => x.Square().Max();

    public static Func<Var<double>, Var<double>> MaxHilbert(int n)
    {
        HilbertOperator matrix = new(n);
        return x => x.Tape.Record(new HilbertProduct(matrix), x).NormInfinity();
    }

    public static Var<double> ChainedLq(Var<double> x)
    {
        (Var<double> a, Var<double> b) = Neighbours(x);
        Var<double> linear = -(a + b);
        return linear.Maximum(linear + SumOfSquares(x) - 1.0).Sum();
    }

    public static Var<double> ChainedCb3One(Var<double> x)
    {
        (Var<double> first, Var<double> second, Var<double> third) = Cb3Terms(x);
        return first.Maximum(second).Maximum(third).Sum();
    }

    public static Var<double> ChainedCb3Two(Var<double> x)
    {
        (Var<double> first, Var<double> second, Var<double> third) = Cb3Terms(x);
        return first.Sum().Maximum(second.Sum()).Maximum(third.Sum());
    }

    public static Var<double> ActiveFaces(Var<double> x) => x.Abs().LogP1().Max().Maximum(x.Sum().Abs().LogP1());

    public static Var<double> Brown2(Var<double> x)
    {
        Var<double> size = x.Abs();
        Var<double> logarithm = size.Clamp(Tiny, double.MaxValue).Log(), square = x.Square();
        int n = x.Shape.Count;

        // |a|^(b² + 1) = |a|·exp(b²·log|a|).
        Var<double> forward = (square.Slice(0, 1, n - 1) * logarithm.Slice(0, 0, n - 1)).Exp() * size.Slice(0, 0, n - 1);
        Var<double> backward = (square.Slice(0, 0, n - 1) * logarithm.Slice(0, 1, n - 1)).Exp() * size.Slice(0, 1, n - 1);
        return (forward + backward).Sum();
    }

    public static Var<double> ChainedMifflin2(Var<double> x)
    {
        (Var<double> a, _) = Neighbours(x);
        Var<double> u = SumOfSquares(x) - 1.0;
        return ((u * 2.0) + (u.Abs() * 1.75) - a).Sum();
    }

    public static Var<double> ChainedCrescentOne(Var<double> x)
    {
        (Var<double> outer, Var<double> inner) = CrescentTerms(x);
        return outer.Sum().Maximum(inner.Sum());
    }

    public static Var<double> ChainedCrescentTwo(Var<double> x)
    {
        (Var<double> outer, Var<double> inner) = CrescentTerms(x);
        return outer.Maximum(inner).Sum();
    }

    private static (Var<double> A, Var<double> B) Neighbours(Var<double> x)
    {
        int n = x.Shape.Count;
        return (x.Slice(0, 0, n - 1), x.Slice(0, 1, n - 1));
    }

    // a² + b², with each square computed once.
    private static Var<double> SumOfSquares(Var<double> x)
    {
        (Var<double> a, Var<double> b) = Neighbours(x.Square());
        return a + b;
    }

    private static (Var<double> First, Var<double> Second, Var<double> Third) Cb3Terms(Var<double> x)
    {
        (Var<double> a, Var<double> b) = Neighbours(x);
        (Var<double> aa, Var<double> bb) = Neighbours(x.Square());
        return (aa.Square() + bb, SumOfSquares(2.0 - x), (b - a).Exp() * 2.0);
    }

    private static (Var<double> Outer, Var<double> Inner) CrescentTerms(Var<double> x)
    {
        (Var<double> a, Var<double> b) = Neighbours(x);
        Var<double> distance = a.Square() + (b - 1.0).Square();
        return (distance + b - 1.0, b + 1.0 - distance);
    }
}
