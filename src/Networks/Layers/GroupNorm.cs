using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Group normalisation (Wu, He 2018) of [batch, channels, …], with scale and shift of each channel.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class GroupNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double epsilon;

    /// <summary>Creates the layer with scale 1 and shift 0.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="groups">The number of groups, which divides the channels.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="initializer">Supplies the device of the parameters.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="affine">Whether there are scale and shift.</param>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public GroupNorm(string name, int groups, int channels, Initializer initializer, double epsilon = 1e-5, bool affine = true)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        if (groups < 1 || channels < 1 || channels % groups != 0)
            throw new ArgumentException(
                $"{(string.IsNullOrEmpty(name) ? "A layer without a name" : $"Layer '{name}'")}: {groups} group(s) of {channels} channels were asked for; "
                    + "groups divide the channels.");
        Groups = groups;
        this.epsilon = epsilon;
        if (!affine)
            return;
        Scale = initializer.Constant<T>(PathOf(name, "weight"), Shape.Of(channels), 1);
        Shift = initializer.Constant<T>(PathOf(name, "bias"), Shape.Of(channels), 0);
    }

    /// <summary>The number of groups.</summary>
    public int Groups { get; }

    /// <summary>The scale, of shape [channels].</summary>
    public Parameter<T>? Scale { get; }

    /// <summary>The shift, of shape [channels].</summary>
    public Parameter<T>? Shift { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => Scale is null || Shift is null ? [] : [Scale, Shift];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => Scale is null || Shift is null
        ? x.GroupNorm(Groups, epsilon)
        : x.GroupNorm(Groups, x.Tape.Parameter(Scale), x.Tape.Parameter(Shift), epsilon);
}
