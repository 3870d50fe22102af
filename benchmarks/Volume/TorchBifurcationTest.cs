using ConservativeAD.Studies.Volume;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace ConservativeAD.Benchmarks.Volume;

/// <summary>
/// The published procedure written with libtorch (Bertoin, Bolte, Gerchinovitz, Pauwels, NeurIPS 2021): on every mini-batch, forward and backward with relu'(0)
/// = 0 and again with relu'(0) = 1, and a comparison of the two gradients. clamp_min passes its cotangent on at equality, so it is the cheapest relu with slope
/// 1 at 0.
/// </summary>
internal sealed class TorchBifurcationTest(torch.Tensor images, torch.Tensor labels, int batch, int depth, RandomPerceptron<float> networks)
{
    /// <summary>Tests one network until both facts about it are known or the images end.</summary>
    public NetworkOutcome Test(ulong seed, int network)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int count = (int)labels.shape[0];
        networks.Draw(seed, network);
        torch.Tensor[] parameters =
            [.. networks.Parameters.Select(parameter => torch.tensor(parameter.Value.ToArray(), [.. parameter.Shape.ToArray().Select(extent => (long)extent)])
                .requires_grad_(true))];
        bool hit = false, firstLayerHit = false;
        for (int start = 0; start < count && !(hit && firstLayerHit); start += batch)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            int length = Math.Min(batch, count - start);
            torch.Tensor x = images.narrow(0, start, length), y = labels.narrow(0, start, length);
            IList<torch.Tensor> atZero = Gradients(parameters, x, y, false), atOne = Gradients(parameters, x, y, true);
            for (int p = 0; p < parameters.Length; p++)
            {
                if (torch.eq(atZero[p], atOne[p]).all().item<bool>())
                    continue;
                hit = true;
                firstLayerHit |= p == 0;
            }
        }

        return new NetworkOutcome(1, hit ? 1 : 0, firstLayerHit ? 1 : 0, 0, 0);
    }

    private IList<torch.Tensor> Gradients(torch.Tensor[] parameters, torch.Tensor x, torch.Tensor y, bool slopeOne)
    {
        for (int layer = 0; layer <= depth; layer++)
        {
            x = functional.linear(x, parameters[layer], parameters[depth + 1 + layer]);
            if (layer < depth)
                x = slopeOne ? x.clamp_min(0) : functional.relu(x);
        }

        return torch.autograd.grad([functional.cross_entropy(x, y)], parameters);
    }
}
