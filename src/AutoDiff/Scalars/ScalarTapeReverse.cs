using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>The reverse pass.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>The gradient of a recorded number with respect to all variables, in the order of their creation.</summary>
    /// <param name="output">The number. A constant has gradient 0.</param>
    /// <exception cref="InvalidOperationException">The number belongs to another tape.</exception>
    public double[] Gradient(Active output)
    {
        double[] gradient = new double[variables.Count];
        Gradient(output, gradient);
        return gradient;
    }

    /// <summary>The gradient of a recorded number with respect to all variables, in the order of their creation.</summary>
    /// <param name="output">The number. A constant has gradient 0.</param>
    /// <param name="gradient">The destination, with one element per variable.</param>
    /// <exception cref="ArgumentException">The destination has the wrong length.</exception>
    /// <exception cref="InvalidOperationException">The number belongs to another tape.</exception>
    public void Gradient(Active output, Span<double> gradient)
    {
        TakeOver();
        if (gradient.Length != variables.Count)
            throw new ArgumentException($"The gradient has {variables.Count} elements; the destination has {gradient.Length}.", nameof(gradient));
        if (output.IsConstant)
        {
            gradient.Clear();
            return;
        }

        if (!Holds(output))
            ScalarTapeSlots.ThrowForeign();
        Pull(new ScalarForm(output.Node, 1, 0, 0), gradient);
    }

    /// <summary>The gradient with other selections at the kinks: replaces the slopes there and runs the pass again.</summary>
    internal double[] Gradient(Active output, Selections selections)
    {
        double[] gradient;
        List<(int Node, double First, double Second)> kept = [];
        foreach (ScalarKink kink in kinks)
        {
            if (kink.Selected is not null)
                kept.Add(Exchange(kink.Node, kink.Selected(selections)));
        }

        gradient = Gradient(output);
        foreach ((int node, double first, double second) in kept)
            Exchange(node, (first, second));
        return gradient;
    }

    /// <summary>Replaces the slopes of a node and returns the previous ones.</summary>
    internal (int Node, double First, double Second) Exchange(int node, (double First, double Second) slopes)
    {
        (int, double, double) kept = (node, record->Nodes[node].FirstSlope, record->Nodes[node].SecondSlope);
        record->Nodes[node].FirstSlope = slopes.First;
        record->Nodes[node].SecondSlope = slopes.Second;
        return kept;
    }

    /// <summary>The gradient of a linear form of recorded numbers.</summary>
    internal void Pull(ScalarForm form, Span<double> gradient)
    {
        int last = Math.Max(form.First, form.Second);
        if (!isCareful && !isTwice)
        {
            PullOnce(last, form, gradient);
            GC.KeepAlive(this);
            return;
        }

        Sweep(last, form);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = variables[i] <= last ? adjoints[variables[i]] : 0;
        GC.KeepAlive(this);
    }

    /// <summary>Every recorded operation, including variables.</summary>
    internal IEnumerable<RecordedOperation> Operations
    {
        get
        {
            yield return new RecordedOperation(0, OperationFacts.Leaf, [], true, true);
            for (int node = 1; node <= Count; node++)
                yield return OperationAt(node);
        }
    }

    /// <summary>The value of a node, on a tape that keeps values.</summary>
    internal double ValueOf(int node) => keptValues![node];

    /// <summary>The inputs of a node that depend on variables, with the slopes.</summary>
    internal IEnumerable<(int Input, double Slope)> SlopesOf(int node)
    {
        ScalarNode entry = record->Nodes[node];
        (int Input, double Slope)[] slopes = [(entry.First, entry.FirstSlope), (entry.Second, entry.SecondSlope)];
        return slopes.Where(slope => slope.Input != 0);
    }

    private RecordedOperation OperationAt(int node)
    {
        ScalarNode entry = record->Nodes[node];
        OperationFacts facts = RuleNumbers.Of(operations[node]);
        int inputCount = RuleNumbers.ArityOf(operations[node]);
        int[] inputNodes = inputCount switch { 0 => [], 1 => [entry.First], _ => [entry.First, entry.Second] };
        double held = entry.Second == 0 ? entry.FirstSlope : entry.First == 0 ? entry.SecondSlope : 0;
        return new RecordedOperation(node, facts, inputNodes, operations[node] == 0, false)
        {
            IsElementwise = true,
            HeldSign = double.IsNaN(held) ? 0 : Math.Sign(held),
        };
    }

    // The reverse pass where nobody asks for the cotangents of operations: they are 0 again when it has passed, so that the next pass finds them so and no
    // memory is cleared before. Variables have no inputs and are left out.
    private void PullOnce(int last, ScalarForm form, Span<double> gradient)
    {
        int cleared = clearedAdjoints;
        PrepareAdjoints();
        if (cleared <= last)
            new Span<double>(adjoints + cleared, last + 1 - cleared).Clear();
        adjoints[form.First] += form.FirstFactor;
        adjoints[form.Second] += form.SecondFactor;
        ReadOnlySpan<int> places = CollectionsMarshal.AsSpan(variables);
        int end = last;
        for (int i = gradient.Length - 1; i >= 0; i--)
        {
            int variable = places[i];
            if (variable > last)
            {
                gradient[i] = 0;
                continue;
            }

            if (end > variable)
                SweepOnce(end, variable);
            gradient[i] = adjoints[variable];
            adjoints[variable] = 0;
            end = variable - 1;
        }

        adjoints[0] = 0;
        clearedAdjoints = Math.Max(cleared, last + 1);
    }

    // Passes the cotangents on of the nodes from one on, down to before another, and clears them. A node may be its own input, for a constant.
    private void SweepOnce(int last, int before)
    {
        double* adjoint = adjoints;
        ScalarNode* nodes = record->Nodes;
        for (int node = last; node > before; node--)
        {
            double cotangent = adjoint[node];
            if (cotangent != 0)
            {
                ScalarNode* entry = nodes + node;
                adjoint[entry->First] += cotangent * entry->FirstSlope;
                adjoint[entry->Second] += cotangent * entry->SecondSlope;
            }

            adjoint[node] = 0;
        }
    }

    private void Sweep(int last, ScalarForm form)
    {
        PrepareAdjoints();
        new Span<double>(adjoints, last + 1).Clear();
        adjoints[form.First] += form.FirstFactor;
        adjoints[form.Second] += form.SecondFactor;
        SweepFrom(last);
    }

    private void SweepFrom(int last)
    {
        double* adjoint = adjoints;
        ScalarNode* nodes = record->Nodes;
        for (int node = last; node > 0; node--)
        {
            double cotangent = adjoint[node];
            if (cotangent == 0)
                continue;
            ScalarNode* entry = nodes + node;
            adjoint[entry->First] += cotangent * entry->FirstSlope;
            adjoint[entry->Second] += cotangent * entry->SecondSlope;
        }
    }
}
