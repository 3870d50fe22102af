using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Objectives;

/// <summary>The gradient of a function from an <see cref="Objective"/>, beside the same from a tape that the program keeps itself.</summary>
internal sealed class ObjectiveGradient : IWorkload
{
    private readonly double[] point;
    private readonly double[] fromObjective;
    private readonly double[] fromTape;
    private readonly Objective objective;
    private readonly IDisposable tape;
    private readonly Action own;

    private ObjectiveGradient(string name, int count, Objective objective, IDisposable tape, Func<double[], double[], Action> own)
    {
        Name = name;
        point = new double[count];
        new Philox(1, 5).Uniform<double>(point, 0, 1);
        (fromObjective, fromTape) = (new double[count], new double[count]);
        (this.objective, this.tape, this.own) = (objective, tape, own(point, fromTape));
    }

    public string Name { get; }

    /// <summary>Rosenbrock's chain of single numbers.</summary>
    public static ObjectiveGradient OfNumbers(int count)
    {
        ScalarTape tape = new();
        Active[] variables = new Active[count];
        return new ObjectiveGradient($"Rosenbrock's chain, {count} numbers", count, Objective.OfScalars(Chain), tape, (point, gradient) => () =>
        {
            tape.Reset();
            for (int i = 0; i < point.Length; i++)
                variables[i] = tape.Variable(point[i]);
            tape.Gradient(Chain(variables), gradient);
        });
    }

    /// <summary>The same with kinks: the sum of |xᵢ₊₁ − xᵢ²| and relu(1 − xᵢ).</summary>
    public static ObjectiveGradient OfNumbersWithKinks(int count)
    {
        ScalarTape tape = new();
        Active[] variables = new Active[count];
        return new ObjectiveGradient($"chain of moduli, {count} numbers", count, Objective.OfScalars(Moduli), tape, (point, gradient) => () =>
        {
            tape.Reset();
            for (int i = 0; i < point.Length; i++)
                variables[i] = tape.Variable(point[i]);
            tape.Gradient(Moduli(variables), gradient);
        });
    }

    /// <summary>A sum of squares and rectified numbers of an array.</summary>
    public static ObjectiveGradient OfArray(int count)
    {
        Tape<double> tape = new();
        return new ObjectiveGradient($"squares and relu, array of {count}", count, Objective.OfTensor(Squares), tape, (point, gradient) => () =>
        {
            tape.Reset();
            Var<double> x = tape.Variable(Shape.Of(point.Length), point);
            tape.Backward(Squares(x))[x].CopyTo(gradient);
        });
    }

    public void Ours() => objective.Gradient(point, fromObjective);

    public void Peers() => own();

    public double LargestDifference()
    {
        Ours();
        Peers();
        return fromObjective.AsSpan().SequenceEqual(fromTape) ? 0 : throw new InvalidOperationException($"{Name}: the gradients differ.");
    }

    /// <summary>The fewest bytes that a call allocated.</summary>
    public long Bytes()
    {
        long least = long.MaxValue;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Ours();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    public void Dispose() => tape.Dispose();

    private static Active Chain(Active[] x)
    {
        Active sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            Active step = x[i + 1] - (x[i] * x[i]), rest = 1 - x[i];
            sum += (100 * step * step) + (rest * rest);
        }

        return sum;
    }

    private static Active Moduli(Active[] x)
    {
        Active sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
            sum += Active.Abs(x[i + 1] - (x[i] * x[i])) + Active.Max(1 - x[i], 0.5);
        return sum;
    }

    private static Var<double> Squares(Var<double> x) => ((x * x) + (1 - x).Relu()).Sum();
}
