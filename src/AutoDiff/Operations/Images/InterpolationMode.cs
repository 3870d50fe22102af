namespace ConservativeAD;

/// <summary>How values between positions of an axis are interpolated.</summary>
public enum InterpolationMode
{
    /// <summary>The value at ⌊o·input/output⌋, as PyTorch's "nearest".</summary>
    Nearest,

    /// <summary>The value at the position whose middle is nearest, as PyTorch's "nearest-exact".</summary>
    NearestExact,

    /// <summary>The line through the two positions around; bilinear for images, trilinear for volumes.</summary>
    Linear,

    /// <summary>
    /// The cubic convolution of the four positions around, with a slope of −¾ at distance 1 (Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1981).
    /// </summary>
    Cubic,
}
