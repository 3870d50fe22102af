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
    /// <summary>For each surface that the solution slides along, the share of the jump there; between 0 and 1 as long as it slides.</summary>
    public double[] Shares { get; init; } = [];

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

    /// <summary>Whether a surface lets the solution go.</summary>
    public bool LeavesSurface => Array.Exists(Shares, share => share is < 0 or > 1);

    /// <summary>Whether the solution has left its piece or a surface that it slides along.</summary>
    public bool IsOff
    {
        get
        {
            if (LeavesSurface)
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
