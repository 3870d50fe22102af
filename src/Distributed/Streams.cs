namespace ConservativeAD.Distributed;

/// <summary>All random streams of this library. Each has its own block of numbers, so that no two uses of the same seed share numbers.</summary>
internal enum Streams : uint
{
    /// <summary>The order of examples, one stream per epoch.</summary>
    ExampleOrder = 0,
}
