using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>
/// Every question that a program can ask of an active number, and branch on, is recorded: every member of the generic-math interfaces that takes numbers and
/// returns something else (a truth value, an integer, text, bytes). A program whose value depends on the answer is never certified where double's answer
/// changes.
/// </summary>
public class ActiveQuestionTests
{
    private static readonly double[] Points = [0, -0.0, 1, -1, 2, 0.5, 2.5, -2.5, 3, -4, 100, 1024, 2.2250738585072014e-308, -3e-310, 1e15];
    private static readonly double[] Steps = [1e-7, 1e-9, 1e-11];

    public static TheoryData<string> Questions => [.. NumberMember.All.Where(IsQuestion).Select(member => member.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Questions))]
    public void NoAnswerThatChangesBesideThePointIsCertified(string name)
    {
        int jumps = 0;
        foreach (NumberMember member in NumberMember.All.Where(member => member.Name == name && IsQuestion(member)))
        {
            foreach (double point in Points)
            {
                foreach (object?[] arguments in Arguments(member, point))
                {
                    for (int varied = 0; varied < arguments.Length; varied++)
                    {
                        if (arguments[varied] is not double || !Jumps(member, arguments, varied))
                            continue;
                        jumps++;
                        foreach (ulong seed in (ulong[])[1, 2])
                            Assert.False(IsCertified(member, arguments, varied, seed),
                                $"{name} at {ActiveMemberTests.Show(arguments)} changes with argument {varied}, and is certified");
                    }
                }
            }
        }

        Assert.True(jumps > 0 || AnswersForever(name), $"{name} changes nowhere");
    }

    [Fact]
    public void AnswersThatStayAreCertified()
    {
        foreach (NumberMember member in NumberMember.All.Where(member => IsQuestion(member) && member.Returns == typeof(bool) && member.Parameters.Length == 1))
        {
            foreach (double point in (double[])[0.37, -1.7, 1234.5])
                Assert.True(IsCertified(member, [point], 0, 1), $"{member.Name} at {point}");
        }
    }

    private static bool IsQuestion(NumberMember member) =>
        member.Parameters.Contains(typeof(double)) && member.Returns != typeof(double) && member.Returns != typeof((double, double))
        && member.Returns != typeof(void) && !IsText(member);

    // Text is for people: a printed number is read on the host, as by Active.Value, and a decision based on it is not noticed.
    private static bool IsText(NumberMember member) => member.Name.Contains("Format", StringComparison.Ordinal) || member.Returns == typeof(string);

    // Members with the same answer for every finite number.
    private static bool AnswersForever(string name) =>
        ((string[])["IsCanonical", "IsComplexNumber", "IsFinite", "IsImaginaryNumber", "IsInfinity", "IsNaN", "IsNegativeInfinity", "IsPositiveInfinity",
            "IsRealNumber", "GetExponentByteCount", "GetSignificandByteCount", "GetSignificandBitLength"])
            .Any(member => name.Contains($".{member}(", StringComparison.Ordinal));

    private static IEnumerable<object?[]> Arguments(NumberMember member, double point)
    {
        IEnumerable<object?[]> all = [[]];
        foreach (Type type in member.Parameters)
        {
            object?[] choices = type == typeof(double) || type == typeof(object)
                ? [point]
                : type == typeof(int) ? [0, 1]
                : ActiveMemberTests.Choices(type, 1, member.Name);
            all = all.SelectMany(head => choices.Take(2).Select(last => (object?[])[.. head, last]));
        }

        return all;
    }

    // Uses shrinking steps on both sides.
    private static bool Jumps(NumberMember member, object?[] arguments, int varied)
    {
        double point = (double)arguments[varied]!;
        foreach (int side in (int[])[-1, 1])
        {
            if (Steps.All(step => !IsAnswerAt(member, arguments, varied, point + (side * step * (point == 0 ? 1 : Math.Abs(point))))))
                return true;
        }

        return false;
    }

    private static bool IsAnswerAt(NumberMember member, object?[] arguments, int varied, double value)
    {
        object?[] moved = [.. arguments];
        moved[varied] = value;
        return IsSame(ActiveMemberTests.Call(member.OfDouble, arguments, number => number), ActiveMemberTests.Call(member.OfDouble, moved, number => number));
    }

    // F is 1 where the answer is that at the point, and 0 elsewhere: it jumps where the answer changes. A program that throws is rejected, not certified.
    private static bool IsCertified(NumberMember member, object?[] arguments, int varied, ulong seed)
    {
        double point = (double)arguments[varied]!;
        (object? Result, object?[] Arguments) answer = ActiveMemberTests.Call(member.OfActive, arguments, number => new Active(number));
        bool threw = false;
        Objective asks = Objective.OfScalars(x =>
        {
            object?[] own = [.. arguments.Select((argument, i) => argument is double number ? i == varied ? x[0] : new Active(number) : argument)];

            (object? Result, object?[] Arguments) here = ActiveMemberTests.Call(member.OfActive, own, number => number);
            threw |= here.Result is Type;
            return (x[0] * 0.0) + (IsSame(answer, here) ? 1.0 : 0.0);
        });
        return Clarke.Gradient(asks, [point], seed).Certificate.IsCertified && !threw;
    }

    private static bool IsSame((object? Result, object?[] Arguments) a, (object? Result, object?[] Arguments) b)
    {
        if (!AreSame(a.Result, b.Result) || a.Arguments.Length != b.Arguments.Length)
            return false;
        for (int i = 0; i < a.Arguments.Length; i++)
        {
            // The numbers themselves are not part of the answer.
            if (a.Arguments[i] is not (double or Active) && !AreSame(a.Arguments[i], b.Arguments[i]))
                return false;
        }

        return true;
    }

    private static bool AreSame(object? a, object? b) =>
        a is Array x && b is Array y ? System.Collections.StructuralComparisons.StructuralEqualityComparer.Equals(x, y) : Equals(a, b);
}
