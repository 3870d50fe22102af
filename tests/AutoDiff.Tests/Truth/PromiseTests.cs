using System.Reflection;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.Truth;

/// <summary>The declared properties of all elementwise rules of the library, tested at every kind of point.</summary>
public class PromiseTests
{
    private static readonly double[] Points = [.. Special(), .. Special().Select(x => -x), .. Enumerable.Range(-160, 321).Select(i => i / 16.0)];

    // The number of pieces of a rule on one number.
    private const int FewSlopes = 4;

    public static TheoryData<string> Unary => [.. Elementwise(typeof(IUnaryRule<>)).Select(type => type.Name)];

    public static TheoryData<string> Binary => [.. Elementwise(typeof(IBinaryRule<>)).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Unary))]
    public void PromisesOfOneArgumentHold(string name) => Call(nameof(AskUnary), Elementwise(typeof(IUnaryRule<>)).Single(type => type.Name == name));

    [Theory]
    [MemberData(nameof(Binary))]
    public void PromisesOfTwoArgumentsHold(string name) => Call(nameof(AskBinary), Elementwise(typeof(IBinaryRule<>)).Single(type => type.Name == name));

    [Fact]
    public void EveryElementwiseRuleIsAsked() => Assert.True(Elementwise(typeof(IUnaryRule<>)).Length > 50 && Elementwise(typeof(IBinaryRule<>)).Length > 6);

    private static void AskUnary<TRule>()
        where TRule : struct, IUnaryRule<TRule>
    {
        foreach (TRule rule in Instances<TRule>())
        {
            OperationFacts facts = rule is IHasFacts telling ? telling.FactsHere : TRule.Facts;
            int slopes = Points.Where(x => Math.Abs(x) is > 1e-3 and < 100).Select(x => new ScalarLane<double>(x)).Where(x => TRule.Kink(rule, x).Value == 0)
                .Select(x => Math.Round(rule.Slope(x, rule.Value(x)).Value, 9)).Distinct().Count();
            Assert.True(!(facts.IsPolyhedral || facts.Curvature == Curvature.Affine)
                || slopes <= FewSlopes, $"{facts.Name} promises to be piecewise affine; it has {slopes} slopes.");
            Assert.True(facts.IsSmooth || !facts.IsContinuous || facts.IsPolyhedral
                || slopes > FewSlopes, $"{facts.Name} has {slopes} slopes and does not say that it is piecewise affine.");
            foreach (double x in Points)
            {
                ScalarLane<double> argument = new(x), value = rule.Value(argument);
                Assert.True(!facts.HasFiniteSlopes || !double.IsFinite(value.Value)
                    || double.IsFinite(rule.Slope(argument, value).Value),
                    $"{facts.Name} promises finite slopes; at {x} the value is {value.Value} and the slope {rule.Slope(argument, value).Value}.");
                Assert.True(!(facts.KeepsFinite || (facts.IsBounded && facts.HasFiniteSlopes))
                    || double.IsFinite(value.Value), $"{facts.Name} promises to keep numbers finite; at {x} it is {value.Value}.");
                AssertRefused(facts, TRule.Kink(rule, argument).Value, value.Value, rule.Slope(argument, value).Value,
                    () => Objective.OfScalars(v => v[0].Apply(rule)), [x]);
            }
        }
    }

    private static void AskBinary<TRule>()
        where TRule : struct, IBinaryRule<TRule>
    {
        double[] some = [0, -0.0, 1, -1, 2, -2, 0.5, 1e-320, 1e200, -1e200, double.MaxValue];
        foreach (TRule rule in Instances<TRule>())
        {
            foreach (double x in some)
            {
                foreach (double y in some)
                {
                    ScalarLane<double> first = new(x), second = new(y);
                    double value = rule.Value(first, second).Value, one = rule.SlopeOfFirst(first, second).Value,
                        other = rule.SlopeOfSecond(first, second).Value;
                    Assert.True(!TRule.Facts.HasFiniteSlopes || !double.IsFinite(value)
                        || (double.IsFinite(one) && double.IsFinite(other)),
                        $"{TRule.Facts.Name} promises finite slopes; at ({x}, {y}) they are {one} and {other}.");
                    Assert.True(!(TRule.Facts.KeepsFinite || (TRule.Facts.IsBounded && TRule.Facts.HasFiniteSlopes))
                        || double.IsFinite(value), $"{TRule.Facts.Name} promises to keep numbers finite; at ({x}, {y}) it is {value}.");
                    AssertRefused(TRule.Facts, TRule.Kink(rule, first, second).Value, value, one + other,
                        () => Objective.OfScalars(v => v[0].Apply(rule, v[1])), [x, y]);
                }
            }
        }
    }

    // If value or slope is not finite, or a discontinuous operation is at its kink, nothing is certified.
    private static void AssertRefused(OperationFacts facts, double kink, double value, double slopes, Func<Objective> program, double[] point)
    {
        if (double.IsFinite(value) && double.IsFinite(slopes) && (facts.IsContinuous || kink == 0))
            return;
        ClarkeCertificate certificate = Clarke.Gradient(program(), point).Certificate;
        Assert.False(certificate.IsCertified, $"{facts.Name} at ({string.Join(", ", point)}): {certificate}");
        Assert.NotEmpty(certificate.Obstacles);
    }

    private static IEnumerable<double> Special() =>
        [0, double.Epsilon, 1e-310, SmallestNormal, 1e-200, 1e-17, 0.5, 1, 1.5, 2, 3, 6, 20, 40, 400, 709.5, 710, 745, 1000, 1e17, 1e154, 1e200,
            double.MaxValue];

    private const double SmallestNormal = 2.2250738585072014e-308;

    // The rule without attributes, and with the constructors' numbers filled in.
    private static IEnumerable<TRule> Instances<TRule>()
        where TRule : struct
    {
        ConstructorInfo[] constructors = typeof(TRule).GetConstructors();
        if (constructors.Length == 0)
            yield return default;
        foreach (ConstructorInfo constructor in constructors)
        {
            ParameterInfo[] parameters = constructor.GetParameters();
            foreach (double number in (double[])[2, 0.5, 3])
                yield return (TRule)constructor.Invoke([.. parameters.Select((parameter, i) => Argument(parameter, number, i))]);
        }
    }

    private static object? Argument(ParameterInfo parameter, double number, int place) =>
        parameter.ParameterType == typeof(double) ? (place == 1 ? 4 * number : number)
        : parameter.ParameterType == typeof(int) ? (int)Math.Ceiling(number)
        : parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? Activator.CreateInstance(parameter.ParameterType)
        : null;

    private static Type[] Elementwise(Type definition) => [.. typeof(Abs).Assembly.GetTypes()
        .Where(type => type is { IsValueType: true, IsGenericType: false, IsPublic: true }
            && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == definition))
        .OrderBy(type => type.Name)];

    private static void Call(string method, Type rule)
    {
        try
        {
            typeof(PromiseTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(rule).Invoke(null, null);
        }
        catch (TargetInvocationException exception)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception.InnerException!).Throw();
        }
    }
}
