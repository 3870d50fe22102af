using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using ConservativeAD.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Tests;

/// <summary>
/// The text of results, for every public record of the libraries: numbers in the invariant culture, elements of arrays and collections, and never the name of a
/// type.
/// </summary>
public class RecordTextTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly string[] Libraries = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Optimizers", "ConservativeAD.Networks"];

    public static TheoryData<string> Records => [.. All.Select(type => type.FullName!)];

    private static IEnumerable<Type> All =>
        Libraries.SelectMany(name => Assembly.Load(name).GetExportedTypes()).Where(type => type.GetMethod("PrintMembers", Own) is not null && !type.IsAbstract);

    [Theory]
    [MemberData(nameof(Records))]
    public void NoMemberIsPrintedAsTheNameOfItsType(string name)
    {
        Type record = All.Single(type => type.FullName == name);
        if (WritesItself(record))
            return;
        string[] bad = [.. record.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => !IsPrintable(property.PropertyType))
            .Select(property => $"{property.PropertyType} {property.Name}")];
        Assert.True(bad.Length == 0,
            $"{name} prints {string.Join(", ", bad)} as the compiler does: let its PrintMembers call RecordText.Write, or write its own ToString");
    }

    // Members of the library's own types must write their own text.
    [Theory]
    [MemberData(nameof(Records))]
    public void MembersOfOwnTypesWriteThemselves(string name)
    {
        Type record = All.Single(type => type.FullName == name);
        if (record.GetMethod(nameof(ToString), Own, [])!.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
            return;
        string[] bad = [.. record.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Select(property => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)
            .Where(type => type.Namespace?.StartsWith(nameof(ConservativeAD), StringComparison.Ordinal) == true && !type.IsEnum && !type.IsInterface
                && !type.IsGenericParameter)
            .Where(type => type.GetMethod(nameof(ToString), [])!.DeclaringType is { } declares && (declares == typeof(object) || declares == typeof(ValueType)))
            .Select(type => type.Name)];
        Assert.True(bad.Length == 0, $"{name} prints {string.Join(", ", bad)}, which have no ToString of their own");
    }

    // An instance with long vectors and collections, made from values for the constructor's parameters.
    [Theory]
    [MemberData(nameof(Records))]
    public void AnInstanceIsShortAndFreeOfTypesAndCultures(string name)
    {
        Type record = All.Single(type => type.FullName == name);
        if (record.IsGenericTypeDefinition)
            record = record.MakeGenericType([.. record.GetGenericArguments().Select(_ => typeof(double))]);
        if (Made(record, 0) is not { } instance)
            return;
        AssertText(instance);
    }

    [Fact]
    public void ResultsAreShortAndFreeOfTypesAndCultures()
    {
        Objective objective = Objective.OfScalars(x => Active.Max(x[0] * 1.5, x[1]) + x.Aggregate(Active.Zero, (sum, value) => sum + (value * value)));
        double[] point = [.. Enumerable.Range(0, 40).Select(i => i * 0.25)], kink = [.. Enumerable.Repeat(0.0, 40)];
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([40], kink);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Initializer initializer = new(Device.Default, 1);
        Sequential<float> network = new(new Linear<float>("", 2, 3, initializer), new Relu<float>());
        foreach (object result in (object[])[
            Clarke.Gradient(objective, kink), Clarke.Subdifferential(objective, kink), BackpropagationSet.Of(objective, kink),
            ArtificialCriticality.Of(objective, kink), Clarke.Goldstein(objective, kink, 0.1, 10), Clarke.Subdifferential(objective, kink).Cells[0],
            objective.HessianProduct(point, point), tape.ClarkeGradient(x.Relu().Sum()), tape.ClarkeGradient(x.Relu().Sum()).Gradients,
            tape.HessianVectorProduct(x.Square().Sum(), (x, point)), MinimalNormPoint.Of([point, kink]),
            Conservativity.Check(objective, Box.Cube(40), new ConservativityOptions { Paths = 3 }, cancellation), Box.Cube(40),
            AbsNormalForm.Of(v => [Active.Abs(v[0])], [1]), HessianSpectrum.At(objective, point, cancellation: cancellation), TestProblems.Suite("uns")[0],
            Trajectory.Descend(objective, point, new ConstantStepSize(0.1), 5, cancellation: cancellation),
            new NonsmoothBfgs().Minimize(objective, point, cancellation: cancellation), new RunFacts(new ConstantStepSize(0.5)), Selections.PyTorch,
            new Lstm<float>("cell", 3, 4, initializer), network])
            AssertText(result);
        Assert.Equal("Sequential[Linear(weight [3, 2], bias [3]), Relu]", network.ToString());
        Assert.StartsWith("ConstantStepSize { Initial = 0.5, ", new ConstantStepSize(0.5).ToString(), StringComparison.Ordinal);
    }

    private static void AssertText(object instance)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string invariant = instance.ToString()!, other;
        try
        {
            CultureInfo commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ";";
            commas.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = commas;
            other = instance.ToString()!;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.Equal(invariant, other);
        Assert.DoesNotContain("System.", invariant, StringComparison.Ordinal);
        Assert.DoesNotContain("ConservativeAD.", invariant, StringComparison.Ordinal);
        Assert.DoesNotContain('`', invariant);
        Assert.InRange(invariant.Length, 1, 4000);
    }

    private static object? Made(Type type, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Made(underlying, depth);
        if (depth > 5)
            return null;
        if (type == typeof(double) || type == typeof(float))
            return Convert.ChangeType(-1234.5, type, CultureInfo.InvariantCulture);
        if (type == typeof(int) || type == typeof(long) || type == typeof(ulong))
            return Convert.ChangeType(3, type, CultureInfo.InvariantCulture);
        if (type == typeof(bool) || type.IsEnum)
            return Activator.CreateInstance(type);
        if (type == typeof(string))
            return "name";
        if (type == typeof(Shape))
            return Shape.Of(2, 3);
        if (type == typeof(IStepSizeSchedule))
            return new ConstantStepSize(0.5);
        if (type == typeof(ReadOnlyMemory<byte>))
            return new ReadOnlyMemory<byte>(new byte[100]);
        if (type == typeof(Parameter<double>))
            return new Parameter<double>("weight", Device.Default, [2], [1, 2]);
        if (type == typeof(Selections))
            return Selections.PyTorch;
        if (type.IsArray && type.GetArrayRank() == 1)
            return Filled(type.GetElementType()!, depth);
        if (type.IsGenericType && type.GetGenericTypeDefinition() is { } generic)
        {
            if (generic == typeof(IReadOnlyList<>))
                return Filled(type.GetGenericArguments()[0], depth);
            if (generic == typeof(IReadOnlyDictionary<,>))
                return Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GetGenericArguments()));
        }

        if (type.IsAbstract || type.IsByRefLike || typeof(Delegate).IsAssignableFrom(type))
            return null;
        foreach (ConstructorInfo constructor in type.GetConstructors().OrderByDescending(constructor => constructor.GetParameters().Length))
        {
            object?[] arguments = [.. constructor.GetParameters().Select(parameter => Made(parameter.ParameterType, depth + 1))];
            if (arguments.Contains(null))
                continue;
            try
            {
                return constructor.Invoke(arguments);
            }
            catch (TargetInvocationException)
            {
                // It checks its arguments.
            }
        }

        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    private static Array? Filled(Type element, int depth)
    {
        Array filled = Array.CreateInstance(element, 100);
        for (int i = 0; i < filled.Length; i++)
        {
            if (Made(element, depth + 1) is not { } value)
                return null;
            filled.SetValue(value, i);
        }

        return filled;
    }

    private static bool WritesItself(Type record) =>
        record.GetMethod(nameof(ToString), Own, [])!.GetCustomAttribute<CompilerGeneratedAttribute>() is null
        || record.GetMethod("PrintMembers", Own)!.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    // Numbers with a point or an exponent depend on the culture when the compiler writes them.
    private static bool IsPrintable(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return true;
        return !type.IsArray && !typeof(IEnumerable).IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type)
            && type != typeof(double) && type != typeof(float) && type != typeof(Half) && type.Name is not ("ReadOnlyMemory`1" or "Memory`1");
    }
}
