using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>An equation recorded at one point of unknowns and parameters, with one choice at its kinks.</summary>
internal abstract class EquationRecord : IDisposable
{
    /// <summary>The values of F.</summary>
    public abstract double[] Values { get; }

    /// <summary>The Jacobian [B A]: a row for each value, a column for each unknown and then each parameter.</summary>
    public abstract double[,] Jacobian();

    /// <summary>weightsᵀ·[B A].</summary>
    public abstract double[] Pull(double[] weights);

    /// <summary>[B A]·direction.</summary>
    public abstract double[] Push(double[] direction);

    public abstract void Dispose();
}

/// <summary>A recorded equation on single numbers.</summary>
internal sealed class ScalarEquationRecord(Func<Active[], Active[]> program, double[] point, Selections? selections) : EquationRecord
{
    private readonly RecordedMap map = new(program, point, selections);

    public override double[] Values => Array.ConvertAll(map.Outputs, output => output.Value);

    public override double[,] Jacobian() => map.ByRows();

    public override double[] Pull(double[] weights) => map.Pull(weights);

    public override double[] Push(double[] direction) => map.Push(direction);

    public override void Dispose() => map.Dispose();
}

/// <summary>A recorded equation on tensors.</summary>
internal sealed class TensorEquationRecord : EquationRecord
{
    private readonly Tape<double> tape;
    private readonly Var<double> unknowns;
    private readonly Var<double> parameters;
    private readonly Var<double> values;
    private double[,]? rows;

    public TensorEquationRecord(Shape unknowns, Shape parameters, Func<Var<double>, Var<double>, Var<double>> program, double[] point, Selections? selections)
    {
        tape = new Tape<double>(null, selections);
        try
        {
            this.unknowns = tape.Variable(unknowns, point.AsSpan(0, unknowns.Count));
            this.parameters = tape.Variable(parameters, point.AsSpan(unknowns.Count));
            values = program(this.unknowns, this.parameters);
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    public override double[] Values => values.ToArray();

    public override double[,] Jacobian() => rows ??= tape.JacobianByRows(values, unknowns, parameters);

    public override double[] Pull(double[] weights)
    {
        NDArray<double> cotangent = tape.Device.Array(values.Shape, weights);
        try
        {
            Gradients<double> gradients = tape.Backward(values, cotangent);
            return [.. gradients[unknowns].ToArray(), .. gradients[parameters].ToArray()];
        }
        finally
        {
            tape.Device.Return(cotangent);
        }
    }

    // Tangents at a kink are those of one side. The Jacobian's rows are of the chosen selections, also there.
    public override double[] Push(double[] direction)
    {
        if (tape.CountKinks() > 0)
            return Dense.Times(Jacobian(), direction);
        tape.SetTangent(unknowns, direction.AsSpan(0, unknowns.Shape.Count));
        tape.SetTangent(parameters, direction.AsSpan(unknowns.Shape.Count));
        tape.CarryTangents();
        return tape.TangentOf(values).ToArray();
    }

    public override void Dispose() => tape.Dispose();
}
