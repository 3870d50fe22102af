using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Ilgpu;

namespace ConservativeAD.Tests;

/// <summary>
/// Every GPU kernel of some assemblies, found by reflection: each body with each element type and each type that its parameters allow, and each map in the
/// kernel of contiguous arrays.
/// </summary>
internal static class KernelTypes
{
    // The stored element types, for bodies that depend only on them.
    private static readonly Type[] PlainElements = [typeof(SingleElement), typeof(DoubleElement), typeof(HalfElement), typeof(int)];

    /// <summary>The kernels, in an order that depends only on the names.</summary>
    /// <param name="assemblies">The assemblies with their maps, rules and updates; those of the kernels are always searched.</param>
    public static IReadOnlyList<MethodInfo> All(params Assembly[] assemblies)
    {
        Type[] types = [.. ((Assembly[])[.. assemblies, typeof(Device).Assembly, typeof(GpuDevice).Assembly]).Distinct()
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsValueType && !type.IsPrimitive && !type.IsEnum && !type.IsByRefLike)];
        Search search = new(types);
        List<Type> bodies = [];
        foreach (Type body in types.Where(type => Implements(type, typeof(IIndexBody)) || Implements(type, typeof(IGroupBody))))
            bodies.AddRange(search.Close(body, depth: 0));
        foreach (Type map in types.Where(type => type.GetInterfaces().Any(IsMap)))
        {
            foreach (Type closed in search.Close(map, depth: 1))
                bodies.Add(typeof(FlatMapBody<,,>).MakeGenericType(typeof(SingleElement), typeof(SingleLane), Body(closed)));
        }

        return [.. bodies.Distinct().OrderBy(body => body.ToString(), StringComparer.Ordinal).Select(Entry)];
    }

    private static bool IsMap(Type type) =>
        type == typeof(IUnaryMap) || type == typeof(IBinaryMap) || type == typeof(ITernaryMap) || type == typeof(IQuaternaryMap);

    private static Type Body(Type map)
    {
        Type kind = map.GetInterfaces().First(IsMap);
        Type body = kind == typeof(IUnaryMap)
            ? typeof(UnaryBody<>)
            : kind == typeof(IBinaryMap) ? typeof(BinaryBody<>)
            : kind == typeof(ITernaryMap) ? typeof(TernaryBody<>)
            : typeof(QuaternaryBody<>);
        return body.MakeGenericType(map);
    }

    private static MethodInfo Entry(Type body) =>
        typeof(KernelCache).GetMethod(typeof(IIndexBody).IsAssignableFrom(body)
            ? "RunIndices"
            : "RunParts", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(body);

    private static bool Implements(Type type, Type wanted) =>
        type.GetInterfaces().Any(found => found == wanted || (found.IsGenericType && found.GetGenericTypeDefinition() == wanted));

    private sealed class Search(Type[] types)
    {
        private readonly Dictionary<Type, Type[]> found = [];

        /// <summary>Every closed form of a type, as far as the constraints of its parameters allow.</summary>
        public IEnumerable<Type> Close(Type type, int depth)
        {
            if (!type.IsGenericTypeDefinition)
                return [type];
            IEnumerable<Type[]> choices = [[]];
            foreach (Type parameter in type.GetGenericArguments())
            {
                Type[] candidates = Candidates(parameter, depth);
                choices = choices.SelectMany(choice => candidates, (choice, candidate) => (Type[])[.. choice, candidate]);
            }

            return [.. choices.Select(choice => TryClose(type, choice)).OfType<Type>()];
        }

        private static bool IsMadeOf(Type type, Type wanted) =>
            type.GetGenericArguments()
            .Any(parameter => parameter.GetGenericParameterConstraints()
                .Any(constraint => constraint.IsGenericType && constraint.GetGenericTypeDefinition() == wanted));

        private static Type? TryClose(Type type, Type[] arguments)
        {
            try
            {
                return type.MakeGenericType(arguments);
            }
            catch (ArgumentException)
            {
                // An element with the lane of another element.
                return null;
            }
        }

        private Type[] Candidates(Type parameter, int depth)
        {
            Type[] wanted = [.. parameter.GetGenericParameterConstraints().Where(constraint => constraint.IsInterface)];
            if (wanted.Length == 0)
                return PlainElements;
            Type first = wanted[0].IsGenericType ? wanted[0].GetGenericTypeDefinition() : wanted[0];
            // A rule is recorded for a number type, which its maps do not read.
            if (first.Namespace == "System.Numerics")
                return [typeof(float)];
            if (IsMap(first))
                return [types.First(type => !type.IsGenericType && Implements(type, first))];
            if (first == typeof(IMapBody))
                return [typeof(UnaryBody<Identity>)];
            if (depth < 2 && found.TryGetValue(first, out Type[]? known))
                return known;
            // A type composed of such types, such as a chain of rules, is listed once.
            Type[] all = [.. types.Where(type => Implements(type, first))
                .SelectMany(type => !type.IsGenericTypeDefinition
                    ? [type]
                    : depth >= 2 ? []
                    : IsMadeOf(type, first) ? Close(type, depth + 2).Take(1)
                    : Close(type, depth + 2))];
            if (depth < 2)
                found[first] = all;
            return all;
        }
    }
}
