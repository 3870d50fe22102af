namespace ConservativeAD.Rules;

/// <summary>
/// The names of all keys, and the index of each in the arrays of <see cref="Selections"/>. Keys are held weakly. If the assembly of a key is unloaded, its name
/// and index remain, and a key that is loaded again under the same name reuses them.
/// </summary>
internal static class SelectionNames
{
    private static readonly Dictionary<string, (int Index, WeakReference<SelectionKey> Key)> Taken = new(StringComparer.Ordinal);

    public static int Take(SelectionKey key)
    {
        lock (Taken)
        {
            if (!Taken.TryGetValue(key.Name, out (int Index, WeakReference<SelectionKey> Key) place))
            {
                Taken.Add(key.Name, (Taken.Count, new WeakReference<SelectionKey>(key)));
                return Taken.Count - 1;
            }

            if (place.Key.TryGetTarget(out _))
            {
                throw new ArgumentException(
                    $"There is a selection key named \"{key.Name}\" already, and keys are told apart by their names. Give this one a name of its own; " +
                    "declare a key of a generic rule in a class that is not generic, so that it is created once.");
            }

            place.Key.SetTarget(key);
            return place.Index;
        }
    }
}
