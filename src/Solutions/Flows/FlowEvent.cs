using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>The crossings of a guard that are events.</summary>
public enum GuardCrossing
{
    /// <summary>The guard changes its sign.</summary>
    Both,

    /// <summary>It falls below 0.</summary>
    Falling,

    /// <summary>It rises above 0.</summary>
    Rising,
}

/// <summary>An event declared for a flow: where a guard g(t, x, p) crosses 0 along the solution, the state may jump, as at a contact.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Guard">g: time, state and parameters to a number.</param>
/// <param name="Reset">The state after the event from time, state and parameters; null if the state stays.</param>
/// <param name="Crossing">The crossings that count.</param>
public sealed record FlowEvent(string Name, Func<Active, Active[], Active[], Active> Guard, Func<Active, Active[], Active[], Active[]>? Reset = null,
    GuardCrossing Crossing = GuardCrossing.Both);
