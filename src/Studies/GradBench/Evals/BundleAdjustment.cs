using ConservativeAD.Kernels;
using ConservativeAD.Scalars;
using ConservativeAD.Studies.GradBench.Numbers;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>
/// Bundle adjustment: how far cameras see points from where they should, weighted, and what the weights miss of 1; and the sparse Jacobian of both by cameras,
/// points and weights.
/// </summary>
internal static class BundleAdjustment
{
    private const int CameraSize = 11;
    private const int PointSize = 3;
    private const int FeatureSize = 2;

    // What one observation depends on: its camera, its point, its weight.
    private const int Width = CameraSize + PointSize + 1;

    // Observations at a time; their arrays stay in the processor's cache.
    private const int BatchSize = 1024;

    public static Module Module { get; } = new Module<Input>("ba",
        [
            new(3, 4, 5, Sample.Numbers(CameraSize, 0.1, 1), [0.3, -0.6, 4.5], 0.7, [0.2, -0.1]),
            new(1, 2, 20, [0, 0, 0, .. Sample.Numbers(CameraSize - PointSize, 0.1, 1)], [0.3, -0.6, 4.5], 0.7, [0.2, -0.1]),
        ],
        ("objective", (input, _) =>
        {
            Scene scene = Scene.Of(input);
            return Computation.Of(() => Errors(scene), Written);
        }
    ),
        ("jacobian", (input, device) =>
        {
            SparseRows rows = new(Scene.Of(input), device);
            return Computation.Of(rows.Fill, found => found.Excerpt(), rows);
        }
    ));

    // The two errors of an observation; the numbers are those of a camera (turn about an axis, place, focal length, principal point, distortion), of a point,
    // of a weight, and of what was measured.
    private static (T First, T Second) Errors<T>(ReadOnlySpan<T> x, T measuredFirst, T measuredSecond, bool isTurned)
        where T : struct, IReal<T>
    {
        (T X, T Y, T Z) ray = Turned((x[0], x[1], x[2]), (x[11] - x[3], x[12] - x[4], x[13] - x[5]), isTurned);
        T first = ray.X / ray.Z, second = ray.Y / ray.Z;
        T squares = (first * first) + (second * second);
        T distortion = (x[9] * squares) + (x[10] * squares * squares) + 1;
        return (x[14] * ((first * distortion * x[6]) + x[7] - measuredFirst), x[14] * ((second * distortion * x[6]) + x[8] - measuredSecond));
    }

    // A vector turned about an axis by the axis' length (Rodrigues' formula), or to first order where the length is 0.
    private static (T X, T Y, T Z) Turned<T>((T X, T Y, T Z) turn, (T X, T Y, T Z) vector, bool isTurned)
        where T : struct, IReal<T>
    {
        if (!isTurned)
        {
            (T X, T Y, T Z) across = Cross(turn, vector);
            return (vector.X + across.X, vector.Y + across.Y, vector.Z + across.Z);
        }

        T angle = T.Sqrt((turn.X * turn.X) + (turn.Y * turn.Y) + (turn.Z * turn.Z));
        T cosine = T.Cos(angle), sine = T.Sin(angle), inverse = 1 / angle;
        (T X, T Y, T Z) axis = (turn.X * inverse, turn.Y * inverse, turn.Z * inverse), normal = Cross(axis, vector);
        T along = ((axis.X * vector.X) + (axis.Y * vector.Y) + (axis.Z * vector.Z)) * (1 - cosine);
        return ((vector.X * cosine) + (normal.X * sine) + (axis.X * along), (vector.Y * cosine) + (normal.Y * sine) + (axis.Y * along),
            (vector.Z * cosine) + (normal.Z * sine) + (axis.Z * along));
    }

    private static (T X, T Y, T Z) Cross<T>((T X, T Y, T Z) left, (T X, T Y, T Z) right)
        where T : struct, IReal<T> =>
        ((left.Y * right.Z) - (left.Z * right.Y), (left.Z * right.X) - (left.X * right.Z), (left.X * right.Y) - (left.Y * right.X));

    private static T WeightError<T>(T weight)
        where T : struct, IReal<T> => 1 - (weight * weight);

    private static (double[] Reprojection, double[] Weights) Errors(Scene scene)
    {
        double[] reprojection = new double[FeatureSize * scene.Count], weights = new double[scene.Count];
        Span<double> numbers = stackalloc double[Width];
        Span<Plain> x = stackalloc Plain[Width];
        for (int i = 0; i < scene.Count; i++)
        {
            scene.Read(i, numbers);
            for (int k = 0; k < Width; k++)
                x[k] = new Plain(numbers[k]);
            (Plain first, Plain second) = Errors<Plain>(x, new(scene.Features[FeatureSize * i]), new(scene.Features[(FeatureSize * i) + 1]), scene.IsTurned(i));
            (reprojection[FeatureSize * i], reprojection[(FeatureSize * i) + 1]) = (first.Value, second.Value);
            weights[i] = WeightError(x[^1]).Value;
        }

        return (reprojection, weights);
    }

    // All observations are alike, so the protocol writes the errors of one and how often they are there.
    private static object Written((double[] Reprojection, double[] Weights) errors) => new
    {
        ReprojError = new { Elements = errors.Reprojection[..FeatureSize], Repeated = errors.Reprojection.Length / FeatureSize },
        WErr = new { Element = errors.Weights[0], Repeated = errors.Weights.Length },
    };

    /// <summary>The input: one camera, point, weight and feature, to be repeated.</summary>
    /// <param name="N">The number of cameras.</param>
    /// <param name="M">The number of points.</param>
    /// <param name="P">The number of observations.</param>
    /// <param name="Cam">The camera.</param>
    /// <param name="X">The point.</param>
    /// <param name="W">The weight.</param>
    /// <param name="Feat">Where the point was seen.</param>
    internal sealed record Input(int N, int M, int P, double[] Cam, double[] X, double W, double[] Feat);

    /// <summary>The Jacobian's form in the protocol: its first elements and its last.</summary>
    internal sealed record Output(int[] Rows, int[] Cols, double[] Vals);

    private sealed record Scene(double[] Cameras, double[] Points, double[] Weights, double[] Features, int[] CameraOf, int[] PointOf)
    {
        public int Count => Weights.Length;

        public int CameraCount => Cameras.Length / CameraSize;

        public int PointCount => Points.Length / PointSize;

        public bool IsTurned(int i) => Cameras.AsSpan(CameraOf[i] * CameraSize, PointSize).ContainsAnyExcept(0);

        public static Scene Of(Input input)
        {
            Rows.NeedAtLeast(input.N, 1, "n");
            Rows.NeedAtLeast(input.M, 1, "m");
            Rows.NeedAtLeast(input.P, 1, "p");
            Rows.NeedLength(input.Cam, CameraSize, "cam");
            Rows.NeedLength(input.X, PointSize, "x");
            Rows.NeedLength(input.Feat, FeatureSize, "feat");
            return new Scene(Repeated(input.Cam, input.N), Repeated(input.X, input.M), Repeated([input.W], input.P), Repeated(input.Feat, input.P),
                InTurn(input.P, input.N), InTurn(input.P, input.M));
        }

        // The numbers that an observation depends on.
        public void Read(int i, Span<double> numbers)
        {
            Cameras.AsSpan(CameraOf[i] * CameraSize, CameraSize).CopyTo(numbers);
            Points.AsSpan(PointOf[i] * PointSize, PointSize).CopyTo(numbers[CameraSize..]);
            numbers[^1] = Weights[i];
        }

        private static int[] InTurn(int count, int among) => [.. Enumerable.Range(0, count).Select(i => i % among)];

        private static double[] Repeated(double[] one, int count)
        {
            double[] all = new double[checked(one.Length * count)];
            for (int i = 0; i < count; i++)
                one.CopyTo(all, i * one.Length);
            return all;
        }
    }

    // The Jacobian in compressed rows: two for each observation, then one for each weight. An observation's rows depend on its own numbers alone, so two
    // reverse passes give those of a whole batch.
    private sealed class SparseRows : IDisposable
    {
        private const int BlockSize = FeatureSize * Width;

        private readonly Scene scene;
        private readonly int[] starts;
        private readonly int[] columns;
        private readonly double[] values;
        private readonly int size;
        private readonly double[] numbers = new double[Width];
        private readonly double[][] gathered;
        private readonly NDArray<double>[] arrays;
        private readonly NDArray<double>[] cotangents;
        private readonly NDArray<double> weights;
        private readonly Var<double>[] leaves;
        private readonly Replay<double> errors;
        private readonly Replay<double> weightErrors;
        private readonly ScalarTape single = new();
        private Var<double> weightLeaf;

        public SparseRows(Scene scene, Device device)
        {
            this.scene = scene;
            size = Math.Min(scene.Count, BatchSize);
            starts = new int[((FeatureSize + 1) * scene.Count) + 1];
            columns = new int[checked((BlockSize + 1) * scene.Count)];
            values = new double[columns.Length];
            gathered = [.. Enumerable.Range(0, Width + FeatureSize).Select(_ => new double[size])];
            arrays = [.. gathered.Select(elements => device.Array<double>([size], elements))];
            double[] ones = [.. Enumerable.Repeat(1.0, size)], zeros = new double[size];
            cotangents = [device.Array<double>([FeatureSize, size], [.. ones, .. zeros]), device.Array<double>([FeatureSize, size], [.. zeros, .. ones])];
            weights = device.Array<double>([size], zeros);
            leaves = new Var<double>[Width];
            errors = new Replay<double>(new Tape<double>(device), tape =>
            {
                Batch[] x = new Batch[Width];
                for (int i = 0; i < Width; i++)
                    x[i] = new Batch(leaves[i] = tape.Variable(arrays[i]));
                (Batch first, Batch second) = Errors<Batch>(x, new(tape.Constant(arrays[Width])), new(tape.Constant(arrays[Width + 1])), isTurned: true);
                return Operations.Concatenate(0, first.Elements.Reshape(1, size), second.Elements.Reshape(1, size));
            });
            weightErrors = new Replay<double>(new Tape<double>(device), tape =>
            {
                weightLeaf = tape.Variable(weights);
                return WeightError(new Batch(weightLeaf)).Elements.Sum();
            });
        }

        public SparseRows Fill()
        {
            FillPattern();
            bool allTurned = true;
            for (int i = 0; i < scene.Count; i++)
                allTurned &= scene.IsTurned(i);
            if (allTurned)
                ForEachBatch(FillBlocks);
            else
                FillBlocksOneByOne();
            ForEachBatch(FillWeights);
            return this;
        }

        public Output Excerpt() => new(Ends(starts), Ends(columns), Ends(values));

        public void Dispose()
        {
            errors.Tape.Dispose();
            weightErrors.Tape.Dispose();
            single.Dispose();
        }

        private static T[] Ends<T>(T[] elements) => [.. elements.Take(BlockSize), elements[^1]];

        private void FillPattern()
        {
            int entry = 0, row = 0, firstPoint = CameraSize * scene.CameraCount, firstWeight = firstPoint + (PointSize * scene.PointCount);
            for (int i = 0; i < scene.Count; i++)
            {
                int camera = CameraSize * scene.CameraOf[i], point = firstPoint + (PointSize * scene.PointOf[i]);
                for (int error = 0; error < FeatureSize; error++)
                {
                    starts[row++] = entry;
                    for (int k = 0; k < CameraSize; k++)
                        columns[entry++] = camera + k;
                    for (int k = 0; k < PointSize; k++)
                        columns[entry++] = point + k;
                    columns[entry++] = firstWeight + i;
                }
            }

            for (int i = 0; i < scene.Count; i++)
            {
                starts[row++] = entry;
                columns[entry++] = firstWeight + i;
            }

            starts[row] = entry;
        }

        // The last batch reaches back into the one before it, so that all have one size.
        private void ForEachBatch(Action<int> fill)
        {
            for (int start = 0; start < scene.Count; start += size)
                fill(Math.Min(start, scene.Count - size));
        }

        private void FillBlocks(int start)
        {
            for (int i = 0; i < size; i++)
            {
                scene.Read(start + i, numbers);
                for (int k = 0; k < Width; k++)
                    gathered[k][i] = numbers[k];
                for (int k = 0; k < FeatureSize; k++)
                    gathered[Width + k][i] = scene.Features[(FeatureSize * (start + i)) + k];
            }

            for (int k = 0; k < arrays.Length; k++)
                arrays[k].CopyFrom(gathered[k]);
            Var<double> output = errors.Run();
            for (int error = 0; error < FeatureSize; error++)
            {
                Gradients<double> gradients = errors.Tape.Backward(output, cotangents[error]);
                for (int k = 0; k < Width; k++)
                {
                    gradients[leaves[k]].CopyTo(gathered[k]);
                    double[] slopes = gathered[k];
                    for (int i = 0, place = (start * BlockSize) + (error * Width) + k; i < slopes.Length; i++, place += BlockSize)
                        values[place] = slopes[i];
                }
            }
        }

        private void FillBlocksOneByOne()
        {
            Recorded[] x = new Recorded[Width];
            for (int i = 0; i < scene.Count; i++)
            {
                scene.Read(i, numbers);
                single.Reset();
                for (int k = 0; k < Width; k++)
                    x[k] = new Recorded(single.Variable(numbers[k]));
                (Recorded first, Recorded second) = Errors<Recorded>(x, Recorded.Of(scene.Features[FeatureSize * i]),
                    Recorded.Of(scene.Features[(FeatureSize * i) + 1]), scene.IsTurned(i));
                single.Gradient(first.Number, values.AsSpan(BlockSize * i, Width));
                single.Gradient(second.Number, values.AsSpan((BlockSize * i) + Width, Width));
            }
        }

        private void FillWeights(int start)
        {
            weights.CopyFrom(scene.Weights.AsSpan(start, size));
            weightErrors.Backward()[weightLeaf].CopyTo(values.AsSpan((BlockSize * scene.Count) + start, size));
        }
    }
}
