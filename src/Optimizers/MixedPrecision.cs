namespace ConservativeAD.Optimizers;

/// <summary>Mixed precision (Micikevicius et al., ICLR 2018, arXiv 1710.03740): parameters of 16 bits for the program, their float masters for the optimiser, and a dynamic scale of the loss.</summary>
/// <remarks>
/// The loss is multiplied by <see cref="Scale"/> before its reverse pass, so that small gradients do not vanish in 16 bits. Gradients that are not finite skip the step and halve the scale;
/// after <see cref="GrowthInterval"/> good steps in a row it is doubled. Gradients are widened to float and divided by the scale before clipping and the step; the masters are then rounded into the parameters.
/// </remarks>
public sealed class MixedPrecision : IDisposable
{
    private const double Factor = 2;

    private readonly Parameter<Half>[] parameters;
    private readonly Parameter<float>[] masters;
    private readonly float[][] widened;
    private readonly Half[][] rounded;
    private readonly Tape<float> tape;
    private readonly Optimizer<float> optimizer;

    /// <summary>Makes the masters and their optimiser.</summary>
    /// <param name="parameters">The parameters of the program, on one device.</param>
    /// <param name="make">Makes the optimiser of the masters, which have the parameters' names and shapes.</param>
    /// <exception cref="ArgumentException">There is no parameter.</exception>
    public MixedPrecision(IEnumerable<Parameter<Half>> parameters, Func<IReadOnlyList<Parameter<float>>, Optimizer<float>> make)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(make);
        this.parameters = [.. parameters];
        if (this.parameters.Length == 0)
            throw new ArgumentException("Mixed precision needs at least one parameter; none was given.", nameof(parameters));
        masters = [.. this.parameters.Select(parameter => new Parameter<float>(parameter.Name, parameter.Value.Device, parameter.Shape, [.. parameter.Value.ToArray().Select(value => (float)value)]))];
        widened = [.. this.parameters.Select(parameter => new float[parameter.Shape.Count])];
        rounded = [.. this.parameters.Select(parameter => new Half[parameter.Shape.Count])];
        tape = new Tape<float>(this.parameters[0].Value.Device);
        optimizer = make(masters);
    }

    /// <summary>The optimiser of the masters.</summary>
    public Optimizer<float> Optimizer => optimizer;

    /// <summary>The float masters, in the order of the parameters.</summary>
    public IReadOnlyList<Parameter<float>> Masters => masters;

    /// <summary>What the loss is multiplied by before its reverse pass; positive.</summary>
    public double Scale { get; set => field = Demand.Positive(value); } = 65536 / 2;

    /// <summary>N, after how many good steps in a row the scale is doubled; at least 1.</summary>
    public long GrowthInterval { get; init => field = Demand.AtLeast(1, value); } = 2000;

    /// <summary>How many good steps were made since the scale last changed.</summary>
    public long GoodSteps { get; set => field = Demand.AtLeast(0, value); }

    /// <summary>Makes one step from the gradients of the scaled loss.</summary>
    /// <param name="gradients">The gradients of <see cref="Scale"/> times the loss.</param>
    /// <returns>Whether the step was made; false where a gradient is not finite, and the scale was halved.</returns>
    public bool Step(Gradients<Half> gradients)
    {
        foreach (Parameter<Half> parameter in parameters)
        {
            if (gradients.Has(parameter) && !double.IsFinite(parameter.Value.Device.SumOfSquares(gradients.Of(parameter))))
            {
                Scale /= Factor;
                GoodSteps = 0;
                return false;
            }
        }

        if (!StepMasters(gradients))
            return false;
        if (++GoodSteps == GrowthInterval)
        {
            Scale *= Factor;
            GoodSteps = 0;
        }

        return true;
    }

    /// <summary>Gives the arrays of the widened gradients back.</summary>
    public void Dispose() => tape.Dispose();

    private bool StepMasters(Gradients<Half> gradients)
    {
        // The pullback of a cotangent through a sum: the optimiser sees the widened gradients as those of a program.
        tape.Reset();
        Var<float>? total = null;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!gradients.Has(parameters[i]))
                continue;
            gradients.Of(parameters[i]).CopyTo(rounded[i]);
            for (int k = 0; k < widened[i].Length; k++)
                widened[i][k] = (float)((double)rounded[i][k] / Scale);
            Var<float> term = (tape.Parameter(masters[i]) * tape.Constant(masters[i].Shape, widened[i])).Sum();
            total = total is { } sum ? sum + term : term;
        }

        if (total is not { } loss || !optimizer.Step(tape.Backward(loss)))
            return false;
        for (int i = 0; i < parameters.Length; i++)
        {
            masters[i].Value.CopyTo(widened[i]);
            for (int k = 0; k < widened[i].Length; k++)
                rounded[i][k] = (Half)widened[i][k];
            parameters[i].Value.CopyFrom(rounded[i]);
        }

        return true;
    }
}
