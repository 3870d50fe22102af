namespace ConservativeAD.Scalars;

/// <summary>
/// A tape within a program that is differentiated itself: the derivatives that it returns are numbers of the surrounding program and can be differentiated in
/// turn, to any depth.
/// </summary>
/// <remarks>
/// <para>
/// The numbers of a nested tape carry numbers of the surrounding program: numbers of other tapes may be used freely within the nested program and are constants
/// there. A tape that began later is nested in those that began earlier, so the derivatives of different levels are never confused (J. M. Siskind and
/// B. A. Pearlmutter, Nesting forward-mode AD in a functional framework, Higher-Order and Symbolic Computation 21, 2008).
/// </para>
/// <para>
/// The reverse pass is itself recorded in the surrounding program, with the slopes as formulas. At a kink of the nested program the slope jumps; surrounding
/// tapes for analysis see the comparison that chooses it.
/// </para>
/// </remarks>
public sealed class NestedTape : IDisposable
{
    private readonly ScalarTape tape;

    /// <summary>Creates an empty nested tape.</summary>
    /// <param name="selections">The values to return at kinks of the nested program; <see cref="Selections.PyTorch"/> if null.</param>
    public NestedTape(Selections? selections = null) => tape = ScalarTape.Nested(selections);

    /// <summary>The values to return at kinks of the nested program.</summary>
    public Selections Selections => tape.Selections;

    /// <summary>The number of recorded operations, including variables.</summary>
    public int Count => tape.Count;

    /// <summary>The derivative of a function at a point, as a number that can be differentiated further.</summary>
    /// <param name="function">The function. It may use numbers of the surrounding program; its derivative regards them as constants.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="ArgumentNullException">There is no function.</exception>
    public static Active Derivative(Func<Active, Active> function, Active point, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        using NestedTape tape = new(selections);
        return tape.Gradient(function(tape.Variable(point)))[0];
    }

    /// <summary>The gradient of a function of several numbers, as numbers that can be differentiated further.</summary>
    /// <param name="function">The function. It may use numbers of the surrounding program; its gradient regards them as constants.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="ArgumentNullException">There is no function or no point.</exception>
    public static Active[] Gradient(Func<Active[], Active> function, Active[] point, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(point);
        using NestedTape tape = new(selections);
        return tape.Gradient(function(Array.ConvertAll(point, value => tape.Variable(value))));
    }

    /// <summary>
    /// The one-sided derivative of a function along a direction, in forward mode, as a number that can be differentiated further. At a kink it is the
    /// derivative of the piece that the direction leads to.
    /// </summary>
    /// <param name="function">The function. It may use numbers of the surrounding program; its derivative regards them as constants.</param>
    /// <param name="point">The point.</param>
    /// <param name="direction">The direction, with one number for each of the point.</param>
    /// <param name="selections">The values to return at kinks that the direction does not decide; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="ArgumentNullException">There is no function, no point or no direction.</exception>
    /// <exception cref="ArgumentException">Point and direction differ in length.</exception>
    public static Active DirectionalDerivative(Func<Active[], Active> function, Active[] point, Active[] direction, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(direction);
        if (point.Length != direction.Length)
            throw new ArgumentException($"The point has {point.Length} numbers and the direction {direction.Length}.", nameof(direction));
        using NestedTape tape = new(selections);
        return tape.Tangent(function([.. point.Zip(direction, tape.Variable)]));
    }

    /// <summary>Creates a variable of the nested program.</summary>
    /// <param name="value">Its value: a number of the surrounding program, or a constant.</param>
    /// <param name="tangent">Its tangent: the element of the direction that <see cref="Tangent"/> is taken along.</param>
    public Active Variable(Active value, Active tangent = default)
    {
        tape.TakeOver();
        return tape.NestedVariable(value, tangent);
    }

    /// <summary>The derivative of a recorded number along the direction of the variables' tangents, as a number of the surrounding program.</summary>
    /// <param name="number">The number. The derivative of a constant or of a number of the surrounding program is 0.</param>
    /// <exception cref="InvalidOperationException">The number belongs to a later tape, or to one that was reset or disposed.</exception>
    public Active Tangent(Active number)
    {
        tape.TakeOver();
        return tape.TangentOfOutput(number);
    }

    /// <summary>
    /// The number of the surrounding program that a number of this tape stands for. It does not depend on this tape's variables, but on what they were made of.
    /// </summary>
    /// <param name="number">A number of this tape. Constants and numbers of other tapes are returned as they are.</param>
    public Active Surrounding(Active number)
    {
        tape.TakeOver();
        return tape.Surrounding(number);
    }

    /// <summary>The gradient of a recorded number with respect to all variables of this tape, in the order of their creation.</summary>
    /// <param name="output">The number. The gradient of a constant or of a number of the surrounding program is 0.</param>
    /// <returns>Numbers of the surrounding program. They stay valid after this tape is disposed.</returns>
    /// <exception cref="InvalidOperationException">The number belongs to a later tape, or to one that was reset or disposed.</exception>
    public Active[] Gradient(Active output)
    {
        tape.TakeOver();
        return tape.NestedGradient(output);
    }

    /// <summary>Forgets the record. Numbers recorded so far can no longer be used.</summary>
    public void Reset() => tape.Reset();

    /// <inheritdoc/>
    public void Dispose() => tape.Dispose();
}
