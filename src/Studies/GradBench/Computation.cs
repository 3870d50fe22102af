namespace ConservativeAD.Studies.GradBench;

/// <summary>A function of an eval with its input in place. Runs are timed; making one and writing its output are not.</summary>
internal abstract class Computation : IDisposable
{
    /// <summary>Computes the output once, from the input.</summary>
    public abstract void Run();

    /// <summary>The output of the latest run, in the form that the protocol writes.</summary>
    public abstract object Output { get; }

    /// <summary>Gives tapes and arrays back.</summary>
    public abstract void Dispose();

    /// <summary>Makes a computation from a function.</summary>
    /// <typeparam name="TResult">What a run computes.</typeparam>
    /// <param name="compute">Computes it.</param>
    /// <param name="write">Its form in the protocol.</param>
    /// <param name="held">What the computation gives back at its end; null if nothing.</param>
    public static Computation Of<TResult>(Func<TResult> compute, Func<TResult, object> write, IDisposable? held = null) =>
        new Computed<TResult>(compute, write, held);

    /// <summary>Makes a computation of a number.</summary>
    /// <param name="compute">Computes it.</param>
    /// <param name="held">What the computation gives back at its end; null if nothing.</param>
    public static Computation Of(Func<double> compute, IDisposable? held = null) => Of(compute, number => number, held);

    /// <summary>Makes a computation of a list of numbers.</summary>
    /// <param name="compute">Computes it.</param>
    /// <param name="held">What the computation gives back at its end; null if nothing.</param>
    public static Computation Of(Func<double[]> compute, IDisposable? held = null) => Of(compute, numbers => numbers, held);

    private sealed class Computed<TResult>(Func<TResult> compute, Func<TResult, object> write, IDisposable? held) : Computation
    {
        private TResult? result;

        public override object Output => write(result!);

        public override void Run() => result = compute();

        public override void Dispose() => held?.Dispose();
    }
}
