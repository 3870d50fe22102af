#:sdk Microsoft.NET.Sdk.Web
#:project ../src/AutoDiff
using ConservativeAD;

// A service that answers with gradients. A tape belongs to its request, so requests run side by side.
WebApplicationBuilder builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
WebApplication service = builder.Build();
service.Urls.Add("http://127.0.0.1:0");
service.MapGet("/gradient", (double x, double y) =>
{
    using Tape<double> tape = new();
    Var<double> point = tape.Variable([2], [x, y]);
    Var<double> value = point.Norm2() + point.Abs().Sum();
    double[] gradient = tape.Backward(value)[point].ToArray();
    return $"value {value.Value.GetScalar():f3}, gradient ({gradient[0]:f3}, {gradient[1]:f3}); {tape.Census()}";
});
await service.StartAsync();

using HttpClient client = new() { BaseAddress = new Uri(service.Urls.First()) };
string[] paths = ["/gradient?x=3&y=4", "/gradient?x=-3&y=4", "/gradient?x=0&y=2"];
foreach (string answer in await Task.WhenAll(paths.Select(path => client.GetStringAsync(path))))
    Console.WriteLine(answer);
await service.StopAsync();

// prints:
// value 12.000, gradient (1.600, 1.800); no kinks
// value 12.000, gradient (-1.600, 1.800); no kinks
// value 4.000, gradient (0.000, 2.000); abs (node 2): 1 of 2
