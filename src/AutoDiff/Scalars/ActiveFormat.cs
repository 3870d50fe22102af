using System.Numerics;

namespace ConservativeAD.Scalars;

/// <content>Constants, and the binary format of the values, which is that of double.</content>
public readonly partial struct Active
{
    /// <inheritdoc/>
    public static Active One => new(1);

    /// <inheritdoc/>
    public static Active Zero => default;

    /// <inheritdoc/>
    public static Active NegativeOne => new(-1);

    /// <inheritdoc/>
    public static Active AdditiveIdentity => default;

    /// <inheritdoc/>
    public static Active MultiplicativeIdentity => new(1);

    /// <inheritdoc/>
    public static Active E => new(Math.E);

    /// <inheritdoc/>
    public static Active Pi => new(Math.PI);

    /// <inheritdoc/>
    public static Active Tau => new(Math.Tau);

    /// <inheritdoc/>
    public static Active Epsilon => new(double.Epsilon);

    /// <inheritdoc/>
    public static Active NaN => new(double.NaN);

    /// <inheritdoc/>
    public static Active NegativeInfinity => new(double.NegativeInfinity);

    /// <inheritdoc/>
    public static Active PositiveInfinity => new(double.PositiveInfinity);

    /// <inheritdoc/>
    public static Active NegativeZero => new(-0.0);

    /// <inheritdoc/>
    public static Active MaxValue => new(double.MaxValue);

    /// <inheritdoc/>
    public static Active MinValue => new(double.MinValue);

    /// <inheritdoc/>
    public static int Radix => 2;

    /// <inheritdoc/>
    int IFloatingPoint<Active>.GetExponentByteCount() => ((IFloatingPoint<double>)Value).GetExponentByteCount();

    /// <inheritdoc/>
    int IFloatingPoint<Active>.GetExponentShortestBitLength() => ((IFloatingPoint<double>)Digits).GetExponentShortestBitLength();

    /// <inheritdoc/>
    int IFloatingPoint<Active>.GetSignificandBitLength() => ((IFloatingPoint<double>)Value).GetSignificandBitLength();

    /// <inheritdoc/>
    int IFloatingPoint<Active>.GetSignificandByteCount() => ((IFloatingPoint<double>)Value).GetSignificandByteCount();

    /// <inheritdoc/>
    bool IFloatingPoint<Active>.TryWriteExponentBigEndian(Span<byte> destination, out int bytesWritten) =>
        ((IFloatingPoint<double>)Digits).TryWriteExponentBigEndian(destination, out bytesWritten);

    /// <inheritdoc/>
    bool IFloatingPoint<Active>.TryWriteExponentLittleEndian(Span<byte> destination, out int bytesWritten) =>
        ((IFloatingPoint<double>)Digits).TryWriteExponentLittleEndian(destination, out bytesWritten);

    /// <inheritdoc/>
    bool IFloatingPoint<Active>.TryWriteSignificandBigEndian(Span<byte> destination, out int bytesWritten) =>
        ((IFloatingPoint<double>)Digits).TryWriteSignificandBigEndian(destination, out bytesWritten);

    /// <inheritdoc/>
    bool IFloatingPoint<Active>.TryWriteSignificandLittleEndian(Span<byte> destination, out int bytesWritten) =>
        ((IFloatingPoint<double>)Digits).TryWriteSignificandLittleEndian(destination, out bytesWritten);

    // The value; reading it notes that the program looked at its digits.
    private double Digits
    {
        get
        {
            ScalarTape.LooksAtDigits(this);
            return Value;
        }
    }
}
