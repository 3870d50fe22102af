using System.Collections;
using System.Globalization;
using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>
/// Active numbers behave like .NET's numbers: every member of the generic-math interfaces gives the same bits as for double, and its derivative if it has one.
/// </summary>
public class ActiveMemberTests
{
    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 10, 1000, 0.1, 1e-8, -1e-17, double.Epsilon, -3e-310, 2.2250738585072014e-308, 1e17, 9007199254740993,
            -4503599627370497.5, 1e160, -1e200, double.MaxValue, double.MinValue,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN, -double.NaN,
    ];

    private static readonly double[] Few = [0, -0.0, 0.1, -1, 3, 1e200, double.Epsilon, double.NegativeInfinity, double.NaN];
    private static readonly int[] Whole = [-1080, -3, -2, -1, 0, 1, 2, 3, 4, 15, 53, 1030];
    private static readonly string[] Texts = ["1.5", "-0", "1e400", "(1)", " 7 ", "NaN", "∞", "", "1,000.25", "x"];
    private static readonly string?[] Formats = [null, "R", "F3", "E2", "G17"];

    public static TheoryData<string> Members => [.. NumberMember.All.Select(member => member.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Members))]
    public void EveryMemberGivesTheBitsOfDouble(string name)
    {
        int tried = 0;
        foreach (NumberMember member in NumberMember.All.Where(member => member.Name == name))
        {
            bool isConversion = name.Contains('<', StringComparison.Ordinal), isFrom = name.Contains(".Create", StringComparison.Ordinal);
            using ScalarTape tape = new();
            foreach (object?[] arguments in Arguments(member))
            {
                tried++;
                (object? expected, object?[] left) = Call(member.OfDouble, arguments, value => value);
                AssertSame(expected, left, Call(member.OfActive, arguments, value => isFrom ? (object)value : new Active(value)),
                    $"{name}, constants {Show(arguments)}");
                if (!isConversion)
                    AssertSame(expected, left, Call(member.OfActive, arguments, value => tape.Variable(value)), $"{name}, recorded {Show(arguments)}");
            }
        }

        Assert.True(tried > 0);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void EveryDerivativeIsThatOfDifferences(string name)
    {
        double[] sample = new double[24];
        foreach (NumberMember member in NumberMember.All.Where(member => member.Name == name && member.Returns == typeof(double)
            && member.Parameters.Contains(typeof(double)) && !name.Contains('<', StringComparison.Ordinal)))
        {
            int numbers = member.Parameters.Count(type => type == typeof(double));
            foreach ((double low, double high) in ((double, double)[])[(-3, 3), (0.05, 0.95), (1.1, 40)])
            {
                new Philox(7, 3).Uniform<double>(sample, low, high);
                foreach (object?[] pattern in Arguments(member).Where(HasFewDecimals).Take(40))
                {
                    for (int start = 0; start + numbers <= sample.Length; start += numbers)
                        CheckDerivative(member, pattern, sample.AsSpan(start, numbers).ToArray());
                }
            }
        }
    }

    [Fact]
    public void EveryStaticMemberOfDoubleIsThere()
    {
        // The test for a power of two needs bits, which an active number does not offer.
        string[] missing = [.. typeof(double).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.Name != nameof(double.IsPow2))
            .Select(Signature)
            .Except(typeof(Active).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(Signature))];
        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void ConstantsConvertToOtherNumbersAsDoublesDo(Type target)
    {
        typeof(ActiveMemberTests).GetMethod(nameof(AssertConversionsTo), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(target)
            .Invoke(null, []);
    }

    public static TheoryData<Type> Targets =>
        [typeof(sbyte), typeof(int), typeof(ulong), typeof(Int128), typeof(System.Numerics.BigInteger), typeof(decimal), typeof(Half), typeof(float),
            typeof(double), typeof(char)];

    private static void AssertConversionsTo<T>()
        where T : System.Numerics.INumberBase<T>
    {
        foreach (double value in Special)
        {
            AssertSame(Call(_ => T.CreateSaturating(value), [], number => number).Result, [],
                Call(_ => T.CreateSaturating(new Active(value)), [], number => number), $"{typeof(T).Name}.CreateSaturating({value:R})");
            AssertSame(Call(_ => T.CreateTruncating(value), [], number => number).Result, [],
                Call(_ => T.CreateTruncating(new Active(value)), [], number => number), $"{typeof(T).Name}.CreateTruncating({value:R})");
            AssertSame(Call(_ => T.CreateChecked(value), [], number => number).Result, [], Call(_ => T.CreateChecked(new Active(value)), [], number => number),
                $"{typeof(T).Name}.CreateChecked({value:R})");
        }
    }

    // Numbers rounded to many decimals change in steps finer than those of the differences.
    private static bool HasFewDecimals(object?[] arguments) => !arguments.Any(argument => argument is int and > 3);

    private static string Signature(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(TypeName))})";

    private static string TypeName(ParameterInfo parameter) => parameter.ParameterType.Name.Replace(nameof(Active), nameof(Double), StringComparison.Ordinal);

    private static void CheckDerivative(NumberMember member, object?[] pattern, double[] point)
    {
        object?[] At(double[] x)
        {
            int next = 0;
            return [.. pattern.Select((argument, i) => member.Parameters[i] == typeof(double) ? x[next++] : argument)];
        }

        // The derivative of an estimate is that of what it estimates, not of its steps.
        double? Value(double[] x) => member.Name.Contains("ReciprocalEstimate", StringComparison.Ordinal) ? 1 / x[0]
            : member.Name.Contains("ReciprocalSqrtEstimate", StringComparison.Ordinal) ? 1 / Math.Sqrt(x[0])
            : Call(member.OfDouble, At(x), value => value).Result is double value && double.IsFinite(value) ? value : null;

        using ScalarTape tape = new();
        List<Active> variables = [];
        object? result = Call(member.OfActive, At(point), value =>
        {
            variables.Add(tape.Variable(value));
            return variables[^1];
        }).Result;
        if (result is not Active active)
            return;
        double[] gradient = active.IsConstant ? new double[point.Length] : tape.Gradient(active);
        for (int i = 0; i < point.Length; i++)
        {
            double Difference(double step)
            {
                double[] ahead = [.. point], behind = [.. point];
                ahead[i] += step;
                behind[i] -= step;
                return (Value(ahead) - Value(behind)) / (ahead[i] - behind[i]) ?? double.NaN;
            }

            // Three steps that agree distinguish a derivative from a kink, a jump or an end of the domain.
            double wide = Difference(2e-4), middle = Difference(1e-4), narrow = Difference(0.5e-4), best = ((4 * narrow) - middle) / 3;
            if (double.IsNaN(wide + best) || Math.Abs(wide - best) > 1e-5 * (1 + Math.Abs(best)) || Math.Abs(narrow - best) > 1e-6 * (1 + Math.Abs(best)))
                continue;
            Assert.True(Math.Abs(gradient[i] - best) <= 1e-7 * (1 + Math.Abs(best)),
                $"{member.Name} at {Show(At(point))}: derivative {i} is {gradient[i]:R}, differences give {best:R}");
        }
    }

    internal static IEnumerable<object?[]> Arguments(NumberMember member)
    {
        int numbers = member.Parameters.Count(type => type == typeof(double));
        object?[][] choices = [.. member.Parameters.Select(type => Choices(type, numbers, member.Name))];
        IEnumerable<object?[]> all = [[]];
        foreach (object?[] choice in choices)
            all = all.SelectMany(head => choice.Select(last => (object?[])[.. head, last]));
        foreach (object?[] arguments in all)
            yield return arguments;
        if (numbers == 0)
            yield break;
        double[] random = new double[300];
        new Philox(11, 5).Normal<double>(random, 0, 1);
        for (int i = 0; i + numbers <= random.Length; i += numbers)
        {
            int next = i;
            yield return [.. member.Parameters.Select((type, place) => type == typeof(double)
                ? random[next++] * Math.Pow(10, ((i * 7) % 41) - 20)
                : choices[place][i % choices[place].Length])];
        }
    }

    internal static object?[] Choices(Type type, int numbers, string name) => type switch
    {
        _ when type == typeof(double) => [.. (numbers > 2 ? Few : Special).Cast<object>()],
        _ when type == typeof(int) => name.Contains("Round", StringComparison.Ordinal) ? [0, 1, 5, 15, 16, -1] : [.. Whole.Cast<object>()],
        _ when type == typeof(MidpointRounding) => [.. Enum.GetValues<MidpointRounding>().Cast<object>()],
        _ when type == typeof(string) && name.Contains("Format", StringComparison.Ordinal) => [.. Formats],
        _ when type == typeof(string) => [.. Texts],
        _ when type == typeof(ReadOnlySpan<char>) => name.Contains("Format", StringComparison.Ordinal)
            ? [.. Formats.Select(format => format ?? "")]
            : [.. Texts],
        _ when type == typeof(ReadOnlySpan<byte>) => name.Contains("Endian", StringComparison.Ordinal)
            ? [new byte[8]]
            : [.. Texts.Select(System.Text.Encoding.UTF8.GetBytes)],
        _ when type == typeof(Span<char>) => [new char[40], new char[2]],
        _ when type == typeof(Span<byte>) => [new byte[40], new byte[1]],
        _ when type == typeof(NumberStyles) => [NumberStyles.Float, NumberStyles.Any, NumberStyles.None],
        _ when type == typeof(IFormatProvider) => [null, CultureInfo.InvariantCulture],
        _ when type == typeof(byte[]) => [new byte[16], new byte[3]],
        _ when type == typeof(bool) => [false, true],
        _ when type == typeof(object) => [null],
        _ when type.IsByRef => [null],
        _ when type.IsValueType =>
            [.. new[] { 0.0, 1, 100, 3.25 }.Select(value => Convert.ChangeType(Number(type, value), type, CultureInfo.InvariantCulture))],
        _ => throw new NotSupportedException($"{name} takes a {type.Name}, for which the test has no values."),
    };

    private static object Number(Type type, double value) =>
        typeof(ActiveMemberTests).GetMethod(nameof(Create), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [value])!;

    private static T Create<T>(double value)
        where T : System.Numerics.INumberBase<T> => T.CreateTruncating(value);

    // The result, and what the call left in its arguments: buffers and out parameters.
    internal static (object? Result, object?[] Arguments) Call(Func<object?[], object?> member, object?[] arguments, Func<double, object> number)
    {
        object?[] own = [.. arguments.Select(argument => argument is double value ? number(value) : argument is Array array ? array.Clone() : argument)];
        try
        {
            return (member(own), own);
        }
        catch (Exception exception)
        {
            return (exception.GetType(), []);
        }
    }

    private static void AssertSame(object? expected, object?[] expectedArguments, (object? Result, object?[] Arguments) actual, string where)
    {
        Assert.True(IsSame(expected, actual.Result), $"{where}: {Show([actual.Result])} where double gives {Show([expected])}");
        Assert.Equal(expectedArguments.Length, actual.Arguments.Length);
        for (int i = 0; i < expectedArguments.Length; i++)
            Assert.True(IsSame(expectedArguments[i], actual.Arguments[i]),
                $"{where}: argument {i} is left as {Show([actual.Arguments[i]])} where double leaves {Show([expectedArguments[i]])}");
    }

    private static bool IsSame(object? expected, object? actual) => (expected, actual) switch
    {
        (double a, Active b) => IsSameNumber(a, b.Value),
        (double a, double b) => IsSameNumber(a, b),
        (ValueTuple<double, double> a, ValueTuple<Active, Active> b) => IsSameNumber(a.Item1, b.Item1.Value) && IsSameNumber(a.Item2, b.Item2.Value),
        (Array a, Array b) => StructuralComparisons.StructuralEqualityComparer.Equals(a, b),
        (int a, int b) => a == b,
        _ => Equals(expected, actual),
    };

    // The bits, including the sign of zero; all NaN are equal.
    private static bool IsSameNumber(double a, double b) =>
        BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b));

    internal static string Show(object?[] values) => string.Join(", ", values.Select(value => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Active number => number.Value.ToString("R", CultureInfo.InvariantCulture),
        Array array => $"[{string.Join(' ', array.Cast<object>().Take(8))}]",
        _ => $"{value}",
    }));
}
