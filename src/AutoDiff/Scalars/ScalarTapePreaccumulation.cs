namespace ConservativeAD.Scalars;

/// <content>Preaccumulation: replaces several operations by the partial derivatives of their result.</content>
public sealed unsafe partial class ScalarTape
{
    // With more inputs than this, preaccumulation rarely saves nodes.
    private const int MaximumInputs = 32;

    /// <summary>
    /// Runs a statement and replaces its operations by the derivatives of its result with respect to the numbers that it read. It uses one node for the first
    /// two numbers and one for each further number. This saves memory and shortens the reverse pass if a statement computes much from few numbers. If it would
    /// not be shorter, or an operation is at a kink, the recorded operations are kept.
    /// </summary>
    /// <remarks>A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 10.2.</remarks>
    /// <param name="statement">The statement. Its intermediate results must not be used outside of it, and it must not create variables.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="InvalidOperationException">The result belongs to another tape, or the statement created variables.</exception>
    public Active Preaccumulate(Func<Active> statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        TakeOver();
        int begin = record->Count, madeBefore = variables.Count, kinksBefore = kinks.Count, obstaclesBefore = obstacles.Count;
        Active result = statement();
        if (result.IsConstant)
            return result;
        if (!Holds(result))
            ScalarTapeSlots.ThrowForeign();
        if (variables.Count != madeBefore)
            throw new InvalidOperationException("A preaccumulated statement created variables; create them before it.");
        if (isCareful || isTwice || result.Node < begin || kinks.Count != kinksBefore || obstacles.Count != obstaclesBefore)
            return result;
        Span<int> inputs = stackalloc int[MaximumInputs];
        Span<double> slopes = stackalloc double[MaximumInputs];
        int count = Partials(begin, result.Node, inputs, slopes);
        int nodes = Math.Max(1, count - 1);
        if (count < 0 || nodes >= record->Count - begin)
            return result;
        record->Count = begin;
        Active sum = count switch
        {
            0 => record->Append(begin, result.Value, 0, begin, 0, begin),
            1 => record->Append(begin, result.Value, slopes[0], inputs[0], 0, begin),
            _ => record->Append(begin, result.Value, slopes[0], inputs[0], slopes[1], inputs[1]),
        };
        for (int i = 2; i < count; i++)
            sum = record->Append(record->Count, result.Value, 1, sum.Node, slopes[i], inputs[i]);
        return sum;
    }

    // Computes the derivatives of one node with respect to the nodes before a given one, and returns their number, or −1 if there are too many.
    private int Partials(int begin, int output, Span<int> inputs, Span<double> slopes)
    {
        PrepareAdjoints();
        double* adjoint = adjoints;
        new Span<double>(adjoint + begin, output + 1 - begin).Clear();
        adjoint[output] = 1;
        int count = 0;
        for (int node = output; node >= begin; node--)
        {
            double cotangent = adjoint[node];
            if (cotangent == 0)
                continue;
            ScalarNode* entry = record->Nodes + node;
            if (!Pass(entry->First, cotangent * entry->FirstSlope, node, begin, inputs, slopes, ref count)
                || !Pass(entry->Second, cotangent * entry->SecondSlope, node, begin, inputs, slopes, ref count))
                return -1;
        }

        return count;
    }

    private bool Pass(int input, double cotangent, int node, int begin, Span<int> inputs, Span<double> slopes, ref int count)
    {
        if (input >= begin)
        {
            // A node that is its own input represents a constant.
            if (input != node)
                adjoints[input] += cotangent;
            return true;
        }

        int place = inputs[..count].IndexOf(input);
        if (place >= 0)
        {
            slopes[place] += cotangent;
            return true;
        }

        if (count == MaximumInputs)
            return false;
        inputs[count] = input;
        slopes[count++] = cotangent;
        return true;
    }
}
