using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Convex, Fréchet, limiting and Clarke subgradients, and what backpropagation returns.</summary>
internal sealed class SubdifferentialsPage() : LecturePage("subdifferentials", "The four subdifferentials, and a fifth")
{
    public override string Statement =>
        "At a kink there are several sets of gradients, each within the next: those of convex analysis, Fréchet's, the limiting ones, Clarke's. All agree "
        + "for convex functions and differ for −|x|. A local minimum has 0 in Fréchet's set; the converse is false. What backpropagation can return is one "
        + "more "
        + "set, which contains Clarke's and may be larger.";

    public override string Formula => "∂ᶜᵒⁿᵛᵉˣ ⊂ ∂ᶠ ⊂ ∂ˡⁱᵐ ⊂ ∂ᶜ = conv ∂ˡⁱᵐ ⊂ backpropagation;   −|x| at 0: ∅ ⊂ ∅ ⊂ {−1, 1} ⊂ [−1, 1]";

    public override string Source => "F. Clarke, Optimization and Nonsmooth Analysis, 1983; R. T. Rockafellar and R. Wets, Variational Analysis, 1998, "
        + "chapter 8; "
        + "J. Bolte and E. Pauwels, Math. Program. 2021";

    public override void Run(PageWriter page)
    {
        (string Name, Objective F, double[] At)[] programs = page.Program("Programs with exact answers at 0.", () => new (string, Objective, double[])[]
        {
            ("|x|", Objective.OfScalars(x => Active.Abs(x[0])), [0]),
            ("−|x|", Objective.OfScalars(x => -Active.Abs(x[0])), [0]),
            ("relu(x) − relu(−x)", Objective.OfScalars(x => Active.Relu(x[0]) - Active.Relu(-x[0])), [0]),
            ("|x₁| − |x₂|", Objective.OfScalars(x => Active.Abs(x[0]) - Active.Abs(x[1])), [0, 0]),
        });
        (ClarkeSubdifferential[] sets, BackpropagationSet[] returned) = page.Program("Each set answers whether it contains a vector.", () => (
            programs.Select(one => Clarke.Subdifferential(one.F, one.At)).ToArray(), programs.Select(one => BackpropagationSet.Of(one.F, one.At)).ToArray()));
        Ask("|x|", 0, "½", [0.5], true, true, true, true);
        Ask("−|x|", 1, "0", [0], false, false, true, true);
        Ask("−|x|", 1, "1", [1], false, true, true, true);
        Ask("relu(x) − relu(−x)", 2, "1", [1], true, true, true, true);
        Ask("relu(x) − relu(−x)", 2, "0", [0], false, false, false, true);
        Ask("relu(x) − relu(−x)", 2, "2", [2], false, false, false, true);
        Ask("|x₁| − |x₂|", 3, "(½, 1)", [0.5, 1], false, true, true, true);
        Ask("|x₁| − |x₂|", 3, "(½, ½)", [0.5, 0.5], false, false, true, true);
        page.Says("|x₁| − |x₂|: some Fréchet subgradient", sets[3].FrechetElement() is not null, false);
        page.Says("|x| is certified convex, so that convex analysis has Clarke's set", sets[0].ConvexContains([0.5]), true);
        page.Says("−|x|: ½ in the convex subdifferential", sets[1].ConvexContains([0.5]), false);
        page.Equal("distance of Clarke's set of relu(x) − relu(−x) from 0", sets[2].Distance.Upper, 1, 1e-12);
        page.Equal("distance of what backpropagation returns from 0: an artificial critical point", returned[2].Distance.Upper, 0, 1e-12);
        for (int i = 0; i < programs.Length; i++)
        {
            page.Assume($"Clarke's set of {programs[i].Name} is known whole", sets[i].KnowsWholeSet,
                $"{sets[i].Certificate}; {sets[i].Generators.Count} generators");
            page.Certify(programs[i].Name, Tame.Certify(programs[i].F, programs[i].At));
        }

        page.Draw(new Picture("sets", "At 0, from left to right: the sets of |x|, −|x| and relu(x) − relu(−x); grey: what backpropagation can return.", "",
            "slope")
        {
            Window = (-0.5, 11, -1.3, 2.3),
            Series =
            [
                Picture.Lines("Fréchet", 0, Bars(0, (x, v) => x.FrechetContains(v))),
                Picture.Lines("limiting", 1, Bars(1, (x, v) => x.LimitingContains(v)), Stroke.Dots),
                Picture.Lines("Clarke", 2, Bars(2, (x, v) => x.Contains(v))),
                Picture.Lines("backpropagation", -1, Enumerable.Range(0, 3).Select(i => Slopes(slope => returned[i].Contains([slope]), (4 * i) + 3)),
                    Stroke.Dots),
            ],
        });

        IEnumerable<IEnumerable<Place>> Bars(int column, Func<ClarkeSubdifferential, double[], bool?> contains) =>
            Enumerable.Range(0, 3).Select(i => Slopes(slope => contains(sets[i], [slope]), (4 * i) + column));

        void Ask(string name, int index, string text, double[] vector, bool frechet, bool limiting, bool clarke, bool returnedToo)
        {
            page.Says($"{name}: {text} is a Fréchet subgradient", sets[index].FrechetContains(vector), frechet);
            page.Says($"{name}: {text} is a limiting subgradient", sets[index].LimitingContains(vector), limiting);
            page.Says($"{name}: {text} is in Clarke's set", sets[index].Contains(vector), clarke);
            page.Says($"{name}: backpropagation can return {text}", returned[index].Contains(vector), returnedToo);
        }
    }

    private static IEnumerable<Place> Slopes(Func<double, bool?> contains, double column) =>
        Enumerable.Range(-12, 35).Select(k => k / 10.0).Where(slope => contains(slope) == true).Select(slope => new Place(column, slope));
}
