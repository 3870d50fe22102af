using System.Numerics;

namespace ConservativeAD.Distributed;

/// <summary>Parameters as messages.</summary>
internal static class ParameterMessages
{
    /// <summary>Gives the parameters of rank 0 to all.</summary>
    public static void Broadcast<T>(Communicator communicator, IReadOnlyList<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (communicator.Size == 1)
            return;
        T[] elements = new T[parameters.Max(parameter => parameter.Shape.Count)];
        foreach (Parameter<T> parameter in parameters)
        {
            Span<T> part = elements.AsSpan(0, parameter.Shape.Count);
            if (communicator.IsFirst)
                parameter.Value.CopyTo(part);
            communicator.Broadcast(part);
            if (!communicator.IsFirst)
                parameter.Value.CopyFrom(part);
        }
    }
}
