using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Constants common to all direct convolutions.</summary>
internal static class DirectConvolution
{
    /// <summary>The number of elements that may be read past the last weight, by a tile with more rows than there are channels.</summary>
    public const int Slack = 16;
}

/// <summary>
/// The convolution of one image with stride 1 and few output channels. Registers are loaded straight from the image, at one offset per tap, so nothing is
/// packed.
/// </summary>
/// <remarks>
/// Whole registers cover a row of the output. The last one may extend past the row; the surplus is computed from whatever follows in memory and discarded. A
/// tile consists of two registers, which may come from two rows.
/// </remarks>
internal unsafe struct DirectConvolution<T, U, TEpilogue> : ITileWork
    where T : unmanaged
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
    where TEpilogue : struct, IUnaryMap
{
    public int Taps;
    public U* Weights;
    public int* Offsets;
    public U* Image;
    public int ImageWidth;
    public T* Bias;
    public T* Destination;
    public int Channels;
    public int Height;
    public int Width;
    public bool Accumulate;
    public TEpilogue Epilogue;

    [SkipLocalsInit]
    public readonly void Run<TTile>()
        where TTile : struct, IRegisterTile
    {
        U* tile = stackalloc U[TTile.Rows * TTile.Columns];
        int lanes = TTile.Columns / 2;
        int registersPerRow = Partition.Count(Width, lanes);
        int registers = registersPerRow * Height;
        for (int channel = 0; channel < Channels; channel += TTile.Rows)
        {
            int rows = Math.Min(TTile.Rows, Channels - channel);
            for (int register = 0; register < registers; register += 2)
            {
                // With an odd number of registers, one is computed twice.
                int other = Math.Min(register + 1, registers - 1);
                nint first = Position(register, registersPerRow, lanes), second = Position(other, registersPerRow, lanes);
                TTile.RunIndirect(rows, Taps, Weights + channel, Channels, Image + first, Offsets, second - first, tile, TTile.Columns);
                Finish(tile, TTile.Columns, channel, rows, register, registersPerRow, lanes);
                if (other > register)
                    Finish(tile + lanes, TTile.Columns, channel, rows, other, registersPerRow, lanes);
            }
        }
    }

    private readonly nint Position(int register, int registersPerRow, int lanes) =>
        ((nint)(register / registersPerRow) * ImageWidth) + (register % registersPerRow * lanes);

    private readonly void Finish(U* sums, int stride, int channel, int rows, int register, int registersPerRow, int lanes)
    {
        int y = register / registersPerRow, x = register % registersPerRow * lanes;
        int count = Math.Min(lanes, Width - x);
        T* to = Destination + ((((nint)channel * Height) + y) * Width) + x;
        for (int row = 0; row < rows; row++, sums += stride, to += (nint)Height * Width)
            ToImages<T, U, TEpilogue>.Store(sums, to, count, lanes, Accumulate, Bias == null ? null : Bias + channel + row, Epilogue);
    }
}
