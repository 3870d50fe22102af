using TorchSharp;
using static TorchSharp.torch.nn;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>
/// The transformer block as libtorch's users write it for speed: one linear layer for queries, keys and values, its fused scaled dot-product attention, gelu, normalisation first. Parameters are registered in
/// the order of this library's block.
/// </summary>
internal sealed class PeerTransformerBlock : Module<torch.Tensor, torch.Tensor>
{
    private readonly int heads;
    private readonly TorchSharp.Modules.Linear queriesKeysValues;
    private readonly TorchSharp.Modules.Linear mix;
    private readonly TorchSharp.Modules.Linear expand;
    private readonly TorchSharp.Modules.Linear contract;
    private readonly TorchSharp.Modules.LayerNorm attentionNorm;
    private readonly TorchSharp.Modules.LayerNorm feedForwardNorm;

    public PeerTransformerBlock(int width, int heads, int feedForward)
        : base("block")
    {
        this.heads = heads;
        queriesKeysValues = Linear(width, 3 * width);
        mix = Linear(width, width);
        expand = Linear(width, feedForward);
        contract = Linear(feedForward, width);
        attentionNorm = LayerNorm(width);
        feedForwardNorm = LayerNorm(width);
        RegisterComponents();
    }

    public IReadOnlyList<TorchSharp.Modules.Parameter> Ordered =>
    [
        queriesKeysValues.weight!, queriesKeysValues.bias!, mix.weight!, mix.bias!, expand.weight!, expand.bias!, contract.weight!, contract.bias!,
        attentionNorm.weight!, attentionNorm.bias!, feedForwardNorm.weight!, feedForwardNorm.bias!,
    ];

    public override torch.Tensor forward(torch.Tensor x)
    {
        long batch = x.shape[0], tokens = x.shape[1], width = x.shape[2];
        torch.Tensor packed = queriesKeysValues.forward(attentionNorm.forward(x)).view(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        torch.Tensor mixed = functional.scaled_dot_product_attention(packed[0], packed[1], packed[2]);
        x = x + mix.forward(mixed.transpose(1, 2).reshape(batch, tokens, width));
        return x + contract.forward(functional.gelu(expand.forward(feedForwardNorm.forward(x))));
    }
}
