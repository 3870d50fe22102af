using System.Runtime.CompilerServices;

namespace ConservativeAD.Scalars;

/// <summary>
/// A function of several numbers, given by a program on them that is compiled to machine code with its gradient, for a program that runs for many data. Value
/// and gradient have the bits that an ordinary <see cref="ScalarTape"/> gives.
/// </summary>
/// <remarks>
/// <para>
/// The program runs once on a tape that notes its operations and the answers to its comparisons. What it noted is compiled as straight code: all values, then
/// all cotangents. Where another call gets another answer, the program is noted once more and compiled for that way too, up to
/// <see cref="MaximumPaths"/> ways; calls beyond them run on a tape. At a kink the selections decide, as on a tape. Where a number is not finite, the tape
/// computes it. Certificates, censuses and Clarke gradients come from an objective of the same program.
/// </para>
/// <para>
/// The program must depend on its arguments alone: numbers that it captures are those of the run that was compiled. A program that reads
/// <see cref="Active.Value"/>, detaches numbers or uses functions of its own cannot be compiled; it runs on a tape, and <see cref="WhyInterpreted"/> says why.
/// So does every program where code cannot be compiled at run time, as in a native (AOT) program.
/// </para>
/// <para>After the first calls no call allocates memory. All members can be called by any number of threads at once.</para>
/// </remarks>
public sealed unsafe partial class CompiledFunction
{
    /// <summary>The number of ways through a program that are compiled.</summary>
    public const int MaximumPaths = 16;

    // A method of more instructions is beyond what the JIT optimises.
    private const int MaximumInstructions = 6000;

    private readonly Func<Active[], Active> program;
    private readonly InterpretedRuns runs;
    private readonly Lock guard = new();
    private volatile CompiledPath[] paths = [];
    private volatile string? refusal;
    private volatile int recent;

    private CompiledFunction(Func<Active[], Active> program, int inputs, Selections selections)
    {
        (this.program, Inputs, Selections) = (program, inputs, selections);
        runs = new InterpretedRuns(program, inputs, selections);
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            refusal = "code cannot be compiled at run time here";
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The values to return at kinks.</summary>
    public Selections Selections { get; }

    /// <summary>The number of ways through the program that are compiled so far; 0 before the first call.</summary>
    public int Paths => paths.Length;

    /// <summary>Why calls run on a tape instead of compiled code; null if nothing stands in the way so far.</summary>
    public string? WhyInterpreted => refusal;

    /// <summary>A function whose program is compiled when it is first called.</summary>
    /// <param name="program">Computes the value from the inputs. A function that is generic in its number type can be passed as <c>x =>
    /// F&lt;Active&gt;(x)</c>.</param>
    /// <param name="inputs">The number of inputs, at least 1.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="ArgumentNullException">The program is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no input.</exception>
    public static CompiledFunction Of(Func<Active[], Active> program, int inputs, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        return new CompiledFunction(program, inputs, selections ?? Selections.PyTorch);
    }

    /// <summary>The value at a point.</summary>
    /// <param name="point">The inputs.</param>
    /// <exception cref="ArgumentException">The point has another number of inputs.</exception>
    public double Value(ReadOnlySpan<double> point)
    {
        CheckPoint(point);
        CompiledPath[] known;
        do
        {
            known = paths;
            int first = recent;
            fixed (double* at = point)
            {
                for (int i = 0; i < known.Length; i++)
                {
                    int place = (first + i) % known.Length;
                    double value;
                    Outcome outcome = known[place].Value(at, null, &value);
                    if (outcome == Outcome.Finite)
                        return Found(first, place, value);
                    if (outcome == Outcome.NotFinite)
                        return runs.Run(point, default);
                }
            }
        }
        while (TryAddPath(known, point));
        return runs.Run(point, default);
    }

    /// <summary>The value at a point and the gradient there: an element of the conservative gradient that the selections choose.</summary>
    /// <param name="point">The inputs.</param>
    /// <param name="gradient">The destination of the gradient, with one element for each input.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">The point or the gradient has another number of elements than the function has inputs.</exception>
    public double ValueAndGradient(ReadOnlySpan<double> point, Span<double> gradient)
    {
        CheckPoint(point);
        if (gradient.Length != Inputs)
            throw new ArgumentException($"The function has {Inputs} inputs; the destination of its gradient has {gradient.Length} elements.", nameof(gradient));
        CompiledPath[] known;
        do
        {
            known = paths;
            int first = recent;
            fixed (double* at = point, to = gradient)
            {
                for (int i = 0; i < known.Length; i++)
                {
                    int place = (first + i) % known.Length;
                    double value;
                    Outcome outcome = known[place].Gradient(at, to, &value);
                    if (outcome == Outcome.Finite)
                        return Found(first, place, value);
                    if (outcome == Outcome.NotFinite)
                        return runs.Run(point, gradient);
                }
            }
        }
        while (TryAddPath(known, point));
        return runs.Run(point, gradient);
    }

    private double Found(int first, int place, double value)
    {
        if (first != place)
            recent = place;
        return value;
    }

    // Compiles the way through the program at a point, if there is room. True if ways were added, by this thread or another.
    private bool TryAddPath(CompiledPath[] known, ReadOnlySpan<double> point) =>
        refusal is null && known.Length < MaximumPaths && Trace(point, false) is { } traced && TryAddPath(known, traced);

    private bool TryAddPath(CompiledPath[] known, TracedProgram traced)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || known.Length >= MaximumPaths)
            return false;
        lock (guard)
        {
            if (paths == known)
                paths = [.. known, new CompiledPath(traced)];
            return true;
        }
    }

    private TracedProgram? Trace(ReadOnlySpan<double> point, bool inVectors)
    {
        TracedProgram? traced = TracedProgram.Of(program, Selections, point, inVectors, out string reason);
        if (traced is not null && traced.Code.Count > MaximumInstructions)
            (traced, reason) = (null, $"it has more than {MaximumInstructions} operations and slopes; compile the part of it that repeats");
        if (traced is null)
            refusal ??= reason;
        return traced;
    }

    private void CheckPoint(ReadOnlySpan<double> point)
    {
        if (point.Length != Inputs)
            throw new ArgumentException($"The function has {Inputs} inputs; a point of {point.Length} was given.", nameof(point));
    }
}
