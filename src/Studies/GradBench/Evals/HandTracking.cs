using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>
/// Hand tracking: how far points are from a hand whose bones are posed by 26 numbers, and the Jacobian by them. In the complicated form each point also moves
/// on its triangle of the hand's surface, by two numbers of its own.
/// </summary>
internal static class HandTracking
{
    private const int FirstFinger = 6;

    public static Module Module { get; } = new Module<Input>("ht", [SmallHand(false), SmallHand(true)],
        ("objective", (input, device) =>
        {
            Hand hand = Hand.Of(input);
            Surface surface = new(hand, device);
            return Computation.Of(surface.Errors, surface);
        }
    ),
        ("jacobian", (input, device) =>
        {
            Hand hand = Hand.Of(input);
            Surface surface = new(hand, device);
            return Computation.Of(surface.Jacobian, jacobian => Rows.Of(jacobian, 3 * hand.PointCount), surface);
        }
    ));

    // A hand of one chain of bones with a few vertices, each held by some of them.
    private static Input SmallHand(bool isComplicated)
    {
        const int Bones = 22, Vertices = 6, Points = 4;
        double[][] identity = [[1, 0, 0, 0.2], [0, 1, 0, -0.1], [0, 0, 1, 0.1], [0, 0, 0, 1]];
        Model model = new([.. Enumerable.Range(0, Bones).Select(bone => $"bone{bone}")], [.. Enumerable.Range(-1, Bones)],
            [.. Enumerable.Repeat(identity, Bones)], [.. Enumerable.Repeat(identity, Bones)],
            [.. Sample.Matrix(Vertices, 3, -1, 1).Select(position => (double[])[.. position, 1])], Sample.Matrix(Vertices, Bones, 0, 0.1),
            [[0, 1, 2], [1, 2, 3], [3, 4, 5], [5, 0, 2]], isComplicated);
        return new Input(Sample.Numbers(26, 0.1, 0.9), new Data(model, [3, 1, 0, 2], Sample.Matrix(Points, 3, -1, 1, 4)),
            JsonSerializer.SerializeToElement(isComplicated ? Sample.Matrix(Points, 2, 0, 0.5) : []));
    }

    /// <summary>The input.</summary>
    /// <param name="Theta">The pose: a turn, a place, then four angles for each finger.</param>
    /// <param name="Data">The hand and the points.</param>
    /// <param name="Us">Two numbers for each point, in rows or not; empty in the simple form.</param>
    internal sealed record Input(double[] Theta, Data Data, JsonElement Us);

    /// <summary>The hand and the points.</summary>
    /// <param name="Model">The hand.</param>
    /// <param name="Correspondences">For each point a vertex, or in the complicated form a triangle.</param>
    /// <param name="Points">The points.</param>
    internal sealed record Data(Model Model, int[] Correspondences, double[][] Points);

    /// <summary>The hand.</summary>
    /// <param name="BoneNames">Names of bones.</param>
    /// <param name="Parents">For each bone the one it hangs on, which comes before it; −1 for none.</param>
    /// <param name="BaseRelatives">Transforms from a bone to its parent.</param>
    /// <param name="InverseBaseAbsolutes">Transforms to a bone at rest.</param>
    /// <param name="BasePositions">Vertices at rest, in four coordinates.</param>
    /// <param name="Weights">How far each vertex follows each bone.</param>
    /// <param name="Triangles">The surface.</param>
    /// <param name="IsMirrored">Whether the hand is the other one.</param>
    internal sealed record Model(string[] BoneNames, int[] Parents, double[][][] BaseRelatives, double[][][] InverseBaseAbsolutes, double[][] BasePositions,
        double[][] Weights, int[][] Triangles, bool IsMirrored);

    // The checked input, in flat arrays; coordinates and weights with the vertices in the last axis.
    private sealed record Hand(double[] Theta, int[] Parents, double[][] Relatives, double[][] Inverses, double[] Coordinates, double[] Weights,
        bool IsMirrored, int[][] Corners, double[] Points, double[] Places)
    {
        public int BoneCount => Parents.Length;

        public int VertexCount => Coordinates.Length / 4;

        public int PointCount => Points.Length / 3;

        // Whether points move on triangles.
        public bool IsComplicated => Places.Length > 0;

        public static Hand Of(Input input)
        {
            Model model = input.Data.Model;
            int bones = model.BoneNames.Length, vertices = model.BasePositions.Length, points = input.Data.Correspondences.Length, angles = input.Theta.Length;
            Rows.NeedAtLeast(bones, 1, "the number of bones");
            Rows.NeedAtLeast(vertices, 1, "the number of vertices");
            Rows.NeedAtLeast(points, 1, "the number of points");
            Rows.NeedLength(model.Parents, bones, "parents");
            Rows.NeedLength(model.BaseRelatives, bones, "base_relatives");
            Rows.NeedLength(model.InverseBaseAbsolutes, bones, "inverse_base_absolutes");
            Rows.NeedLength(input.Theta, FirstFinger + (4 * Pose.Fingers), "theta");
            Rows.NeedAtLeast(bones, Pose.FewestBones, "the number of bones");
            for (int bone = 0; bone < bones; bone++)
            {
                if (model.Parents[bone] < -1 || model.Parents[bone] >= bone)
                    throw new InvalidDataException($"The parent of bone {bone} is {model.Parents[bone]}; it must come before the bone, or be -1.");
            }

            double[] places = Flat(input.Us);
            if (places.Length > 0)
                Rows.NeedLength(places, 2 * points, "us");
            int[] triangles = Rows.Flat(model.Triangles, model.Triangles.Length, 3, "triangles");
            int known = places.Length > 0 ? model.Triangles.Length : vertices;
            if (Array.Exists(input.Data.Correspondences, place => place < 0 || place >= known))
                throw new InvalidDataException($"'correspondences' name something else than one of {known} {(places.Length > 0 ? "triangles" : "vertices")}.");
            if (Array.Exists(triangles, vertex => vertex < 0 || vertex >= vertices))
                throw new InvalidDataException($"'triangles' name something else than one of {vertices} vertices.");
            int[][] corners = places.Length > 0
                ? [.. Enumerable.Range(0, 3).Select(corner => Array.ConvertAll(input.Data.Correspondences, triangle => triangles[(3 * triangle) + corner]))]
                : [input.Data.Correspondences];
            return new Hand(input.Theta, model.Parents,
                [.. model.BaseRelatives.Select(matrix => Rows.Flat(matrix, 4, 4, "base_relatives"))],
                [.. model.InverseBaseAbsolutes.Select(matrix => Rows.Flat(matrix, 4, 4, "inverse_base_absolutes"))],
                Rows.Transposed(Rows.Flat(model.BasePositions, vertices, 4, "base_positions"), vertices),
                Rows.Transposed(Rows.Flat(model.Weights, vertices, bones, "weights"), vertices), model.IsMirrored, corners,
                Rows.Flat(input.Data.Points, points, 3, "points"), places);
        }

        // The suite's description has a list of numbers; its eval sends a list of pairs.
        private static double[] Flat(JsonElement numbers)
        {
            if (numbers.ValueKind != JsonValueKind.Array)
                throw new InvalidDataException("'us' is no list.");
            List<double> flat = [];
            foreach (JsonElement one in numbers.EnumerateArray())
            {
                if (one.ValueKind == JsonValueKind.Array)
                    flat.AddRange(one.EnumerateArray().Select(Number));
                else
                    flat.Add(Number(one));
            }

            return [.. flat];
        }

        private static double Number(JsonElement one) =>
            one.ValueKind == JsonValueKind.Number ? one.GetDouble() : throw new InvalidDataException("'us' has something else than numbers.");
    }

    // From the pose to the bones' transforms: a small program on single numbers.
    private static class Pose
    {
        public const int Fingers = 5;
        public const int FewestBones = 21;

        private const double SmallestTurn = 1e-4;

        // For each bone a matrix of three rows and four columns, from rest to the posed hand; then the place.
        public static Active[] Transforms(Hand hand, ReadOnlySpan<Active> theta)
        {
            Active[][] angles = [.. Enumerable.Range(0, hand.BoneCount).Select(_ => new Active[3])];
            for (int finger = 0, next = FirstFinger; finger < Fingers; finger++)
            {
                int bone = 2 + (4 * finger);
                angles[bone][0] = theta[next++];
                angles[bone][1] = theta[next++];
                angles[bone + 1][0] = theta[next++];
                angles[bone + 2][0] = theta[next++];
            }

            Active[] turn = Turn(theta[..3]);
            if (hand.IsMirrored)
            {
                for (int row = 0; row < 3; row++)
                    turn[row * 3] = -turn[row * 3];
            }

            Active[][] absolutes = new Active[hand.BoneCount][];
            List<Active> transforms = [];
            for (int bone = 0; bone < absolutes.Length; bone++)
            {
                Active[] relative = Product(Constant(hand.Relatives[bone]), Bent(angles[bone]), 4, 4);
                absolutes[bone] = hand.Parents[bone] < 0 ? relative : Product(absolutes[hand.Parents[bone]], relative, 4, 4);
                Active[] transform = Product(absolutes[bone], Constant(hand.Inverses[bone]), 4, 4);
                transforms.AddRange(Product(turn, transform[..12], 3, 4));
            }

            transforms.AddRange(theta[3..6]);
            return [.. transforms];
        }

        // A turn about an axis by its length.
        private static Active[] Turn(ReadOnlySpan<Active> axis)
        {
            Active square = (axis[0] * axis[0]) + (axis[1] * axis[1]) + (axis[2] * axis[2]);
            if (Math.Sqrt(square.Value) < SmallestTurn)
                return [1, 0, 0, 0, 1, 0, 0, 0, 1];
            Active length = Active.Sqrt(square), x = axis[0] / length, y = axis[1] / length, z = axis[2] / length;
            Active s = Active.Sin(length), c = Active.Cos(length), rest = 1 - c;
            return
            [
                (x * x) + ((1 - (x * x)) * c), (x * y * rest) - (z * s), (x * z * rest) + (y * s),
                (x * y * rest) + (z * s), (y * y) + ((1 - (y * y)) * c), (y * z * rest) - (x * s),
                (x * z * rest) - (y * s), (z * y * rest) + (x * s), (z * z) + ((1 - (z * z)) * c),
            ];
        }

        // A joint bent by angles about x, z and y; in four coordinates.
        private static Active[] Bent(Active[] angles)
        {
            (Active sx, Active cx) = (Active.Sin(angles[0]), Active.Cos(angles[0]));
            (Active sz, Active cz) = (Active.Sin(angles[1]), Active.Cos(angles[1]));
            (Active sy, Active cy) = (Active.Sin(angles[2]), Active.Cos(angles[2]));
            return
            [
                cz * cy, (cz * sy * sx) - (sz * cx), (cz * sy * cx) + (sz * sx), 0,
                sz * cy, (sz * sy * sx) + (cz * cx), (sz * sy * cx) - (cz * sx), 0,
                -sy, cy * sx, cy * cx, 0,
                0, 0, 0, 1,
            ];
        }

        private static Active[] Constant(double[] matrix) => Array.ConvertAll(matrix, number => (Active)number);

        // The product of a square matrix with one of as many rows.
        private static Active[] Product(Active[] left, Active[] right, int rows, int columns)
        {
            Active[] product = new Active[rows * columns];
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    Active sum = left[row * rows] * right[column];
                    for (int k = 1; k < rows; k++)
                        sum += left[(row * rows) + k] * right[(k * columns) + column];
                    product[(row * columns) + column] = sum;
                }
            }

            return product;
        }
    }

    // From the bones' transforms to the errors: a program on arrays. Directions of the pose go side by side through one forward pass; they are columns.
    private sealed class Surface(Hand hand, Device device) : IDisposable
    {
        private readonly ScalarTape poses = new();
        private readonly Tape<double> tape = new(device);

        public double[] Errors()
        {
            Active[] transforms = Pose.Transforms(hand, Array.ConvertAll(hand.Theta, angle => (Active)angle));
            tape.Reset();
            Var<double>[] places = Places();
            return Errors(Vertices(transforms, null), places, 1).ToArray();
        }

        public double[] Jacobian()
        {
            int directions = hand.Theta.Length, own = hand.IsComplicated ? 2 : 0, width = own + directions;
            double[] jacobian = new double[3 * hand.PointCount * width];
            poses.Reset();
            Active[] theta = Array.ConvertAll(hand.Theta, angle => poses.Variable(angle)), transforms = Pose.Transforms(hand, theta);

            tape.Reset();
            double[][] slopes = [.. Enumerable.Range(0, directions).Select(direction => poses.Push(Unit(direction, directions), transforms))];
            double[] moved = tape.TangentOf(Errors(Vertices(transforms, slopes), Places(), directions)).ToArray();
            for (int i = 0; i < moved.Length; i++)
            {
                // [point, direction, coordinate] to rows of points and coordinates.
                int coordinate = i % 3, direction = i / 3 % directions, point = i / 3 / directions;
                jacobian[(((3 * point) + coordinate) * width) + own + direction] = moved[i];
            }

            if (own == 0)
                return jacobian;
            tape.Reset();
            Var<double>[] places = Places();
            Var<double> vertices = Vertices(transforms, null);
            for (int direction = 0; direction < own; direction++)
            {
                for (int place = 0; place < own; place++)
                    tape.SetTangent(places[place], [.. Enumerable.Repeat(place == direction ? 1.0 : 0, hand.PointCount)]);
                moved = tape.TangentOf(Errors(vertices, places, 1)).ToArray();
                for (int i = 0; i < moved.Length; i++)
                    jacobian[(i * width) + direction] = moved[i];
            }

            return jacobian;
        }

        public void Dispose()
        {
            poses.Dispose();
            tape.Dispose();
        }

        private static double[] Unit(int place, int length)
        {
            double[] unit = new double[length];
            unit[place] = 1;
            return unit;
        }

        // The points' own numbers; they are variables.
        private Var<double>[] Places() =>
            [.. Enumerable.Range(0, hand.IsComplicated ? 2 : 0).Select(place =>
                tape.Variable([hand.PointCount, 1], [.. Enumerable.Range(0, hand.PointCount).Select(point => hand.Places[(2 * point) + place])]))];

        // The vertices of the posed hand, once for each direction, with their movement along it; once and at rest where there are no directions.
        private Var<double> Vertices(Active[] transforms, double[][]? directions)
        {
            int copies = directions?.Length ?? 1, rows = 4 * hand.BoneCount;
            double[] matrix = new double[rows * 3 * copies], tangent = new double[matrix.Length];
            double[] place = new double[3 * copies], drift = new double[place.Length];
            for (int copy = 0; copy < copies; copy++)
            {
                for (int row = 0; row < rows; row++)
                {
                    for (int coordinate = 0; coordinate < 3; coordinate++)
                    {
                        int from = (row / 4 * 12) + (coordinate * 4) + (row % 4), to = (row * 3 * copies) + (3 * copy) + coordinate;
                        matrix[to] = transforms[from].Value;
                        tangent[to] = directions?[copy][from] ?? 0;
                    }
                }

                for (int coordinate = 0; coordinate < 3; coordinate++)
                {
                    place[(3 * copy) + coordinate] = transforms[(12 * hand.BoneCount) + coordinate].Value;
                    drift[(3 * copy) + coordinate] = directions?[copy][(12 * hand.BoneCount) + coordinate] ?? 0;
                }
            }

            Var<double> bones = tape.Variable([rows, 3 * copies], matrix), centre = tape.Variable([3 * copies], place);
            if (directions is not null)
            {
                tape.SetTangent(bones, tangent);
                tape.SetTangent(centre, drift);
            }

            // Vertices stand in the last axis of products of weights and coordinates, as long axes are fast there.
            Var<double> rest = tape.Constant([1, 4, hand.VertexCount], hand.Coordinates);
            Var<double> held = tape.Constant([hand.BoneCount, 1, hand.VertexCount], hand.Weights);
            return (held * rest).Reshape(rows, hand.VertexCount).Transpose().MatMul(bones) + centre;
        }

        // [point, direction, coordinate].
        private Var<double> Errors(Var<double> vertices, Var<double>[] places, int copies)
        {
            Var<double>[] corners = [.. hand.Corners.Select(corner => vertices.GatherRows(tape.Indices([hand.PointCount], corner)))];
            Var<double> surface = corners.Length == 1
                ? corners[0]
                : (places[0] * corners[0]) + (places[1] * corners[1]) + ((1 - places[0] - places[1]) * corners[2]);
            return tape.Constant([hand.PointCount, 1, 3], hand.Points) - surface.Reshape(hand.PointCount, copies, 3);
        }
    }
}
