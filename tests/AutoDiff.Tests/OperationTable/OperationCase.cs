using System.Numerics;
using System.Reflection;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>One row of the table: an operation as a program, and the inputs at which it is checked.</summary>
/// <param name="name">The row's name.</param>
/// <param name="rule">The rule's type, generic definition where it is generic.</param>
public abstract class OperationCase(string name, Type rule)
{
    public string Name { get; } = name;

    /// <summary>The rule that the row checks.</summary>
    public Type Rule { get; } = rule;

    /// <summary>Shapes of the inputs of ordinary samples: differentiable points.</summary>
    public Shape[][] Ordinary { get; init; } = [[[3, 4]], [[]], [[5]]];

    /// <summary>Shapes of the inputs of one sample large enough for several threads.</summary>
    public Shape[] Large { get; init; } = [[65, 1031]];

    /// <summary>Shapes of inputs without elements; null if they are rejected.</summary>
    public Shape[]? Empty { get; init; } = [[0, 3]];

    /// <summary>Ordinary values lie between these.</summary>
    public (double Low, double High) Range { get; init; } = (-2, 2);

    /// <summary>Numbers that ordinary values avoid.</summary>
    public double[] Avoid { get; init; } = [];

    /// <summary>Points at kinks, with the expected gradients.</summary>
    public KinkPoint[] Kinks { get; init; } = [];

    /// <summary>Whether the pieces at the kinks are not divided by linear forms, as those of a norm at the origin.</summary>
    public bool HasCurvedKinks { get; init; }

    /// <summary>The facts that the rule declares.</summary>
    public OperationFacts Facts { get; } = FactsOf(rule);

    /// <summary>Whether a one-sided derivative exists at kinks: it does not at the jump of a discontinuous operation or where a slope is infinite.</summary>
    public bool HasOneSidedDerivatives => Facts.IsContinuous && Facts.IsLocallyLipschitz;

    /// <summary>The tolerance of Half results against those in double, relative to 1 + magnitude; a few units of 2⁻¹¹.</summary>
    public double HalfTolerance { get; init; } = 4e-3;

    /// <summary>The tolerance of float results against those in double.</summary>
    public double FloatTolerance { get; init; } = 2e-6;

    /// <summary>The facts that a rule declares.</summary>
    public static OperationFacts FactsOf(Type rule)
    {
        Type closed = rule.IsGenericTypeDefinition ? rule.MakeGenericType(typeof(double)) : rule;
        return (OperationFacts)closed.GetProperty("Facts", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    public abstract Var<T> Apply<T>(Var<T>[] x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    public override string ToString() => Name;

    /// <summary>Values for inputs of given shapes. As far as possible, no two are close to each other or to a number to avoid.</summary>
    public double[][] Values(Shape[] shapes, ulong seed)
    {
        int count = shapes.Sum(shape => shape.Count);
        int[] order = new int[count];
        new Philox(seed, 1).Permutation(order);
        double[] jitter = new double[count];
        new Philox(seed, 2).Uniform<double>(jitter, 0.35, 0.65);
        double[] all = new double[count];
        double step = (Range.High - Range.Low) / Math.Max(1, count);
        for (int i = 0; i < count; i++)
        {
            all[i] = Range.Low + ((order[i] + jitter[i]) * step);
            foreach (double number in Avoid)
            {
                if (Math.Abs(all[i] - number) < 0.06)
                    all[i] = number + (all[i] < number ? -0.06 - (0.05 * jitter[i]) : 0.06 + (0.05 * jitter[i]));
            }
        }

        double[][] values = new double[shapes.Length][];
        for (int input = 0, start = 0; input < shapes.Length; start += shapes[input].Count, input++)
            values[input] = all[start..(start + shapes[input].Count)];
        return values;
    }
}
