using System.Reflection;
using System.Reflection.Emit;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>A member of an interface of .NET's generic mathematics, as double and as an active number implement it, callable with boxed arguments.</summary>
/// <param name="Name">Interface and member.</param>
/// <param name="Parameters">The parameters of double's member; for an instance member, the number itself comes first.</param>
/// <param name="Returns">The return type of double's member.</param>
/// <param name="OfDouble">Double's member.</param>
/// <param name="OfActive">The active number's member.</param>
internal sealed record NumberMember(string Name, Type[] Parameters, Type Returns, Func<object?[], object?> OfDouble, Func<object?[], object?> OfActive)
{
    private static readonly Type[] Conversions = [typeof(byte), typeof(int), typeof(long), typeof(ulong), typeof(Int128), typeof(System.Numerics.BigInteger),
        typeof(decimal), typeof(Half), typeof(float), typeof(double)];
    private static readonly Type[] Integers = [typeof(sbyte), typeof(int), typeof(uint), typeof(long), typeof(Int128)];

    /// <summary>All members of all interfaces that both types implement; generic ones once per number type.</summary>
    public static IReadOnlyList<NumberMember> All { get; } = [.. Find()];

    private static IEnumerable<NumberMember> Find()
    {
        HashSet<Type> ofDouble = [.. typeof(double).GetInterfaces()];
        foreach (Type contract in typeof(Active).GetInterfaces().Where(type => type.IsGenericType))
        {
            Type twin = contract.GetGenericTypeDefinition()
                .MakeGenericType([.. contract.GetGenericArguments().Select(argument => argument == typeof(Active) ? typeof(double) : argument)]);
            if (!ofDouble.Contains(twin))
                continue;
            MethodInfo[] methods = Methods(contract), twins = Methods(twin);
            for (int i = 0; i < methods.Length; i++)
            {
                if (!methods[i].IsGenericMethodDefinition)
                {
                    yield return Make(contract, methods[i], twins[i], "");
                    continue;
                }

                foreach (Type other in methods[i].Name.Contains("ToInteger", StringComparison.Ordinal) ? Integers : Conversions)
                    yield return Make(contract, methods[i].MakeGenericMethod(other), twins[i].MakeGenericMethod(other), $"<{other.Name}>");
            }
        }
    }

    // The interface's declarations in the order of their tokens, which is the same for every type argument. The hooks behind conversions are tested through the
    // conversions themselves.
    private static MethodInfo[] Methods(Type contract) =>
        [.. contract.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.IsVirtual && !method.Name.StartsWith("TryConvert", StringComparison.Ordinal)).OrderBy(method => method.MetadataToken)];

    private static NumberMember Make(Type contract, MethodInfo active, MethodInfo plain, string suffix)
    {
        Type[] parameters = [.. plain.GetParameters().Select(parameter => parameter.ParameterType)];
        return new NumberMember(
            $"{contract.Name.Split('`')[0]}.{plain.Name}{suffix}({string.Join(", ", parameters.Select(type => type.Name))})",
            plain.IsStatic ? parameters : [typeof(double), .. parameters],
            plain.ReturnType,
            Caller(typeof(double), plain),
            Caller(typeof(Active), active));
    }

    // Boxed arguments in, boxed result out; an out parameter is stored in its place among the arguments.
    private static Func<object?[], object?> Caller(Type self, MethodInfo method)
    {
        DynamicMethod caller = new(method.Name, typeof(object), [typeof(object?[])], typeof(NumberMember).Module, true);
        ILGenerator il = caller.GetILGenerator();
        ParameterInfo[] parameters = method.GetParameters();
        LocalBuilder[] outs = new LocalBuilder[parameters.Length];
        int first = method.IsStatic ? 0 : 1;
        if (first == 1)
        {
            LocalBuilder number = il.DeclareLocal(self);
            Load(il, 0, self);
            il.Emit(OpCodes.Stloc, number);
            il.Emit(OpCodes.Ldloca, number);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            Type type = parameters[i].ParameterType;
            if (type.IsByRef)
            {
                outs[i] = il.DeclareLocal(type.GetElementType()!);
                il.Emit(OpCodes.Ldloca, outs[i]);
            }
            else
            {
                Load(il, i + first, type);
            }
        }

        il.Emit(OpCodes.Constrained, self);
        il.Emit(method.IsStatic ? OpCodes.Call : OpCodes.Callvirt, method);
        if (method.ReturnType.IsValueType)
            il.Emit(OpCodes.Box, method.ReturnType);
        for (int i = 0; i < parameters.Length; i++)
        {
            if (outs[i] is null)
                continue;
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, i + first);
            il.Emit(OpCodes.Ldloc, outs[i]);
            if (outs[i].LocalType.IsValueType)
                il.Emit(OpCodes.Box, outs[i].LocalType);
            il.Emit(OpCodes.Stelem_Ref);
        }

        il.Emit(OpCodes.Ret);
        return caller.CreateDelegate<Func<object?[], object?>>();
    }

    private static void Load(ILGenerator il, int place, Type type)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, place);
        il.Emit(OpCodes.Ldelem_Ref);
        if (!type.IsByRefLike)
        {
            il.Emit(OpCodes.Unbox_Any, type);
            return;
        }

        Type element = type.GetGenericArguments()[0];
        bool isText = type == typeof(ReadOnlySpan<char>);
        il.Emit(OpCodes.Castclass, isText ? typeof(string) : element.MakeArrayType());
        MethodInfo conversion = isText
            ? typeof(string).GetMethod("op_Implicit", [typeof(string)])!
            : type.GetMethod("op_Implicit", [element.MakeArrayType()])!;
        il.Emit(OpCodes.Call, conversion);
    }
}
