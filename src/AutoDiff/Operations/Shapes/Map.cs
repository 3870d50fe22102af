using System.Numerics;

namespace ConservativeAD;

/// <content>Programs applied to one example after the other.</content>
public static partial class Operations
{
    /// <summary>
    /// Applies a program to each example of a batch and stacks the results. The program is recorded once for each example, so that it may branch on an
    /// example's values; an operation on the whole batch, where there is one, is faster. With a result of one number for each example,
    /// <see cref="Tape{T}.PerExampleGradients"/> gives each example's gradient.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The examples, along the first axis; at least one.</param>
    /// <param name="program">Computes an example's result; all results have one shape. It gets the example without the first axis.</param>
    /// <returns>The results, along a new first axis.</returns>
    /// <exception cref="ArgumentException">There is no axis or no example, or results differ in shape.</exception>
    public static Var<T> Map<T>(this Var<T> x, Func<Var<T>, Var<T>> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(program);
        if (x.Shape.Rank == 0 || x.Shape[0] == 0)
            throw new ArgumentException($"map: a value of shape {x.Shape} holds no examples along a first axis.", nameof(x));
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
