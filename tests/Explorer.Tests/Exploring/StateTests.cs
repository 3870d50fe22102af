using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Explorer.Formulas;
using CsCheck;

namespace ConservativeAD.Explorer.Tests.Exploring;

public class StateTests
{
    [Fact]
    public void ALinkBringsTheWholeStateBack()
    {
        Gen<ExplorerState> states =
            from text in Gen.String[0, 40]
            from numbers in Gen.Double[-1e6, 1e6].Array[5]
            from preset in Gen.Int[0, Presets.All.Count - 1]
            from knobs in Gen.Select(Gen.Int[0, Knob.All.Count - 1], Gen.Double[-5, 5]).Array[0, 4]
            from swept in Gen.Int[-1, Knob.All.Count - 1]
            from radius in Gen.Double[0.01, 100]
            select knobs.Aggregate(
                new ExplorerState
                {
                    Text = text,
                    Preset = Presets.All[preset].Id,
                    Swept = swept < 0 ? null : Knob.All[swept].Id,
                    Centre = (numbers[0], numbers[1]),
                    Radius = radius,
                }.MovedTo(numbers[2], numbers[3]),
                (state, knob) => state.Choosing(Knob.All[knob.Item1], knob.Item2));
        states.Sample(state =>
        {
            ExplorerState back = StateLink.Read("#" + StateLink.Write(state));
            Assert.Equal(state.Text, back.Text);
            Assert.Equal(state with { Chosen = back.Chosen }, back);
            Assert.Equal(state.Chosen, back.Chosen);
        });
    }

    [Fact]
    public void ALinkIsReadable() =>
        Assert.Equal(
            "f=max(x,y)+relu(x)/2&p=0&relu=0.5",
            StateLink.Write(new ExplorerState { Text = "max(x,y)+relu(x)/2" }.Choosing(Knob.Named("relu")!, 0.5)));

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("&&&=&=1&x")]
    [InlineData("p=NaN,1&view=0,0,0&preset=nobody&sweep=nothing&relu=x&relu=1e999&p=1,2,3")]
    [InlineData("view=0,0,-1&view=1,2&p=∞")]
    public void DamagedLinksOpenAtTheDefaults(string link)
    {
        ExplorerState state = StateLink.Read(link);
        Assert.Equal(new ExplorerState() with { Chosen = state.Chosen }, state);
        Assert.Empty(state.Chosen);
    }

    [Fact]
    public void AHugeLinkIsNotRead() => Assert.Equal(new ExplorerState().Text, StateLink.Read("f=" + new string('x', 100_000)).Text);

    [Theory]
    [InlineData(2, 0.1)]
    [InlineData(1, 0.05)]
    [InlineData(5, 0.2)]
    [InlineData(0.1, 0.005)]
    [InlineData(1e4, 500)]
    public void StepsAreRound(double radius, double step) => Assert.Equal(step, new ExplorerState { Radius = radius }.Step);

    [Fact]
    public void DragsLandOnTheGridExactly()
    {
        ExplorerState state = new ExplorerState().MovedToGrid(0.3001, -0.0499);
        Assert.Equal((0.3, 0), state.Point);
        for (int i = 0; i < 3; i++)
            state = state.MovedToGrid(state.Point.First - 0.1, 0);
        Assert.Equal(0, state.Point.First);
    }

    [Fact]
    public void TheDrawingFollowsAPointThatLeavesIt()
    {
        ExplorerState state = new ExplorerState().MovedTo(10, 0);
        Assert.Equal((10, 0), state.Centre);
        Assert.Equal((10, 0), state.MovedTo(11, 1).Centre);
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(double.PositiveInfinity, 1e6)]
    [InlineData(-1e300, -1e6)]
    public void CoordinatesAreLimited(double given, double kept) => Assert.Equal(kept, new ExplorerState().MovedTo(given, 0).Point.First);

    [Fact]
    public void ZoomIsLimited()
    {
        ExplorerState state = new();
        for (int i = 0; i < 100; i++)
            state = state.Zoomed(2);
        Assert.Equal(ExplorerState.LargestRadius, state.Radius);
        for (int i = 0; i < 100; i++)
            state = state.Zoomed(0.5);
        Assert.Equal(ExplorerState.SmallestRadius, state.Radius);
    }

    [Fact]
    public void APresetReplacesAllChoices()
    {
        ExplorerState state = new ExplorerState().Choosing(Knob.Named("relu")!, 0.7);
        Assert.Equal(0.7, state.Selections.ReluAtZero);
        Assert.Equal(0, state.ChoosingPreset("jax").Selections.ReluAtZero);
        Assert.Equal("Jax", state.ChoosingPreset("jax").Selections.Name);
    }
}
