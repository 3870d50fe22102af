using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The actions that a program attached to the gradients of values.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class GradientHooks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<int, List<Action<NDArray<T>>>> hooks = [];
    private bool isRunning;

    /// <summary>Whether there are any.</summary>
    public bool Any => hooks.Count > 0;

    /// <summary>Throws while an action runs.</summary>
    /// <exception cref="InvalidOperationException">An action runs.</exception>
    public void CheckNotRunning()
    {
        if (isRunning)
        {
            throw new InvalidOperationException(
                "An action on a gradient (OnGradient, or a receiver of gradients) used its tape: it may read values, but not record, reset, or begin "
                    + "another pass until the pass is over.");
        }
    }

    /// <summary>Attaches an action to a node.</summary>
    public void Add(int node, Action<NDArray<T>> hook)
    {
        if (!hooks.TryGetValue(node, out List<Action<NDArray<T>>>? attached))
            hooks.Add(node, attached = []);
        attached.Add(hook);
    }

    /// <summary>Runs the actions of a node on its complete cotangent, in the order in which they were attached.</summary>
    public void Run(int node, Cotangents<T> cotangents)
    {
        if (!hooks.TryGetValue(node, out List<Action<NDArray<T>>>? attached))
            return;
        cotangents.Own(node);
        isRunning = true;
        try
        {
            foreach (Action<NDArray<T>> hook in attached)
                hook(cotangents[node]);
        }
        finally
        {
            isRunning = false;
        }
    }

    /// <summary>Hands a parameter's complete gradient to a receiver.</summary>
    public void Hand(IGradientReceiver<T> receiver, Parameter<T> parameter, in NDArray<T> gradient)
    {
        isRunning = true;
        try
        {
            receiver.Receive(parameter, gradient);
        }
        finally
        {
            isRunning = false;
        }
    }

    /// <summary>Forgets everything, together with the record.</summary>
    public void Reset() => hooks.Clear();
}
