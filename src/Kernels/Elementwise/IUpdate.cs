namespace ConservativeAD.Kernels.Elementwise;

/// <summary>An optimiser's change of each parameter, made in place in one pass over memory.</summary>
public interface IUpdate
{
    /// <summary>The number of state arrays that the update keeps, 0 to 4.</summary>
    static abstract int States { get; }

    /// <summary>Changes one element.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="first">The first state; ignored if the update keeps none.</param>
    /// <param name="second">The second state; ignored if the update keeps fewer than two.</param>
    /// <param name="third">The third state; ignored if the update keeps fewer than three.</param>
    /// <param name="fourth">The fourth state; ignored if the update keeps fewer than four.</param>
    void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
        where L : struct, ILane<L>;
}
