using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The choices that each kink of a recorded tensor program offers. Every group of tied elements of an operation may be passed back through any piece of the
/// operation, independently of the other groups. Each choice is stored as tangents that lead the group into its piece.
/// </summary>
internal sealed class LocalChoices
{
    private readonly Tape<double> tape;
    private readonly Var<double> output;
    private readonly List<Group> groups;

    private LocalChoices(Tape<double> tape, Var<double> output, List<Group> groups)
    {
        this.tape = tape;
        this.output = output;
        this.groups = groups;
    }

    /// <summary>The number of pieces that each group offers.</summary>
    public IReadOnlyList<int> Counts => [.. groups.Select(group => group.Pieces.Count)];

    /// <summary>Finds the choices; null if an operation offers infinitely many, or a group more than the budget.</summary>
    public static LocalChoices? Of(Tape<double> tape, Var<double> output, int budget)
    {
        List<Group> groups = [];
        foreach (int node in tape.Locks.NodesAtKinks(output.Node))
        {
            foreach (List<(int Index, int Element)> tied in TiedGroups(tape, node, out bool isCurved))
            {
                if (isCurved)
                    return null;
                Group group = new(node, tied);
                if (!Enumerate(tape, group, budget))
                    return null;
                groups.Add(group);
            }

            tape.Tangents.ReleaseForced();
        }

        return new LocalChoices(tape, output, groups);
    }

    /// <summary>The gradient with one piece for each group.</summary>
    public Gradients<double> Backward(ReadOnlySpan<int> choices)
    {
        Dictionary<(int Node, int Index), double[]> tangents = [];
        for (int i = 0; i < groups.Count; i++)
        {
            Group group = groups[i];
            for (int k = 0; k < group.Elements.Count; k++)
            {
                (int index, int element) = group.Elements[k];
                if (!tangents.TryGetValue((group.Node, index), out double[]? tangent))
                    tangents.Add((group.Node, index), tangent = new double[tape.Contents.InputValue(group.Node, index).Count]);
                tangent[element] = group.Pieces[choices[i]][k];
            }
        }

        foreach (((int node, int index), double[] tangent) in tangents)
            tape.Tangents.Force(node, index, tangent);
        Gradients<double> gradients = tape.LockedBackward(output);
        tape.Tangents.ReleaseForced();
        return gradients;
    }

    // Two elements are in one group if a form of any piece ties them. The forms of a single piece suffice, because a tied block is the same in every piece.
    private static List<List<(int Index, int Element)>> TiedGroups(Tape<double> tape, int node, out bool isCurved)
    {
        List<SwitchingForm> forms = FormsAt(tape, node);
        isCurved = forms.Exists(form => form.IsCurved);
        List<List<(int Index, int Element)>> groups = [];
        foreach (SwitchingForm form in forms)
        {
            List<(int Index, int Element)> tied = [.. Places(tape, node, form)];
            foreach (List<(int Index, int Element)> other in groups.Where(group => group.Any(tied.Contains)).ToArray())
            {
                tied = [.. tied.Union(other)];
                groups.Remove(other);
            }

            groups.Add(tied);
        }

        return isCurved && groups.Count == 0 ? [[]] : groups;
    }

    // Depth-first search over the cells of the group's own tangents, like the search for the cells of a whole program.
    private static bool Enumerate(Tape<double> tape, Group group, int budget)
    {
        CellSearch<bool> search = new(group.Elements.Count, budget, 0);
        bool isWhole = search.Run(direction =>
        {
            for (int index = 0; index < tape.Contents.InputCount(group.Node); index++)
            {
                double[] tangent = new double[tape.Contents.InputValue(group.Node, index).Count];
                for (int k = 0; k < group.Elements.Count; k++)
                {
                    if (group.Elements[k].Index == index)
                        tangent[group.Elements[k].Element] = direction[k];
                }

                tape.Tangents.Force(group.Node, index, tangent);
            }

            List<double[]> rows = [];
            foreach (SwitchingForm form in FormsAt(tape, group.Node))
            {
                double[] row = new double[group.Elements.Count];
                foreach ((int place,
                    double factor) in ((ReadOnlySpan<(int, double)>)[(Place(group, tape, form.First), form.FirstFactor), (form.Second is { } second
                        ? Place(group, tape, second)
                        : -1, form.SecondFactor)]))
                {
                    if (place >= 0)
                        row[place] += factor;
                }

                rows.Add(row);
            }

            return (true, rows);
        });
        group.Pieces.AddRange(search.Cells.Select(cell => cell.Direction));
        return isWhole;
    }

    private static List<SwitchingForm> FormsAt(Tape<double> tape, int node)
    {
        List<SwitchingForm> forms = [];
        tape.Locks.AddForms(node, forms);
        return forms;
    }

    private static IEnumerable<(int Index, int Element)> Places(Tape<double> tape, int node, SwitchingForm form)
    {
        if (form.IsCurved)
            yield break;
        yield return (IndexOf(tape, node, form.First.Node), form.First.Element);
        if (form.Second is { } second)
            yield return (IndexOf(tape, node, second.Node), second.Element);
    }

    private static int Place(Group group, Tape<double> tape, (int Node, int Element) place) =>
        group.Elements.IndexOf((IndexOf(tape, group.Node, place.Node), place.Element));

    private static int IndexOf(Tape<double> tape, int node, int input)
    {
        for (int index = 0; index < tape.Contents.InputCount(node); index++)
        {
            if (tape.Contents.InputNode(node, index) == input)
                return index;
        }

        return -1;
    }

    private sealed record Group(int Node, List<(int Index, int Element)> Elements)
    {
        public List<double[]> Pieces { get; } = [];
    }
}
