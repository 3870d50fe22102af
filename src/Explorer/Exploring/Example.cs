namespace ConservativeAD.Explorer.Exploring;

/// <summary>A formula worth a look, with its point.</summary>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Link">Its state, as in a link.</param>
public sealed record Example(string Title, string Link)
{
    /// <summary>The examples that the page offers.</summary>
    public static IReadOnlyList<Example> All { get; } =
    [
        new("The identity, and backpropagation says 0", "f=relu(x) - relu(-x)&p=0"),
        new("The zero function, which needs s = 0 or 1", "f=relu(relu(x)) - relu(x)&p=0&relu=0.5"),
        new("|x| written with relus", "f=relu(x) + relu(-x)&p=0"),
        new("An artificial critical point: x + |y|", "f=relu(x) - relu(-x) + abs(y)&p=0,0"),
        new("A saddle of kinks: |x| − |y|", "f=abs(x) - abs(y)&p=0,0"),
        new("A nonsmooth valley", "f=abs(x - 1)/4 + abs(y - 2x^2 + 1)&p=0.5,-0.5"),
        new("A crescent: the larger of two parabolas", "f=max(x^2 + (y - 1)^2 + y - 1, -x^2 - (y - 1)^2 + y + 1)&p=0,0"),
        new("A roof with its minimum on a kink", "f=max(abs(x), abs(y)) + x/2&p=0,0"),
        new("The tip of a cone, where the set is sampled", "f=norm(x, y)&p=0,0"),
        new("A branch that is the identity", "f=if(x == 0, 0, x)&p=0"),
        new("A branch that jumps", "f=if(x < 0, 0, x + 1)&p=0"),
        new("A hidden piece", "f=max(0, min(y, x^2 - y))&p=0,0"),
        new("A small network", "f=relu(tanh(2x) - y) - 0.5relu(x + y) + 0.3relu(-x)&p=0,0"),
    ];
}
