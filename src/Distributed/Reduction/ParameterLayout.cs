using System.Numerics;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>Parameters laid out one after another, their division into buckets that are sent one by one, and into what ranks own.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class ParameterLayout<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Fewer elements are not worth a message of their own.
    private const int FewestElements = 1024;

    private readonly Dictionary<Parameter<T>, int> numbers = [];

    /// <summary>Lays out parameters.</summary>
    /// <exception cref="ArgumentException">There is none, or one stands twice.</exception>
    public ParameterLayout(IReadOnlyList<Parameter<T>> parameters)
    {
        Parameters = [.. parameters];
        if (Parameters.Length == 0)
            throw new ArgumentException("There is no parameter to train.", nameof(parameters));
        Starts = new long[Parameters.Length + 1];
        for (int i = 0; i < Parameters.Length; i++)
        {
            Starts[i + 1] = Starts[i] + Parameters[i].Shape.Count;
            if (!numbers.TryAdd(Parameters[i], i))
                throw new ArgumentException($"The parameter {Parameters[i]} was given twice.", nameof(parameters));
        }
    }

    /// <summary>The parameters.</summary>
    public Parameter<T>[] Parameters { get; }

    /// <summary>Where each begins, and the end of the last.</summary>
    public long[] Starts { get; }

    /// <summary>The number of all elements.</summary>
    public long Count => Starts[^1];

    /// <summary>The number of a parameter; -1 if it is none of these.</summary>
    public int NumberOf(Parameter<T> parameter) => numbers.TryGetValue(parameter, out int number) ? number : -1;

    /// <summary>The rank that owns each parameter: they follow each other, and have about as many elements each.</summary>
    /// <param name="ranks">The number of ranks.</param>
    public int[] Owners(int ranks)
    {
        int[] owners = new int[Parameters.Length];
        for (int i = 0; i < owners.Length; i++)
        {
            Int128 middle = ((Int128)Starts[i] + Starts[i + 1]) / 2;
            owners[i] = Count == 0 ? 0 : (int)Int128.Min(middle * ranks / Count, ranks - 1);
        }

        return owners;
    }

    /// <summary>Buckets whose sums are made by all ranks, each a part.</summary>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="bucket">The elements of a bucket.</param>
    public Segment[][] EvenSegments(int ranks, int bucket) => BucketsOf(bucket, (start, length, number) =>
    {
        int parts = Math.Clamp(length / FewestElements, 1, ranks);
        return [.. Enumerable.Range(0, parts).Select(part =>
        {
            (int first, int end) = ((int)((long)length * part / parts), (int)((long)length * (part + 1) / parts));

            // Small buckets are spread over the ranks.
            return new Segment(start + first, end - first, parts == ranks ? part : (number + part) % ranks);
        })];
    });

    /// <summary>Buckets whose sums are made by the parameters' owners.</summary>
    /// <param name="owners">The owner of each parameter.</param>
    /// <param name="bucket">The elements of a bucket.</param>
    public Segment[][] OwnedSegments(int[] owners, int bucket) => BucketsOf(bucket, (start, length, _) =>
    {
        List<Segment> segments = [];
        for (int i = 0; i < Parameters.Length; i++)
        {
            (long first, long end) = (Math.Max(Starts[i], start), Math.Min(Starts[i + 1], start + length));
            if (first >= end)
                continue;
            if (segments.Count > 0 && segments[^1].Owner == owners[i])
                segments[^1] = segments[^1] with { Length = (int)(end - segments[^1].Start) };
            else
                segments.Add(new Segment(first, (int)(end - first), owners[i]));
        }

        return [.. segments];
    });

    private Segment[][] BucketsOf(int bucket, Func<long, int, int, Segment[]> divide)
    {
        long size = Math.Max(bucket, (Count / TreeExchange<float>.MostBuckets) + 1);
        int buckets = (int)Math.Max(1, (Count + size - 1) / size);
        return [.. Enumerable.Range(0, buckets).Select(number =>
        {
            (long start, long end) = ((long)((Int128)Count * number / buckets), (long)((Int128)Count * (number + 1) / buckets));
            return divide(start, (int)(end - start), number);
        })];
    }
}
