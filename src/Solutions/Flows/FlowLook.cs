using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>A field and its guards at one point of a solution.</summary>
/// <param name="Time">The time.</param>
/// <param name="State">The state.</param>
/// <param name="Rates">The field there, on the piece of the solution.</param>
/// <param name="Switches">The switches that the field's program met.</param>
/// <param name="SwitchRates">Their derivatives along the solution.</param>
/// <param name="References">The pieces that they are held on; NaN if they are not watched.</param>
/// <param name="Guards">The values of the guards.</param>
/// <param name="GuardRates">Their derivatives along the solution.</param>
internal sealed record FlowLook(double Time, double[] State, double[] Rates, ScalarSwitch[] Switches, double[] SwitchRates, double[] References,
    double[] Guards, double[] GuardRates)
{
    /// <summary>The share of the other side's field while the solution slides; NaN otherwise.</summary>
    public double Share { get; init; } = double.NaN;

    /// <summary>What keeps the field from being certified here; null if nothing does.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The operations at a kink that no piece decides.</summary>
    public IReadOnlyList<string> Kinks { get; init; } = [];

    /// <summary>The switches that have left their pieces.</summary>
    public List<int> Left()
    {
        List<int> left = [];
        for (int i = 0; i < Switches.Length; i++)
        {
            if (Switches[i].IsOff(References[i]))
                left.Add(i);
        }

        return left;
    }

    /// <summary>Whether the solution has left its piece or the surface that it slides along.</summary>
    public bool IsOff
    {
        get
        {
            if (Share is < 0 or > 1)
                return true;
            for (int i = 0; i < Switches.Length; i++)
            {
                if (Switches[i].IsOff(References[i]))
                    return true;
            }

            return false;
        }
    }
}
