namespace ConservativeAD.Optimizers.Tests;

/// <summary>Gradients of small problems in plain double arithmetic, for evaluating update rules independently of the engine.</summary>
internal abstract record GradientProblem(int Count)
{
    public static GradientProblem Named(string name) => name switch
    {
        "quadratic" => new Quadratic(),
        "network" => new ReluNetwork(),
        _ => new Sparse(),
    };

    public abstract double[] Start();

    public abstract double[] Gradient(int t, double[] x);

    /// <summary>½ Σ aᵢ(xᵢ − cᵢ)² + ½ (Σ xᵢ/n)², condition number 100.</summary>
    private sealed record Quadratic() : GradientProblem(203)
    {
        private readonly double[] centre = UpdateTests.Draw(1, 203);

        public override double[] Start() => UpdateTests.Draw(0, Count);

        public override double[] Gradient(int t, double[] x)
        {
            double mean = x.Sum() / Count;
            return [.. x.Select((value, i) => (Math.Pow(100, (double)i / Count) / 10 * (value - centre[i])) + (mean / Count))];
        }
    }

    /// <summary>Half the mean square error of v·relu(Wx + b) over 16 samples, 5 inputs, 7 hidden units.</summary>
    private sealed record ReluNetwork() : GradientProblem((Hidden * Inputs) + (2 * Hidden))
    {
        private const int Inputs = 5;
        private const int Hidden = 7;
        private const int Samples = 16;
        private readonly double[] inputs = UpdateTests.Draw(2, Samples * Inputs);
        private readonly double[] targets = UpdateTests.Draw(3, Samples);

        public override double[] Start() => UpdateTests.Draw(4, Count);

        public override double[] Gradient(int t, double[] x)
        {
            double[] g = new double[Count];
            const int Biases = Hidden * Inputs;
            const int Outputs = Biases + Hidden;
            for (int n = 0; n < Samples; n++)
            {
                double[] a = new double[Hidden];
                double error = -targets[n];
                for (int h = 0; h < Hidden; h++)
                {
                    a[h] = x[Biases + h];
                    for (int i = 0; i < Inputs; i++)
                        a[h] += x[(h * Inputs) + i] * inputs[(n * Inputs) + i];
                    error += x[Outputs + h] * Math.Max(a[h], 0);
                }

                for (int h = 0; h < Hidden; h++)
                {
                    g[Outputs + h] += error * Math.Max(a[h], 0) / Samples;
                    double d = a[h] > 0 ? error * x[Outputs + h] / Samples : 0;
                    g[Biases + h] += d;
                    for (int i = 0; i < Inputs; i++)
                        g[(h * Inputs) + i] += d * inputs[(n * Inputs) + i];
                }
            }

            return g;
        }
    }

    /// <summary>Σ |xᵢ − cᵢ| over the tenth of the components that a step touches; elsewhere the gradient is 0.</summary>
    private sealed record Sparse() : GradientProblem(211)
    {
        private readonly double[] centre = UpdateTests.Draw(5, 211);

        public override double[] Start() => UpdateTests.Draw(6, Count);

        public override double[] Gradient(int t, double[] x) =>
            [.. x.Select((value, i) => (i + t) % 10 == 0 ? Math.Sign(value - centre[i]) * (1 + (i % 3)) : 0)];
    }
}
