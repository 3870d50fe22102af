using ConservativeAD.Kernels.Common;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The extents of a loop nest, the innermost first.</summary>
internal readonly struct Axes
{
    private readonly int rank;
    private readonly int extent0;
    private readonly int extent1;
    private readonly int extent2;
    private readonly int extent3;
    private readonly int extent4;
    private readonly int extent5;
    private readonly int extent6;

    public Axes(in StridedLoop loop)
    {
        rank = loop.Rank;
        extent0 = loop.Extent(rank - 1);
        extent1 = loop.Extent(rank - 2);
        extent2 = loop.Extent(rank - 3);
        extent3 = loop.Extent(rank - 4);
        extent4 = loop.Extent(rank - 5);
        extent5 = loop.Extent(rank - 6);
        extent6 = loop.Extent(rank - 7);
    }

    /// <summary>The offset of an operand's element, for a position in row-major order of the nest.</summary>
    /// <param name="index">The position.</param><param name="steps">The operand's strides.</param>
    public int Offset(int index, Steps steps)
    {
        if (rank <= 1)
            return index * steps.Step0;
        int next = index / extent0, offset = (index - (next * extent0)) * steps.Step0;
        if (rank == 2)
            return offset + (next * steps.Step1);
        index = next;
        next = index / extent1;
        offset += (index - (next * extent1)) * steps.Step1;
        if (rank == 3)
            return offset + (next * steps.Step2);
        index = next;
        next = index / extent2;
        offset += (index - (next * extent2)) * steps.Step2;
        if (rank == 4)
            return offset + (next * steps.Step3);
        index = next;
        next = index / extent3;
        offset += (index - (next * extent3)) * steps.Step3;
        index = next;
        next = index / extent4;
        offset += (index - (next * extent4)) * steps.Step4;
        index = next;
        next = index / extent5;
        offset += (index - (next * extent5)) * steps.Step5;
        index = next;
        next = index / extent6;
        return offset + ((index - (next * extent6)) * steps.Step6) + (next * steps.Step7);
    }
}

/// <summary>The strides of an operand along the axes of a loop nest, the innermost axis first; 0 if the operand is repeated.</summary>
internal readonly struct Steps
{
    public readonly int Step0;
    public readonly int Step1;
    public readonly int Step2;
    public readonly int Step3;
    public readonly int Step4;
    public readonly int Step5;
    public readonly int Step6;
    public readonly int Step7;

    public Steps(in StridedLoop loop, int operand)
    {
        int rank = loop.Rank;
        Step0 = rank == 0 ? 0 : loop.Stride(operand, rank - 1);
        Step1 = loop.Stride(operand, rank - 2);
        Step2 = loop.Stride(operand, rank - 3);
        Step3 = loop.Stride(operand, rank - 4);
        Step4 = loop.Stride(operand, rank - 5);
        Step5 = loop.Stride(operand, rank - 6);
        Step6 = loop.Stride(operand, rank - 7);
        Step7 = loop.Stride(operand, rank - 8);
    }
}
