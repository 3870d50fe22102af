namespace ConservativeAD.Rules;

/// <summary>Eigenvalues or singular values of a matrix, with their vectors and what is known of those that meet or are 0.</summary>
/// <typeparam name="TSelf">The kind of spectrum.</typeparam>
internal interface ISpectrum<TSelf>
    where TSelf : struct, ISpectrum<TSelf>, allows ref struct
{
    /// <summary>Whether the values ascend; else they descend.</summary>
    static abstract bool Ascends { get; }

    /// <summary>The number of values.</summary>
    int Count { get; }

    /// <summary>The number of values, from the first on, that lie in blocks of equal ones; the others are 0 and bend on their own.</summary>
    int InBlocks { get; }

    /// <summary>The number of numbers that a spectrum takes.</summary>
    /// <param name="m">The number of rows of the matrix.</param>
    /// <param name="n">The number of columns.</param>
    static abstract int Length(int m, int n);

    /// <summary>The numbers that <see cref="Turn"/> takes.</summary>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    static abstract int TurnMemory(int m, int n);

    /// <summary>The numbers that <see cref="AddWeightedMoved"/> takes.</summary>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    static abstract int MovedMemory(int m, int n);

    /// <summary>The spectrum that numbers hold.</summary>
    /// <param name="numbers">As many as it takes.</param>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    static abstract TSelf Of(Span<double> numbers, int m, int n);

    /// <summary>The end of the block of values that meet, up to their errors.</summary>
    /// <param name="begin">The first of the block.</param>
    int BlockEnd(int begin);

    /// <summary>Whether two neighbours are equal, or closer than the errors of both.</summary>
    bool AreClose(int one, int other);

    /// <summary>Whether it is unknown if two values meet, or whether they are so close that their vectors have lost many of their digits.</summary>
    bool MayMeet(int one, int other);

    /// <summary>Whether a value has a kink because it is 0 up to its error.</summary>
    bool IsZero(int index);

    /// <summary>Whether it is unknown if a value has a kink at 0.</summary>
    bool MayBeZero(int index);

    /// <summary>Turns the vectors of every block into those that a tangent leads to, and gives the one-sided derivatives of the values.</summary>
    /// <param name="tangent">The tangent of the matrix; it may be overwritten.</param>
    /// <param name="derivatives">The derivatives.</param>
    /// <param name="memory">Memory.</param>
    /// <param name="largest">How many of the largest values matter; all if null.</param>
    void Turn(scoped Span<double> tangent, scoped Span<double> derivatives, scoped Span<double> memory, int? largest);

    /// <summary>Adds the derivative of the weighted sum of the values to a matrix.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="memory">As many numbers as the matrix has columns.</param>
    void AddWeighted(scoped ReadOnlySpan<double> weights, scoped Span<double> matrix, scoped Span<double> memory);

    /// <summary>Adds the change of that derivative along a tangent; vectors of one block do not turn into each other.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="tangent">The tangent of the matrix; it may be overwritten.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="memory">Memory.</param>
    void AddWeightedMoved(scoped ReadOnlySpan<double> weights, scoped Span<double> tangent, scoped Span<double> matrix, scoped Span<double> memory);
}
