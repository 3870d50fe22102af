using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;
using V = System.Numerics.Vector<double>;

namespace ConservativeAD.Scalars;

/// <summary>The functions of a lane of several numbers, as methods that compiled code calls.</summary>
internal static unsafe class VectorFunctions
{
    /// <summary>The method that computes an instruction of a lane.</summary>
    /// <param name="code">What the instruction computes.</param>
    public static MethodInfo MethodOf(Opcode code) => code switch
    {
        // The operators themselves are instructions to the JIT; a method around one would count against what it inlines.
        Opcode.Add => typeof(V).GetMethod("op_Addition", [typeof(V), typeof(V)])!,
        Opcode.Subtract => typeof(V).GetMethod("op_Subtraction", [typeof(V), typeof(V)])!,
        Opcode.Multiply => typeof(V).GetMethod("op_Multiply", [typeof(V), typeof(V)])!,
        Opcode.Divide => typeof(V).GetMethod("op_Division", [typeof(V), typeof(V)])!,
        Opcode.Negate => typeof(V).GetMethod("op_UnaryNegation", [typeof(V)])!,
        Opcode.IfGreater => ((Func<V, V, V, V, V>)IfGreater).Method,
        Opcode.IfEqual => ((Func<V, V, V, V, V>)IfEqual).Method,
        Opcode.Max => Of(Max),
        Opcode.Min => Of(Min),
        Opcode.MultiplyAdd => ((Func<V, V, V, V>)MultiplyAdd).Method,
        Opcode.Abs => Of(Abs),
        Opcode.Sqrt => Of(Sqrt),
        Opcode.Floor => Of(Floor),
        Opcode.Exp => Of(Exp),
        Opcode.Log => Of(Log),
        Opcode.Sin => Of(Sin),
        Opcode.Cos => Of(Cos),
        Opcode.Tan => Of(Tan),
        Opcode.Asin => Of(Asin),
        Opcode.Acos => Of(Acos),
        Opcode.Atan => Of(Atan),
        Opcode.Sinh => Of(Sinh),
        Opcode.Cosh => Of(Cosh),
        Opcode.Tanh => Of(Tanh),
        Opcode.Pow => Of(Pow),
        Opcode.ExpM1 => Of(ExpM1),
        Opcode.LogP1 => Of(LogP1),
        Opcode.Erf => Of(Erf),
        Opcode.Sigmoid => Of(Sigmoid),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No function computes this."),
    };

    /// <summary>The method that repeats a number.</summary>
    public static MethodInfo Repeated => ((Func<double, V>)Repeat).Method;

    /// <summary>The method that calls a function of plain numbers for each element.</summary>
    /// <param name="arity">The number of its arguments.</param>
    public static MethodInfo OneByOne(int arity) => arity switch
    {
        1 => ((Func<nint, V, V>)OneByOne).Method,
        2 => ((Func<nint, V, V, V>)OneByOne).Method,
        _ => ((Func<nint, V, V, V, V>)OneByOne).Method,
    };

    /// <summary>The method that tells which elements are 0.</summary>
    public static MethodInfo Zeros => ((Func<V, Vector<long>>)IsZero).Method;

    /// <summary>The method that gives the mask of all elements.</summary>
    public static MethodInfo EveryElement => ((Func<Vector<long>>)All).Method;

    /// <summary>An instruction's result, computed now.</summary>
    /// <param name="instruction">The instruction, neither an input nor a constant.</param>
    /// <param name="values">The values of its operands, by instruction.</param>
    public static V Evaluate(Instruction instruction, V[] values)
    {
        V a = values[instruction.A], b = instruction.B < 0 ? default : values[instruction.B], c = instruction.C < 0 ? default : values[instruction.C];
        return instruction.Code switch
        {
            Opcode.Add => a + b,
            Opcode.Subtract => a - b,
            Opcode.Multiply => a * b,
            Opcode.Divide => a / b,
            Opcode.Negate => -a,
            Opcode.IfGreater => IfGreater(a, b, c, values[instruction.D]),
            Opcode.IfEqual => IfEqual(a, b, c, values[instruction.D]),
            Opcode.Max => Max(a, b),
            Opcode.Min => Min(a, b),
            Opcode.MultiplyAdd => MultiplyAdd(a, b, c),
            Opcode.Abs => Abs(a),
            Opcode.Sqrt => Sqrt(a),
            Opcode.Floor => Floor(a),
            Opcode.Exp => Exp(a),
            Opcode.Log => Log(a),
            Opcode.Sin => Sin(a),
            Opcode.Cos => Cos(a),
            Opcode.Tan => Tan(a),
            Opcode.Asin => Asin(a),
            Opcode.Acos => Acos(a),
            Opcode.Atan => Atan(a),
            Opcode.Sinh => Sinh(a),
            Opcode.Cosh => Cosh(a),
            Opcode.Tanh => Tanh(a),
            Opcode.Pow => Pow(a, b),
            Opcode.ExpM1 => ExpM1(a),
            Opcode.LogP1 => LogP1(a),
            Opcode.Erf => Erf(a),
            Opcode.Sigmoid => Sigmoid(a),
            _ => instruction.Function!.Of switch
            {
                Func<double, double> one => V.Zero.WithElements(i => one(a[i])),
                Func<double, double, double> two => V.Zero.WithElements(i => two(a[i], b[i])),
                Func<double, double, double, double> three => V.Zero.WithElements(i => three(a[i], b[i], c[i])),
                _ => throw new ArgumentOutOfRangeException(nameof(instruction), instruction, "No function computes this."),
            },
        };
    }

    private static V WithElements(this V vector, Func<int, double> element)
    {
        for (int i = 0; i < V.Count; i++)
            vector = vector.WithElement(i, element(i));
        return vector;
    }

    private static MethodInfo Of(Func<V, V> function) => function.Method;

    private static MethodInfo Of(Func<V, V, V> function) => function.Method;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Repeat(double value) => Vector.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<long> IsZero(V a) => Vector.Equals(a, V.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<long> All() => Vector<long>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V IfGreater(V a, V b, V then, V otherwise) => VectorLane<double>.IfGreater(new(a), new(b), new(then), new(otherwise)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V IfEqual(V a, V b, V then, V otherwise) => VectorLane<double>.IfEqual(new(a), new(b), new(then), new(otherwise)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Max(V a, V b) => VectorLane<double>.Max(new(a), new(b)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Min(V a, V b) => VectorLane<double>.Min(new(a), new(b)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V MultiplyAdd(V a, V b, V c) => VectorLane<double>.MultiplyAdd(new(a), new(b), new(c)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Abs(V a) => VectorLane<double>.Abs(new(a)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sqrt(V a) => VectorLane<double>.Sqrt(new(a)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Floor(V a) => VectorLane<double>.Floor(new(a)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exp(V a) => VectorLane<double>.Exp(new(a)).Value;

    private static V Log(V a) => VectorLane<double>.Log(new(a)).Value;

    private static V Sin(V a) => VectorLane<double>.Sin(new(a)).Value;

    private static V Cos(V a) => VectorLane<double>.Cos(new(a)).Value;

    private static V Tan(V a) => VectorLane<double>.Tan(new(a)).Value;

    private static V Asin(V a) => VectorLane<double>.Asin(new(a)).Value;

    private static V Acos(V a) => VectorLane<double>.Acos(new(a)).Value;

    private static V Atan(V a) => VectorLane<double>.Atan(new(a)).Value;

    private static V Sinh(V a) => VectorLane<double>.Sinh(new(a)).Value;

    private static V Cosh(V a) => VectorLane<double>.Cosh(new(a)).Value;

    private static V Tanh(V a) => VectorLane<double>.Tanh(new(a)).Value;

    private static V Pow(V a, V b) => VectorLane<double>.Pow(new(a), new(b)).Value;

    private static V ExpM1(V a) => Lane.ExpM1(new VectorLane<double>(a)).Value;

    private static V LogP1(V a) => Lane.LogP1(new VectorLane<double>(a)).Value;

    private static V Erf(V a) => Lane.Erf(new VectorLane<double>(a)).Value;

    private static V Sigmoid(V a) => Lane.Sigmoid(new VectorLane<double>(a)).Value;

    private static V OneByOne(nint function, V a)
    {
        for (int i = 0; i < V.Count; i++)
            a = a.WithElement(i, ((delegate*<double, double>)function)(a[i]));
        return a;
    }

    private static V OneByOne(nint function, V a, V b)
    {
        for (int i = 0; i < V.Count; i++)
            a = a.WithElement(i, ((delegate*<double, double, double>)function)(a[i], b[i]));
        return a;
    }

    private static V OneByOne(nint function, V a, V b, V c)
    {
        for (int i = 0; i < V.Count; i++)
            a = a.WithElement(i, ((delegate*<double, double, double, double>)function)(a[i], b[i], c[i]));
        return a;
    }
}
