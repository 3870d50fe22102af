using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A way to take the gradient of a program on recorded numbers.</summary>
internal abstract class GradientMode
{
    /// <summary>One run of the program per element.</summary>
    public static GradientMode Forward { get; } = new ForwardMode();

    /// <summary>One run of the program and one pass back.</summary>
    public static GradientMode Reverse { get; } = new ReverseMode();

    /// <summary>The gradient within another derivative: numbers of the program around it.</summary>
    /// <param name="function">The function. It may use numbers of the program around it.</param>
    /// <param name="point">The point.</param>
    public abstract Active[] Within(Func<Active[], Active> function, Active[] point);

    /// <summary>The gradient of a function that stands within no other derivative.</summary>
    /// <param name="function">The function.</param>
    /// <param name="point">The point.</param>
    public abstract double[] Outermost(Func<Active[], Active> function, double[] point);

    private sealed class ForwardMode : GradientMode
    {
        public override Active[] Within(Func<Active[], Active> function, Active[] point)
        {
            Active[] gradient = new Active[point.Length], direction = new Active[point.Length];
            for (int i = 0; i < point.Length; i++)
            {
                direction[i] = 1;
                gradient[i] = NestedTape.DirectionalDerivative(function, point, direction);
                direction[i] = 0;
            }

            return gradient;
        }

        public override double[] Outermost(Func<Active[], Active> function, double[] point) =>
            Array.ConvertAll(Within(function, Array.ConvertAll(point, value => new Active(value))), element => element.Value);
    }

    private sealed class ReverseMode : GradientMode
    {
        // One tape a thread, as making one costs more than a small program's record.
        [ThreadStatic]
        private static ScalarTape? tape;

        public override Active[] Within(Func<Active[], Active> function, Active[] point) => NestedTape.Gradient(function, point);

        public override double[] Outermost(Func<Active[], Active> function, double[] point)
        {
            ScalarTape record = tape ??= new ScalarTape();
            record.Reset();
            return record.Gradient(function(Array.ConvertAll(point, value => record.Variable(value))));
        }
    }
}
