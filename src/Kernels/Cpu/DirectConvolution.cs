using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>What all direct convolutions share.</summary>
internal static class DirectConvolution
{
    /// <summary>Elements that may be read past the last weight: a tile of rows that the channels do not fill.</summary>
    public const int Slack = 16;
}

/// <summary>
/// One image's convolution with stride 1 and few output channels: registers are loaded straight from the image, at one offset per tap, so
/// that nothing is packed.
/// </summary>
/// <remarks>
/// A row of the output is covered by whole registers, the last of which may stick out of it; what sticks out is computed from whatever
/// follows in memory and dropped. Two registers make a tile, if need be from two rows.
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
        int registersPerRow = (Width + lanes - 1) / lanes;
        int registers = registersPerRow * Height;
        for (int channel = 0; channel < Channels; channel += TTile.Rows)
        {
            int rows = Math.Min(TTile.Rows, Channels - channel);
            for (int register = 0; register < registers; register += 2)
            {
                // An odd one out is computed twice.
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
