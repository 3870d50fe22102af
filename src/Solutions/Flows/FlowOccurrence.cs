using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>What happened at an event.</summary>
public enum FlowOccurrenceKind
{
    /// <summary>A kink of the field was crossed; the field is continuous there.</summary>
    Kink,

    /// <summary>The field jumps.</summary>
    Jump,

    /// <summary>The state jumps, by the reset of a declared event.</summary>
    Reset,

    /// <summary>The guard of a declared event without a reset crossed 0.</summary>
    Mark,

    /// <summary>The field points to a surface from both sides, and the solution slides along it from here on (Filippov).</summary>
    SlidingBegins,

    /// <summary>The solution leaves the surface that it slid along.</summary>
    SlidingEnds,

    /// <summary>The solution touched a surface of a jump without being seen to cross it.</summary>
    Touch,
}

/// <summary>An event of a solution.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The name of the declared event, or of the operation of the field.</param>
/// <param name="Margin">
/// How transversally the solution meets the surface: the sine of the angle between them in time and state, from 0 for a graze to 1.
/// </param>
/// <param name="JumpSize">The largest change of a number of the field, or of the state at a reset; 0 at kinks.</param>
public sealed record FlowOccurrence(double Time, FlowOccurrenceKind Kind, string Name, double Margin, double JumpSize)
{
    /// <summary>Whether surfaces of different directions were met at the same time.</summary>
    public bool IsSimultaneous { get; init; }

    /// <summary>Whether the right-hand side or the state jumps.</summary>
    public bool IsJump => Kind is FlowOccurrenceKind.Jump or FlowOccurrenceKind.Reset or FlowOccurrenceKind.SlidingBegins;

    /// <inheritdoc/>
    public override string ToString()
    {
        string jump = IsJump ? string.Create(CultureInfo.InvariantCulture, $", jump {JumpSize:0.###}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Kind} of {Name} at t = {Time:0.######}, margin {Margin:0.###}{jump}")
            + (IsSimultaneous ? ", with others at the same time" : "");
    }
}
