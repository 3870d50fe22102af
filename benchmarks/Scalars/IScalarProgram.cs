using System.Numerics;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>A program on single numbers, written once for plain and for active ones.</summary>
internal interface IScalarProgram
{
    /// <summary>A short name, which the same program in other languages also has.</summary>
    static abstract string Name { get; }

    /// <summary>What it computes.</summary>
    static abstract string Title { get; }

    /// <summary>The number of additions, subtractions, multiplications, divisions and functions that it computes.</summary>
    static abstract int Operations { get; }

    /// <summary>Its input.</summary>
    static abstract double[] Input();

    /// <summary>Its output.</summary>
    static abstract T Run<T>(T[] x)
        where T : struct, IFloatingPointIeee754<T>;
}
