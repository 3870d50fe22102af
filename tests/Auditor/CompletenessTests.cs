using System.Globalization;
using System.Reflection;
using ConservativeAD.Auditor.Programs;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Auditor;

/// <summary>
/// The auditor draws everything that the library offers. These tests fail for a new rule, or a new member of the interfaces, until the auditor makes programs
/// of it.
/// </summary>
public class CompletenessTests
{
    // Recorders of other rules. A segment and its like are programs of operations; they are drawn as "Checkpoint".
    private static readonly string[] Recorders = ["UnaryOperation`2", "BinaryOperation`2", "Checkpoint`1", "Composition`2", "BinaryComposition`2"];

    private const BindingFlags Access = BindingFlags.InvokeMethod | BindingFlags.GetProperty | BindingFlags.Instance | BindingFlags.Public;

    [Fact]
    public void EveryRuleIsDrawn()
    {
        HashSet<string> recorded = [];
        foreach (TensorOperation operation in TensorOperations.All)
        {
            Draw draw = new(new Random(1), false);
            using Tape<double> tape = new();
            int[][] shapes = operation.Shapes(draw);
            double next = 0.3;
            Var<double>[] inputs = Array.ConvertAll(shapes, shape =>
            {
                Shape extents = new(shape);
                return tape.Variable(extents, [.. Enumerable.Range(0, extents.Count).Select(_ => next += 0.01)]);
            });
            operation.Call(inputs, operation.Attributes(draw));
            recorded.UnionWith(NamesOf(tape));
        }

        string[] missing = [.. Rules().Select(rule => FactsOf(rule).Name).Except(recorded)];
        Assert.True(missing.Length == 0, $"not drawn: {string.Join(", ", missing)}");
    }

    [Fact]
    public void EveryMemberOfTheInterfacesIsDrawn()
    {
        HashSet<string> drawn = [.. Members.All.Select(member => member.InterfaceName)];
        List<string> missed = [];
        foreach (Type type in typeof(Active).GetInterfaces())
        {
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(Computes))
            {
                if (!drawn.Contains(method.Name))
                    missed.Add($"{type.Name}.{method.Name}");
            }
        }

        Assert.Empty(missed.Distinct());
    }

    [Fact]
    public void EveryNumberOfParametersIsDrawn()
    {
        foreach (MethodInfo method in typeof(Active).GetInterfaces().SelectMany(type => type.GetMethods())
            .Where(method => Computes(method) && !method.IsGenericMethod))
        {
            int numbers = method.GetParameters()
                .Count(parameter => parameter.ParameterType == typeof(Active) || parameter.ParameterType == typeof(object)) + (method.IsStatic ? 0 : 1);
            Assert.Contains(Members.All, member => member.InterfaceName == method.Name && member.Arity == numbers);
        }
    }

    [Fact]
    public void AFewThousandProgramsHoldEveryOperation()
    {
        HashSet<string> met = [.. Enumerable.Range(0, 6000).SelectMany(index => Questions.Audit.Program(1, index).Names)];
        Assert.DoesNotContain(Members.All.Select(member => member.Name)
            .Concat(TensorOperations.All.Select(operation => operation.Name)), name => !met.Contains(name));
    }

    // Takes a number and returns something that a program continues with: not text, bytes or formats.
    private static bool Computes(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        Type[] known = [typeof(Active), typeof(object), typeof(int), typeof(MidpointRounding)];
        return (!method.IsStatic || parameters.Any(parameter => parameter.ParameterType == typeof(Active)))
            && parameters.All(parameter => known.Contains(parameter.ParameterType)
                || (parameter.IsOut && parameter.ParameterType.GetElementType()!.IsGenericParameter))
            && (method.IsStatic || parameters.Length == 1);
    }

    private static IEnumerable<Type> Rules() =>
        typeof(Tape<>).Assembly.GetTypes().Where(type => type.IsValueType && !Recorders.Contains(type.Name) && type.GetInterfaces().Any(IsRule));

    private static bool IsRule(Type type) =>
        type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(IRule<>) || type.GetGenericTypeDefinition() == typeof(IUnaryRule<>)
            || type.GetGenericTypeDefinition() == typeof(IBinaryRule<>));

    private static OperationFacts FactsOf(Type rule)
    {
        Type closed = rule.IsGenericTypeDefinition ? rule.MakeGenericType(typeof(double)) : rule;
        return (OperationFacts)closed.GetProperty("Facts", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    // The record of a tape is not public.
    private static IEnumerable<string> NamesOf(Tape<double> tape)
    {
        object record = typeof(Tape<double>).GetProperty("Contents", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(tape)!;
        int count = (int)Of("Count")!;
        for (int node = 0; node < count; node++)
        {
            if (!(bool)Of("IsLeaf", node)!)
                yield return ((OperationFacts)Of("FactsAt", node)!).Name;
        }

        object? Of(string member, params object[] arguments) =>
            record.GetType().InvokeMember(member, Access, null, record, arguments, CultureInfo.InvariantCulture);
    }
}
