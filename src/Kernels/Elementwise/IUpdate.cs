namespace ConservativeAD.Kernels.Elementwise;

/// <summary>A change of parameters in place, in one pass over memory: what an optimiser does to each element.</summary>
public interface IUpdate
{
    /// <summary>How many state arrays the update keeps, 0 to 4.</summary>
    static abstract int States { get; }

    /// <summary>Changes one element.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="first">The first state; not kept where there is none.</param>
    /// <param name="second">The second state; not kept where there is none.</param>
    /// <param name="third">The third state; not kept where there is none.</param>
    /// <param name="fourth">The fourth state; not kept where there is none.</param>
    void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
        where L : struct, ILane<L>;
}
