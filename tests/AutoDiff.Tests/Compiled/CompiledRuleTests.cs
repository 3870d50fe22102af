using System.Reflection;
using ConservativeAD.Tests.Examples;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.AutoDiff.Tests.Compiled;

/// <summary>Every elementwise rule of the library gives the tape's bits when compiled, at its kinks and at special numbers too, with any selections.</summary>
public class CompiledRuleTests
{
    private static readonly double[] Points =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 6, 0.3, -0.7, 1.5, 2.5, 20, -40, 700, -800, 1e-9, -1e-17, double.Epsilon, -3e-310, 1e160, -1e200,
        double.MaxValue, double.MinValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, -double.NaN,
    ];

    private static readonly double[] Few = [0, -0.0, 1, -1, 0.3, 2, -7.5, 1e-17, 1e200, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    private static readonly Selections[] Choices =
        [Selections.PyTorch, Selections.PyTorch with { ReluAtZero = 0.3, AbsAtZero = -0.7, FirstOfPairWeight = 0.9, Norm2AtZero = 0.4 }, Selections.TensorFlow];

    // A rule without its attributes' values is no rule of the library's where its constructor sets bounds.
    public static TheoryData<string> Unary => [.. Rules(typeof(IUnaryRule<>)).Where(type => type != typeof(Relu6)).Select(type => type.FullName!)];

    public static TheoryData<string> Binary => [.. Rules(typeof(IBinaryRule<>)).Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Unary))]
    public void EveryRuleOfOneArgumentGivesTheBitsOfTheTape(string name) => Invoke(nameof(CheckUnary), name);

    [Theory]
    [MemberData(nameof(Binary))]
    public void EveryRuleOfTwoArgumentsGivesTheBitsOfTheTape(string name) => Invoke(nameof(CheckBinary), name);

    [Fact]
    public void RulesWithAttributesGiveTheBitsOfTheTape()
    {
        CheckUnary(new Pow(2.5));
        CheckUnary(new Pow(-3));
        CheckUnary(new Pow(0));
        CheckUnary(new Pow(3));
        CheckUnary(new Relu(0.25));
        CheckUnary(new LogToBase(3));
        CheckUnary(new ExpToBase(0.5));
        CheckUnary(new Root(3));
        CheckUnary(new TruncatedAbs(2));
        CheckUnary(new Relu6(null));
        CheckUnary(new HardTanh(-1, 1, null));
        CheckUnary(new Clamp(-0.5, 2, null));
        CheckUnary(new LeakyRelu(0.1, null));
        CheckUnary(new Elu(1.5, null));
        CheckBinary(new Maximum(0.75));
        CheckBinary(new Minimum(0.1));
    }

    private static IEnumerable<Type> Rules(Type contract) => typeof(Relu).Assembly.GetTypes()
        .Where(type => type.IsValueType && !type.ContainsGenericParameters && type.GetInterfaces()
            .Any(own => own.IsGenericType && own.GetGenericTypeDefinition() == contract && own.GetGenericArguments()[0] == type));

    private static void Invoke(string check, string name) => typeof(CompiledRuleTests).GetMethod(check, BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(typeof(Relu).Assembly.GetType(name, true)!).Invoke(null, [Activator.CreateInstance(typeof(Relu).Assembly.GetType(name, true)!)]);

    private static void CheckUnary<TRule>(TRule rule)
        where TRule : struct, IUnaryRule<TRule>
    {
        foreach (Selections selections in Choices)
        {
            using CompiledCheck alone = new(x => x[0].Apply(rule), 1, selections);
            using CompiledCheck within = new(x => ((x[0] * 1.5).Apply(rule) * x[1]) - Active.Max(x[0].Apply(rule), x[1]), 2, selections);
            foreach (double point in Points)
            {
                alone.At(point);
                within.At(point, 0.7);
            }

            Assert.True(alone.Function.WhyInterpreted is null && alone.Function.Paths <= 1, alone.Function.WhyInterpreted);
        }
    }

    private static void CheckBinary<TRule>(TRule rule)
        where TRule : struct, IBinaryRule<TRule>
    {
        foreach (Selections selections in Choices)
        {
            using CompiledCheck both = new(x => x[0].Apply(rule, x[1]), 2, selections), first = new(x => x[0].Apply(rule, 1.5), 1, selections),
                second = new(x => new Active(-2).Apply(rule, x[0]), 1, selections), same = new(x => (3 * x[0]).Apply(rule, x[0]), 1, selections);
            foreach (double x in Few)
            {
                first.At(x);
                second.At(x);
                same.At(x);
                foreach (double y in Few)
                    both.At(x, y);
            }

            Assert.True(both.Function.WhyInterpreted is null && both.Function.Paths <= 1, both.Function.WhyInterpreted);
        }
    }
}
