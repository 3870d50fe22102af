using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The gradient of a Winograd convolution to its weights.</summary>
/// <remarks>
/// Each element of the transforms has its own matrix of sums. A part's tiles are transformed first, divided among threads by pieces; then their products are
/// added to the sums, divided by elements. Every sum is therefore added in the same order for any number of threads.
/// </remarks>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="TUnit">The instructions.</typeparam>
/// <typeparam name="TTile">The register tile of the products.</typeparam>
internal static unsafe class WinogradWeightGradient<V, TUnit, TTile>
    where V : struct
    where TUnit : struct, IVectorUnit<V, float>
    where TTile : struct, IRegisterTile
{
    // Elements of a kernel.
    private const int Taps = 9;

    /// <summary>dw = the pullback of dy to the weights, or dw += it.</summary>
    public static void Run(WorkerPool pool, in ConvolutionShape shape, in WinogradTiling tiling, float* x, float* dy, float* dw, bool accumulate)
    {
        // A register tile may read and write columns and rows past the last channel.
        int inputPanels = Partition.Count(shape.InputChannels, TTile.Columns);
        PartBody body = default;
        body.Tiling = tiling;
        body.Inputs = shape.InputChannels;
        body.Outputs = shape.OutputChannels;
        body.Top = shape.PaddingHeight;
        body.Left = shape.PaddingWidth;
        body.X = new(x, shape.InputChannels, shape.InputHeight, shape.InputWidth);
        body.Dy = new(dy, shape.OutputChannels, shape.OutputHeight, shape.OutputWidth);
        body.InputStride = WinogradPlanes.Padded(shape.InputChannels, TUnit.Count);
        body.OutputStride = WinogradPlanes.Padded(shape.OutputChannels, TUnit.Count);
        body.SumStride = inputPanels * TTile.Columns;
        body.SumElement = (shape.OutputChannels + TTile.Rows) * body.SumStride;
        body.Inner = ScratchMemory.Rent<float>(ScratchUse.Columns, (long)WinogradTiling.Elements * tiling.TilesPerPart * body.InputStride);
        body.Outer = ScratchMemory.Rent<float>(ScratchUse.Accumulators, (long)WinogradTiling.Elements * tiling.TilesPerPart * body.OutputStride);
        body.Sums = ScratchMemory.Rent<float>(ScratchUse.Outputs, WinogradTiling.Elements * body.SumElement);
        if (tiling.Parts == 0)
            new Span<float>(body.Sums, checked((int)(WinogradTiling.Elements * body.SumElement))).Clear();
        for (int part = 0; part < tiling.Parts; part++)
        {
            body.First = part * tiling.PiecesPerPart;
            body.Pieces = Math.Min(tiling.PiecesPerPart, tiling.Pieces - body.First);
            body.Tiles = tiling.TilesBefore(body.First + body.Pieces) - tiling.TilesBefore(body.First);
            body.Multiplies = false;
            pool.For(2 * body.Pieces, body);
            body.Multiplies = true;
            pool.For(WinogradTiling.Elements, body);
        }

        KernelBody kernels = default;
        kernels.Inputs = shape.InputChannels;
        kernels.Sums = body.Sums;
        kernels.SumStride = body.SumStride;
        kernels.SumElement = body.SumElement;
        kernels.Dw = dw;
        kernels.Accumulate = accumulate;
        pool.For(shape.OutputChannels, kernels);
    }

    // The tiles of one part: transforms pieces of x and dy, then multiplies elements of the transforms.
    private struct PartBody : IParallelBody
    {
        public WinogradTiling Tiling;
        public int Inputs;
        public int Outputs;
        public int Top;
        public int Left;
        public WinogradPlanes X;
        public WinogradPlanes Dy;
        public nint InputStride;
        public nint OutputStride;
        public nint SumStride;
        public nint SumElement;
        public float* Inner;
        public float* Outer;
        public float* Sums;
        public int First;
        public int Pieces;
        public int Tiles;
        public bool Multiplies;

        public readonly void Run(int part)
        {
            if (Multiplies)
                Multiply(part);
            else if (part < Pieces)
                TransformInput(First + part);
            else
                TransformCotangent(First + part - Pieces);
        }

        private readonly void TransformInput(int piece)
        {
            float* pixels = ScratchMemory.Rent<float>(ScratchUse.Row, (long)WinogradTiling.Extent * (Tiling.ColumnsPerPiece + 2) * TUnit.Count);
            nint tile = Tiling.TilesBefore(piece) - Tiling.TilesBefore(First);
            WinogradInput<V, TUnit>.Transform(Tiling, piece, X, Inputs, Top, Left, pixels, Inner + (tile * InputStride), Tiling.TilesPerPart * InputStride,
                InputStride);
        }

        private readonly void TransformCotangent(int piece)
        {
            float* pixels = ScratchMemory.Rent<float>(ScratchUse.Row, (long)WinogradTiling.Extent * (Tiling.ColumnsPerPiece + 2) * TUnit.Count);
            int tiles = Tiling.Locate(piece, out int image, out int row, out int column);
            int width = tiles * WinogradTiling.Side;
            nint stride = (nint)width * TUnit.Count, elementStride = Tiling.TilesPerPart * OutputStride;
            float* to = Outer + ((Tiling.TilesBefore(piece) - Tiling.TilesBefore(First)) * OutputStride);
            for (int channel = 0; channel < Outputs; channel += TUnit.Count)
            {
                Dy.Read(image, channel, TUnit.Count, row, column, WinogradTiling.Side, width, pixels);
                WinogradTransform<V, TUnit>.CotangentColumns(pixels, stride, width);
                for (int y = 0; y < WinogradTiling.Extent; y++)
                    WinogradTransform<V, TUnit>.CotangentRow(pixels + (y * stride), tiles, to + channel + (y * WinogradTiling.Extent * elementStride),
                        elementStride, OutputStride);
            }
        }

        private readonly void Multiply(int element)
        {
            float* inner = Inner + (element * Tiling.TilesPerPart * InputStride);
            float* outer = Outer + (element * Tiling.TilesPerPart * OutputStride);
            float* sums = Sums + (element * SumElement);
            for (int input = 0; input < Inputs; input += TTile.Columns)
            {
                int columns = Math.Min(TTile.Columns, Inputs - input);
                for (int output = 0; output < Outputs; output += TTile.Rows)
                    TTile.Run(Math.Min(TTile.Rows, Outputs - output), columns, Tiles, outer + output, OutputStride, inner + input, InputStride,
                        sums + (output * SumStride) + input, SumStride, First > 0);
            }
        }
    }

    // Gᵀ S G for all kernels of one output channel.
    private struct KernelBody : IParallelBody
    {
        public int Inputs;
        public float* Sums;
        public nint SumStride;
        public nint SumElement;
        public float* Dw;
        public bool Accumulate;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int output)
        {
            float* rows = stackalloc float[WinogradTiling.Extent * 3 * TUnit.Count];
            float* taps = stackalloc float[Taps * TUnit.Count];
            float* kernels = stackalloc float[Taps * TUnit.Count];
            for (int input = 0; input < Inputs; input += TUnit.Count)
            {
                float* sums = Sums + (output * SumStride) + input;
                for (int y = 0; y < WinogradTiling.Extent; y++)
                    WinogradTransform<V, TUnit>.KernelCotangent(sums + (y * WinogradTiling.Extent * SumElement), SumElement, rows + (y * 3 * TUnit.Count),
                        TUnit.Count);
                for (int x = 0; x < 3; x++)
                    WinogradTransform<V, TUnit>.KernelCotangent(rows + (x * TUnit.Count), 3 * TUnit.Count, taps + (x * TUnit.Count), 3 * TUnit.Count);
                int channels = Math.Min(TUnit.Count, Inputs - input);
                TransposedCopy.Run(taps, TUnit.Count, kernels, Taps, channels, Taps);
                ReadOnlySpan<float> values = new(kernels, channels * Taps);
                Span<float> to = new(Dw + ((((nint)output * Inputs) + input) * Taps), channels * Taps);
                if (Accumulate)
                    TensorPrimitives.Add(to, values, to);
                else
                    values.CopyTo(to);
            }
        }
    }
}
