using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Programs applied to each example of a batch.</content>
public static partial class Operations
{
    /// <inheritdoc cref="Map{T}(Var{T}, Func{Var{T}, Var{T}}, out VectorisationReport)"/>
    public static Var<T> Map<T>(this Var<T> x, Func<Var<T>, Var<T>> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Map(program, out _);

    /// <summary>
    /// Applies a program to each example of a batch and stacks the results. Where each of its operations has a form for many examples, it is recorded once for
    /// all of them: it runs for the first and the last, on tapes of their own, and what both recorded is recorded with an axis of examples in front. A program
    /// that reads or compares values of an example, takes derivatives, draws random numbers or uses an operation without such a form runs for each example
    /// instead; it may branch on an example's values then. What does not depend on the example is recorded once. The program should have no other effects.
    /// </summary>
    /// <remarks>
    /// Values and derivatives are those of the program run for each example, to rounding where sums are taken in another order. <see
    /// cref="Tape{T}.PerExampleGradients(Var{T}, Func{Var{T}, Var{T}}, ReadOnlySpan{Var{T}})"/> gives the gradient of each example.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The examples, along the first axis; at least one.</param>
    /// <param name="program">Computes an example's result; all results have one shape. It gets the example without the first axis.</param>
    /// <param name="report">Whether the program was recorded once, or what prevented it.</param>
    /// <returns>The results, along a new first axis.</returns>
    /// <exception cref="ArgumentException">There is no axis or no example, or results differ in shape.</exception>
    public static Var<T> Map<T>(this Var<T> x, Func<Var<T>, Var<T>> program, out VectorisationReport report)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(program);
        if (x.Shape.Rank == 0 || x.Shape[0] == 0)
            throw new ArgumentException($"map: a value of shape {x.Shape} holds no examples along a first axis.", nameof(x));
        int count = x.Shape[0];
        Tape<T> tape = x.Tape;
        Var<T>? all = tape.TryVectorise(x, program, (vectorisation, outer, example, output) =>
        {
            Var<T> result = vectorisation.Record(tape, count, leaf => leaf == Tape<T>.ExampleLeaf ? x
                : outer.TryGetValue(leaf, out Var<T> value) ? value : tape.Constant(example.Value(leaf)), true);
            return vectorisation.Varies(output) ? result : result.Apply(new BroadcastTo<T>(Examples<T>.Led(count, result.Shape)));
        }, out report);
        return all ?? x.MapOneByOne(program);
    }

    /// <summary>Applies a program to one example after the other, each with operations of its own.</summary>
    internal static Var<T> MapOneByOne<T>(this Var<T> x, Func<Var<T>, Var<T>> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T>[] results = new Var<T>[x.Shape[0]];
        for (int example = 0; example < results.Length; example++)
        {
            results[example] = program(x.Select(0, example));
            if (results[example].Shape != results[0].Shape)
                throw new ArgumentException(
                    $"map: the result for example {example} has shape {results[example].Shape}, and that for example 0 has {results[0].Shape}.",
                    nameof(program));
        }

        return Stack(0, results);
    }
}
