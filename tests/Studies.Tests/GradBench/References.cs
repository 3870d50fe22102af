using System.Text.Json.Nodes;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>
/// What each function of each module must answer, computed without the engine: values by programs that are written down from the definitions
/// (<see cref="ReferencePrograms"/>), derivatives by their differences or in closed form.
/// </summary>
internal static class References
{
    /// <summary>The expected output, by module and function.</summary>
    public static IReadOnlyDictionary<(string Module, string Function), Func<JsonNode, JsonNode>> All { get; } =
        new Dictionary<(string, string), Func<JsonNode, JsonNode>>
        {
            [("hello", "square")] = input => Number(input) * Number(input),
            [("hello", "double")] = input => 2 * Number(input),
            [("det", "primal")] = input => ReferencePrograms.Determinant(Numbers(input["A"])),
            [("det", "gradient")] = input => List(Difference.Gradient(ReferencePrograms.Determinant, Numbers(input["A"]))),
            [("lse", "primal")] = input => ReferencePrograms.LogSumExp(Numbers(input["x"])),
            [("lse", "gradient")] = input => LogSumExpGradient(Numbers(input["x"])),
            [("llsq", "primal")] = input => ReferencePrograms.LeastSquares(Numbers(input["x"]), (int)input["n"]!),
            [("llsq", "gradient")] = input =>
                List(Difference.Gradient(x => ReferencePrograms.LeastSquares(x, (int)input["n"]!), Numbers(input["x"]))),
            [("ode", "primal")] = input => List(ReferencePrograms.RungeKutta(Numbers(input["x"]), (int)input["s"]!)),
            [("ode", "gradient")] = input =>
                List(Difference.Gradient(x => ReferencePrograms.RungeKutta(x, (int)input["s"]!)[^1], Numbers(input["x"]))),
            [("gmm", "objective")] = input => ReferencePrograms.Mixture(input),
            [("gmm", "jacobian")] = input => new JsonObject
            {
                ["alpha"] = GradientBy(input, "alpha"),
                ["mu"] = GradientBy(input, "mu"),
                ["q"] = GradientBy(input, "q"),
                ["l"] = GradientBy(input, "l"),
            },
            [("kmeans", "cost")] = input => ReferencePrograms.Clusters(Matrix(input["points"]), Matrix(input["centroids"])).Cost,
            [("kmeans", "dir")] = input => ToNode(ReferencePrograms.Clusters(Matrix(input["points"]), Matrix(input["centroids"])).FromMeans),
            [("ba", "objective")] = BundleErrors,
            [("ba", "jacobian")] = BundleJacobian,
            [("ht", "objective")] = input => List(ReferencePrograms.Hand(input, Numbers(input["theta"]), Matrix(input["us"]))),
            [("ht", "jacobian")] = HandJacobian,
            [("lstm", "objective")] = input => ReferencePrograms.Recurrent(input, Flat(input["main_params"]), Flat(input["extra_params"])),
            [("lstm", "jacobian")] = input => List(
                [.. Difference.Gradient(main => ReferencePrograms.Recurrent(input, main, Flat(input["extra_params"])), Flat(input["main_params"])),
                .. Difference.Gradient(extra => ReferencePrograms.Recurrent(input, Flat(input["main_params"]), extra), Flat(input["extra_params"]))]),
            [("particle", "rr")] = _ => ReferencePrograms.ControlThroughOrigin(),
            [("particle", "ff")] = _ => ReferencePrograms.ControlThroughOrigin(),
            [("particle", "fr")] = _ => ReferencePrograms.ControlThroughOrigin(),
            [("particle", "rf")] = _ => ReferencePrograms.ControlThroughOrigin(),
            [("saddle", "rr")] = _ => List([0, 0, 0, 0]),
            [("saddle", "ff")] = _ => List([0, 0, 0, 0]),
            [("saddle", "fr")] = _ => List([0, 0, 0, 0]),
            [("saddle", "rf")] = _ => List([0, 0, 0, 0]),
        };

    /// <summary>A list of numbers in a message.</summary>
    public static double[] Numbers(JsonNode? list) => [.. list!.AsArray().Select(number => (double)number!)];

    /// <summary>A list of rows in a message.</summary>
    public static double[][] Matrix(JsonNode? rows) => [.. rows!.AsArray().Select(Numbers)];

    private static double Number(JsonNode node) => (double)node;

    private static double[] Flat(JsonNode? rows) => [.. Matrix(rows).SelectMany(row => row)];

    private static JsonArray List(IEnumerable<double> numbers) => [.. numbers.Select(number => JsonValue.Create(number))];

    private static JsonArray ToNode(double[][] rows) => [.. rows.Select(List)];

    private static JsonArray LogSumExpGradient(double[] x)
    {
        double sum = x.Sum(Math.Exp);
        return List(x.Select(number => Math.Exp(number) / sum));
    }

    // The gradient by one field of the input, in the field's form.
    private static JsonArray GradientBy(JsonNode input, string field)
    {
        bool isMatrix = input[field]!.AsArray()[0] is JsonArray;
        double[] at = isMatrix ? Flat(input[field]) : Numbers(input[field]);
        int rows = input[field]!.AsArray().Count;
        JsonNode changed = input.DeepClone();
        double[] gradient = Difference.Gradient(x =>
        {
            changed[field] = isMatrix ? ToNode([.. x.Chunk(x.Length / rows)]) : List(x);
            return ReferencePrograms.Mixture(changed);
        }, at);
        return isMatrix ? ToNode([.. gradient.Chunk(gradient.Length / rows)]) : List(gradient);
    }

    private static JsonObject BundleErrors(JsonNode input)
    {
        double[] errors = Observed(input)(Observation(input));
        return new JsonObject
        {
            ["reproj_error"] = new JsonObject { ["elements"] = List(errors[..2]), ["repeated"] = (int)input["p"]! },
            ["w_err"] = new JsonObject { ["element"] = errors[2], ["repeated"] = (int)input["p"]! },
        };
    }

    // Every observation is the same but for where its numbers stand.
    private static JsonObject BundleJacobian(JsonNode input)
    {
        (int n, int m, int p) = ((int)input["n"]!, (int)input["m"]!, (int)input["p"]!);
        double[][] slopes = Difference.Jacobian(Observed(input), Observation(input));
        List<int> rows = [0], columns = [];
        List<double> values = [];
        for (int i = 0; i < p; i++)
        {
            int[] places = [.. Enumerable.Range(11 * (i % n), 11), .. Enumerable.Range((11 * n) + (3 * (i % m)), 3), (11 * n) + (3 * m) + i];
            for (int error = 0; error < 2; error++)
            {
                columns.AddRange(places);
                values.AddRange(slopes.Select(column => column[error]));
                rows.Add(columns.Count);
            }
        }

        for (int i = 0; i < p; i++)
        {
            columns.Add((11 * n) + (3 * m) + i);
            values.Add(slopes[^1][2]);
            rows.Add(columns.Count);
        }

        return new JsonObject
        {
            ["rows"] = new JsonArray([.. rows.Take(30).Append(rows[^1]).Select(one => JsonValue.Create(one))]),
            ["cols"] = new JsonArray([.. columns.Take(30).Append(columns[^1]).Select(one => JsonValue.Create(one))]),
            ["vals"] = List(values.Take(30).Append(values[^1])),
        };
    }

    private static double[] Observation(JsonNode input) => [.. Numbers(input["cam"]), .. Numbers(input["x"]), (double)input["w"]!];

    private static Func<double[], double[]> Observed(JsonNode input) => x => ReferencePrograms.Observation(x, Numbers(input["feat"]));

    private static JsonArray HandJacobian(JsonNode input)
    {
        double[] theta = Numbers(input["theta"]);
        double[][] places = Matrix(input["us"]);
        List<double[]> columns = [];
        for (int own = 0; own < 2 && places.Length > 0; own++)
        {
            columns.Add(Difference.At0(step => ReferencePrograms.Hand(input, theta,
                [.. places.Select(place => (double[])[place[0] + (own == 0 ? step : 0), place[1] + (own == 1 ? step : 0)])])));
        }

        columns.AddRange(Difference.Jacobian(angles => ReferencePrograms.Hand(input, angles, places), theta));
        return ToNode([.. Enumerable.Range(0, columns[0].Length).Select(row => (double[])[.. columns.Select(column => column[row])])]);
    }
}
