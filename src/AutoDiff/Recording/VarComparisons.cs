using System.Numerics;

namespace ConservativeAD;

/// <content>
/// Comparisons of values of one element, for branches in a program. If the values are equal, the tangents decide where the tape carries any, so that a program
/// run along a direction takes the branch that it follows from there.
/// </content>
public readonly partial struct Var<T> : IComparable<Var<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether one number is less than another.</summary><param name="left">One element.</param><param name="right">One element.</param>
    public static bool operator <(Var<T> left, Var<T> right) => left.Tape.Compare(left, right) < 0 && !IsUnordered(left, right);

    /// <summary>Whether one number is greater than another.</summary><param name="left">One element.</param><param name="right">One element.</param>
    public static bool operator >(Var<T> left, Var<T> right) => left.Tape.Compare(left, right) > 0 && !IsUnordered(left, right);

    /// <summary>Whether one number is not greater than another.</summary><param name="left">One element.</param><param name="right">One element.</param>
    public static bool operator <=(Var<T> left, Var<T> right) => left.Tape.Compare(left, right) <= 0 && !IsUnordered(left, right);

    /// <summary>Whether one number is not less than another.</summary><param name="left">One element.</param><param name="right">One element.</param>
    public static bool operator >=(Var<T> left, Var<T> right) => left.Tape.Compare(left, right) >= 0 && !IsUnordered(left, right);

    /// <summary>Whether a number is below a constant.</summary><param name="left">One element.</param><param name="right">The constant.</param>
    public static bool operator <(Var<T> left, T right) => left.Tape.Compare(left, right) < 0 && !IsUnordered(left, right);

    /// <summary>Whether a number is above a constant.</summary><param name="left">One element.</param><param name="right">The constant.</param>
    public static bool operator >(Var<T> left, T right) => left.Tape.Compare(left, right) > 0 && !IsUnordered(left, right);

    /// <summary>Whether a number is not above a constant.</summary><param name="left">One element.</param><param name="right">The constant.</param>
    public static bool operator <=(Var<T> left, T right) => left.Tape.Compare(left, right) <= 0 && !IsUnordered(left, right);

    /// <summary>Whether a number is not below a constant.</summary><param name="left">One element.</param><param name="right">The constant.</param>
    public static bool operator >=(Var<T> left, T right) => left.Tape.Compare(left, right) >= 0 && !IsUnordered(left, right);

    /// <summary>−1, 0 or 1 if this number is less than, equal to or greater than another; NaN comes first.</summary>
    /// <param name="other">One element.</param>
    public int CompareTo(Var<T> other) => Tape.Compare(this, other);

    /// <summary>−1, 0 or 1 if this number is less than, equal to or greater than a constant; NaN comes first.</summary>
    /// <param name="other">The constant.</param>
    public int CompareTo(T other) => Tape.Compare(this, other);

    private static bool IsUnordered(Var<T> left, Var<T> right) => IsUnordered(left, right.Peek());

    private static bool IsUnordered(Var<T> left, T right) => T.IsNaN(left.Peek()) || T.IsNaN(right);
}
