using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Conservative fields: what backpropagation computes, beside Clarke's set.</summary>
internal sealed class ConservativeFieldPage() : LecturePage("conservative-fields", "Conservative fields: backpropagation beside Clarke")
{
    public override string Statement =>
        "Backpropagation acts on programs, not on functions. What it returns, with any value at each kink, is an element of a conservative field of F: it is "
            + "the "
        + "gradient almost everywhere, and the chain rule along curves holds. At kinks it may be no Clarke subgradient, and which one it is depends on how F "
        + "is "
        + "written. Points that are critical for the field only are artificial; from almost every start stochastic subgradient methods never meet them.";

    public override string Formula => "relu(t) − relu(−t) = t: backpropagation at 0 gives 2s, s = relu'(0);   relu(relu(t)) − relu(t) = 0: s² − s.   No s is "
        + "right for both.";

    public override string Source => "J. Bolte and E. Pauwels, Math. Program. 2021 and NeurIPS 2020";

    public override void Run(PageWriter page)
    {
        Objective identity = Objective.OfScalars(x => Active.Relu(x[0]) - Active.Relu(-x[0])),
            zero = Objective.OfScalars(x => Active.Relu(Active.Relu(x[0])) - Active.Relu(x[0]));
        double[] values = [-1, 0, 0.25, 0.5, 1, 2];
        (double Identity, double Zero)[] returned = page.Program("Two programs at 0, for several values of relu'(0).", () =>
            values.Select(s => (identity.Gradient([0], Selections.PyTorch with { ReluAtZero = s }).Gradient[0],
                zero.Gradient([0], Selections.PyTorch with { ReluAtZero = s }).Gradient[0])).ToArray());
        for (int i = 0; i < values.Length; i++)
        {
            page.Equal($"relu(t) − relu(−t), s = {PageWriter.Text(values[i])}: 2s", returned[i].Identity, 2 * values[i], 0);
            page.Equal($"relu(relu(t)) − relu(t), s = {PageWriter.Text(values[i])}: s² − s", returned[i].Zero, (values[i] * values[i]) - values[i], 0);
        }

        (ClarkeElement ofIdentity, ClarkeElement ofZero, ArtificialCriticality artificial) = page.Program("Clarke's gradients do not depend on s.", () =>
            (Clarke.Gradient(identity, [0], page.Seed), Clarke.Gradient(zero, [0], page.Seed), ArtificialCriticality.Of(identity, [0])));
        page.Equal("Clarke gradient of the first", ofIdentity.Gradient[0], 1, 0);
        page.Equal("Clarke gradient of the second", ofZero.Gradient[0], 0, 0);
        page.Says("0 is an artificial critical point of the first", artificial.IsArtificial, true);
        (double stuck, int met) = page.Program("Descent that starts at 0 stays there; from drawn starts it never meets 0.", () =>
        {
            Objective bounded = Objective.OfScalars(x => Active.Relu(x[0]) - Active.Relu(-x[0]) + (0.1 * x[0] * x[0]));
            double stuck = Trajectory.Descend(bounded, [0], new ConstantStepSize(0.1), 100).Last[0];
            int met = 0;
            for (int i = 0; i < page.Pick(200, 30); i++)
            {
                Trajectory run = Trajectory.Descend(bounded, page.Point(i, 1, 1), new ConstantStepSize(0.1), 100);
                met += Enumerable.Range(0, run.Count).Count(k => run.Point(k)[0] == 0);
            }

            return (stuck, met);
        });
        page.Equal("where descent on t + 0.1t² ends, from 0 with s = 0", stuck, 0, 0);
        page.Equal("iterates equal to 0 from drawn starts", met, 0, 0);
        page.Assume("the Clarke gradient of the first is certified", ofIdentity.Certificate.IsCertified, ofIdentity.Certificate.ToString());
        page.Assume("the field of the first is conservative", Conservativity.Check(identity, Box.Cube(1)).IsConservative, Conservativity.Check(identity,
            Box.Cube(1)).ToString());
        page.Certify("the first", Tame.Certify(identity, [0]));
        page.Certify("the second", Tame.Certify(zero, [0]));
        double[] shown = [.. Enumerable.Range(-10, 31).Select(k => k / 10.0)];
        page.Draw(new Picture("slopes", "What backpropagation returns at 0, over relu'(0); dashed: the derivatives, 1 and 0. The curves meet theirs at ½, and "
            + "at 0 and 1.",
            "s = relu'(0)", "slope at 0")
        {
            Series =
            [
                Picture.Line("relu(t) − relu(−t)", 0, shown.Select(s => new Place(s, identity.Gradient([0],
                    Selections.PyTorch with { ReluAtZero = s }).Gradient[0]))),
                Picture.Line("relu(relu(t)) − relu(t)", 1, shown.Select(s => new Place(s, zero.Gradient([0],
                    Selections.PyTorch with { ReluAtZero = s }).Gradient[0]))),
                Picture.Line("the derivative of t", 0, [new Place(-1, 1), new Place(2, 1)], Stroke.Dashed),
                Picture.Line("the derivative of 0", 1, [new Place(-1, 0), new Place(2, 0)], Stroke.Dashed),
            ],
        });
    }
}
