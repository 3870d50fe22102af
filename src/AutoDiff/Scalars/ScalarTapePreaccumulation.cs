namespace ConservativeAD;

/// <content>Preaccumulation: several operations replaced by the partial derivatives of their result.</content>
public sealed unsafe partial class ScalarTape
{
    // More inputs than this are rarely worth their nodes.
    private const int MostInputs = 32;

    /// <summary>
    /// Runs a statement and keeps, in place of its operations, the derivatives of its result with respect to the numbers that it read: one node for two of them and one for each further. That is less
    /// memory and a shorter reverse pass where a statement computes much from few numbers. Where it would not be shorter, or an operation sits at a kink, the statement stays recorded as it is.
    /// </summary>
    /// <remarks>A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 10.2.</remarks>
    /// <param name="statement">The statement. What it computes on the way must not be used outside of it, and it must not make variables.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="InvalidOperationException">The result is of another tape, or variables were made.</exception>
    public Active Preaccumulate(Func<Active> statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        int begin = record->Count, madeBefore = variables.Count, kinksBefore = kinks.Count, singularBefore = singular.Count;
        Active result = statement();
        if (result.IsConstant)
            return result;
        if (!Holds(result))
            ScalarTapeSlots.ThrowForeign();
        if (variables.Count != madeBefore)
            throw new InvalidOperationException("A statement that is preaccumulated made variables; make them before it.");
        if (isCareful || result.Node < begin || kinks.Count != kinksBefore || singular.Count != singularBefore)
            return result;
        Span<int> inputs = stackalloc int[MostInputs];
        Span<double> slopes = stackalloc double[MostInputs];
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

    // The derivatives of one node with respect to those before a place; how many there are, or −1 where they are too many.
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
            if (!Pass(entry->First, cotangent * entry->FirstSlope, node, begin, inputs, slopes, ref count) || !Pass(entry->Second, cotangent * entry->SecondSlope, node, begin, inputs, slopes, ref count))
                return -1;
        }

        return count;
    }

    private bool Pass(int input, double cotangent, int node, int begin, Span<int> inputs, Span<double> slopes, ref int count)
    {
        if (input >= begin)
        {
            // A node that is its own input stands for a constant.
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

        if (count == MostInputs)
            return false;
        inputs[count] = input;
        slopes[count++] = cotangent;
        return true;
    }
}
