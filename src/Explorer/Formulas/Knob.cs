namespace ConservativeAD.Explorer.Formulas;

/// <summary>A choice at a kink, as the page offers it: one number s.</summary>
public sealed class Knob
{
    private readonly Func<Selections, double?> read;
    private readonly Func<Selections, double, Selections> write;

    private Knob(string id, string label, string clarke, double low, double high, Func<Selections, double?> read, Func<Selections, double, Selections> write)
    {
        (Id, Label, Clarke, Low, High) = (id, label, clarke, low, high);
        this.read = read;
        this.write = write;
    }

    /// <summary>The name in links.</summary>
    public string Id { get; }

    /// <summary>The choice in words, such as "relu′(0)".</summary>
    public string Label { get; }

    /// <summary>The values that are Clarke subgradients of the operation.</summary>
    public string Clarke { get; }

    /// <summary>The smallest value on the slider; other values can be typed.</summary>
    public double Low { get; }

    /// <summary>The largest value on the slider.</summary>
    public double High { get; }

    /// <summary>Every choice that some function of a formula has.</summary>
    public static IReadOnlyList<Knob> All { get; } =
    [
        new("relu", "relu′(0)", "[0, 1]", -0.5, 1.5, s => s.ReluAtZero, (s, v) => s with { ReluAtZero = v }),
        new("abs", "abs′(0)", "[−1, 1]", -1.5, 1.5, s => s.AbsAtZero, (s, v) => s with { AbsAtZero = v }),
        new("pair", "weight of the first at a tie of max or min", "[0, 1]", -0.5, 1.5, s => s.FirstOfPairWeight, (s, v) => s with { FirstOfPairWeight = v }),
        new("norm", "norm′(0), along (1, 1)/√2", "[−1, 1]", -1.5, 1.5, s => s.Norm2AtZero, (s, v) => s with { Norm2AtZero = v }),
        new("leakyrelu", "leakyrelu′(0)", "between its slopes", -0.5, 1.5, s => s.LeakyReluAtZero.Slope, (s, v) => s with { LeakyReluAtZero = v }),
        new("elu", "elu′(0)", "between α and 1", -0.5, 1.5, s => s.EluAtZero.Slope, (s, v) => s with { EluAtZero = v }),
        OfBounds("relu6", "relu6′ at 0 and 6", s => s.Relu6AtBounds, (s, v) => s with { Relu6AtBounds = v }),
        OfBounds("hardtanh", "hardtanh′ at its bounds", s => s.HardTanhAtBounds, (s, v) => s with { HardTanhAtBounds = v }),
        OfBounds("clamp", "clamp′ at its bounds", s => s.ClampAtBounds, (s, v) => s with { ClampAtBounds = v }),
        OfBounds("softthreshold", "softthreshold′ at ±λ", s => s.SoftThresholdAtBounds, (s, v) => s with { SoftThresholdAtBounds = v }),
        new("hardsigmoid", "hardsigmoid′ at ±3", "[0, 1/6]", -0.25, 0.5, s => One(s.HardSigmoidAtBounds),
            (s, v) => s with { HardSigmoidAtBounds = BoundSelection.Both(v) }),
        new("hardswish", "hardswish′ at ±3", "[−½, 0] at −3, [1, 3/2] at 3", -1, 2, s => One(s.HardSwishAtBounds),
            (s, v) => s with { HardSwishAtBounds = BoundSelection.Both(v) }),
        new("hinge", "hinge′(1)", "[−1, 0]", -1.5, 0.5, s => s.HingeAtKnee, (s, v) => s with { HingeAtKnee = v }),
    ];

    /// <summary>The choice with a name, or null.</summary>
    public static Knob? Named(string? id) => All.FirstOrDefault(knob => knob.Id == id);

    /// <summary>The number that the selections choose; null if they choose a side of the kink, or two numbers that differ.</summary>
    public double? Read(Selections selections) => read(selections);

    /// <summary>The selections with this choice changed.</summary>
    public Selections Write(Selections selections, double value) => write(selections, value);

    /// <summary>What the selections choose, in words.</summary>
    public string Describe(Selections selections) => read(selections) is { } number ? NumberText.Of(number) : Id switch
    {
        "leakyrelu" => selections.LeakyReluAtZero.ToString(),
        "elu" => selections.EluAtZero.ToString(),
        _ => "one for each kink",
    };

    /// <inheritdoc/>
    public override string ToString() => Label;

    private static Knob OfBounds(string id, string label, Func<Selections, BoundSelection> read, Func<Selections, BoundSelection, Selections> write) =>
        new(id, label, "[0, 1]", -0.5, 1.5, s => One(read(s)), (s, v) => write(s, BoundSelection.Both(v)));

    private static double? One(BoundSelection bounds) => bounds.Lower == bounds.Upper ? bounds.Lower : null;
}
