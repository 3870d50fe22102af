using System.Globalization;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>A reason why a result cannot be certified: the operation, the number of its elements, and the kind of obstacle.</summary>
/// <param name="Node">The index of the operation on the tape; −1 for the program as a whole.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Kind">The kind of obstacle.</param>
/// <param name="Shape">The shape that the positions refer to.</param>
/// <param name="Count">The number of elements.</param>
/// <param name="Positions">The first positions, as row-major indices.</param>
public sealed record Obstacle(int Node, OperationFacts Operation, ObstacleKind Kind, Shape Shape, long Count, IReadOnlyList<int> Positions)
{
    /// <summary>The argument at the first position if the operation has one input; otherwise null.</summary>
    public double? Argument { get; init; }

    /// <summary>Further information, such as the message of an exception; null if there is none.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string name = Node < 0 ? Operation.Name : $"{Operation.Name} (node {Node})";
        string reason = Kind switch
        {
            ObstacleKind.OutsideDomain => "is at the edge of its domain or outside",
            ObstacleKind.Jump => "jumps",
            ObstacleKind.InfiniteSlope => "has an infinite slope and is not locally Lipschitz",
            ObstacleKind.InfiniteValue => "is infinite",
            ObstacleKind.SlopeUnderflows => "has a slope so small that it may be rounded to 0",
            ObstacleKind.TooNearZero => "has an argument so close to 0, where it is singular, that its digits are lost",
            ObstacleKind.VariableNotFinite => "is not a finite number",
            ObstacleKind.GradientNotFinite => "has a gradient that is not finite",
            ObstacleKind.WithinCheckpoint => "holds an operation that is singular or at the edge of its domain; record it without tape.Checkpoint to see which",
            ObstacleKind.TiedMask => "compared equal numbers, so the side of a nearby point is not known; ChooseWhereGreater handles such ties",
            ObstacleKind.ProgramThrows => "throws beside the point",
            ObstacleKind.Overflows => "computes with a number that overflows",
            ObstacleKind.ValueUnderflows => "has a value so small that it may be rounded to 0, and a kink depends on it",
            ObstacleKind.CotangentUnderflows => "passes back a derivative so small that it is rounded to 0, and the gradient depends on it",
            ObstacleKind.MayMeet => "has eigenvalues or singular values so close that rounding errors hide whether they meet",
            ObstacleKind.SpreadIsRounding => "normalises numbers that differ by little more than rounding errors",
            ObstacleKind.KinkWithinGradient => "differentiates a function that is at a kink or bends there, so that its gradient may jump",
            ObstacleKind.Detached => "drops the derivative, so that the gradient is not that of the function",
            ObstacleKind.Undeclared => "was given by value and slope without facts that state it smooth, or its slope is not that of its differences",
            ObstacleKind.TermsAreRounded => "adds terms so large that rounding errors hide how they compare",
            ObstacleKind.SolutionNotCertified => "solves an equation that is at a kink or singular at its solution; its own certificate says which",
            _ => "prevents certification",
        };
        string where = Shape.Count == 1
            ? ""
            : Count == 1 ? $" at element {Positions[0]}"
            : $" at {Count} of {Shape.Count} elements, the first at {Positions[0]}";
        string argument = Argument is { } x ? string.Create(CultureInfo.InvariantCulture, $" (argument {x})") : "";
        return $"{name} {reason}{where}{argument}{(Detail is null ? "" : $" ({Detail})")}";
    }
}
