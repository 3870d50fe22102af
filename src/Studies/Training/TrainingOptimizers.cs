using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Studies.Training;

/// <summary>The optimisers by name.</summary>
internal static class TrainingOptimizers
{
    public static ITrainingOptimizer<T> Create<T>(TrainSettings settings, IReadOnlyList<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        settings.Optimizer == OptimizerName.Sgd ? new Descent<T>(settings, parameters) : new Adam<T>(settings, parameters);

    private static (string Name, NDArray<T> Value)[] Zeros<T>(string name, IReadOnlyList<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. parameters.Select(parameter => ($"{name}.{parameter.Name}", new Parameter<T>(name, parameter.Value.Device, parameter.Shape).Value))];

    /// <summary>v ← μv + g + dθ, θ ← θ − αv.</summary>
    private sealed class Descent<T>(TrainSettings settings, IReadOnlyList<Parameter<T>> parameters) : ITrainingOptimizer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly (string Name, NDArray<T> Value)[] velocities = Zeros("velocity", parameters);

        public IReadOnlyList<(string Name, NDArray<T> Value)> State => velocities;

        public int StepsTaken { get; set; }

        public void Step(Gradients<T> gradients, double learningRate)
        {
            StepsTaken++;
            for (int p = 0; p < parameters.Count; p++)
            {
                NDArray<T> value = parameters[p].Value, velocity = velocities[p].Value;
                value.Device.Map3(new Velocity(settings.Momentum, settings.WeightDecay), velocity, gradients.Of(parameters[p]), value, velocity);
                value.Device.Map2(new Along(-learningRate), value, velocity, value);
            }
        }

        private readonly struct Velocity(double momentum, double decay) : ITernaryMap
        {
            private readonly double momentum = momentum;
            private readonly double decay = decay;

            public L Invoke<L>(L v, L g, L x)
                where L : struct, ILane<L> => (L.Constant(momentum) * v) + (g + (L.Constant(decay) * x));
        }
    }

    /// <summary>Adam (Kingma and Ba 2015), with decoupled weight decay (Loshchilov and Hutter 2019) where AdamW is asked for.</summary>
    private sealed class Adam<T>(TrainSettings settings, IReadOnlyList<Parameter<T>> parameters) : ITrainingOptimizer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const double Beta1 = 0.9;
        private const double Beta2 = 0.999;

        // g² of a gradient below 2⁻¹² is 0 in 16 bits; the usual 1e-8 would then divide by itself rounded to nothing.
        private readonly double epsilon = typeof(T) == typeof(Half) ? 1e-4 : 1e-8;
        private readonly (string Name, NDArray<T> Value)[] first = Zeros("mean", parameters);
        private readonly (string Name, NDArray<T> Value)[] second = Zeros("square", parameters);

        public IReadOnlyList<(string Name, NDArray<T> Value)> State => [.. first, .. second];

        public int StepsTaken { get; set; }

        public void Step(Gradients<T> gradients, double learningRate)
        {
            StepsTaken++;
            bool decoupled = settings.Optimizer == OptimizerName.AdamW;
            double correction1 = 1 - Math.Pow(Beta1, StepsTaken), correction2 = 1 - Math.Pow(Beta2, StepsTaken);
            for (int p = 0; p < parameters.Count; p++)
            {
                NDArray<T> value = parameters[p].Value, m = first[p].Value, v = second[p].Value, gradient = gradients.Of(parameters[p]);
                Device device = value.Device;
                if (!decoupled && settings.WeightDecay != 0)
                    device.Map2(new Along(settings.WeightDecay), gradient, value, gradient);
                device.Map2(new Mean(Beta1), m, gradient, m);
                device.Map2(new MeanOfSquares(Beta2), v, gradient, v);
                double shrinkage = decoupled ? 1 - (learningRate * settings.WeightDecay) : 1;
                device.Map3(new Update(shrinkage, learningRate / correction1, 1 / correction2, epsilon), value, m, v, value);
            }
        }

        private readonly struct Mean(double beta) : IBinaryMap
        {
            private readonly double beta = beta;

            public L Invoke<L>(L m, L g)
                where L : struct, ILane<L> => (L.Constant(beta) * m) + (L.Constant(1 - beta) * g);
        }

        private readonly struct MeanOfSquares(double beta) : IBinaryMap
        {
            private readonly double beta = beta;

            public L Invoke<L>(L v, L g)
                where L : struct, ILane<L> => (L.Constant(beta) * v) + (L.Constant(1 - beta) * (g * g));
        }

        private readonly struct Update(double shrinkage, double rate, double correction, double epsilon) : ITernaryMap
        {
            private readonly double shrinkage = shrinkage;
            private readonly double rate = rate;
            private readonly double correction = correction;
            private readonly double epsilon = epsilon;

            public L Invoke<L>(L x, L m, L v)
                where L : struct, ILane<L> =>
                (L.Constant(shrinkage) * x) - (L.Constant(rate) * m / (L.Sqrt(L.Constant(correction) * v) + L.Constant(epsilon)));
        }
    }

    private readonly struct Along(double scale) : IBinaryMap
    {
        private readonly double scale = scale;

        public L Invoke<L>(L x, L direction)
            where L : struct, ILane<L> => x + (L.Constant(scale) * direction);
    }
}
