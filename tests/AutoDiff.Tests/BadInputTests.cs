using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Wrong use is rejected with a message that names the cause and the remedy.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Fact]
    public void ShapesThatDoNotBroadcastAreNamed() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3) + Ones(4), "add", "[2, 3]", "[4]", "equal or 1");

    [Fact]
    public void MatricesThatDoNotFitAreNamed() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).MatMul(Ones(2, 3)), "matrix product", "[2, 3]", "as long as");

    [Fact]
    public void AMatrixProductOfScalarsIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones().MatMul(Ones(2, 2)), "matrix product");

    [Fact]
    public void ALinearLayerOfOtherWidthIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).Linear(Ones(4, 5)), "linear", "[2, 3]", "[4, 5]");

    [Fact]
    public void AConvolutionOfOtherChannelsIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones(1, 2, 5, 5).Conv2d(Ones(3, 4, 3, 3)), "conv");

    [Fact]
    public void AnAxisOutOfRangeIsNamed() =>
        AssertRefused<ArgumentOutOfRangeException>(() => Ones(2, 3).Sum(2), "Axis 2", "[2, 3]", "-2 to 1");

    [Fact]
    public void AnAxisOfAScalarIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones().Sort(), "sort", "rank 0");

    [Fact]
    public void AnEmptyBatchIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones(0, 3).CrossEntropy([]), "cross-entropy", "[0, 3]", "at least one example");

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void ALabelOutOfRangeIsNamedWithItsPlace(int label) =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).CrossEntropy([0, label]), $"{label} at position 1", "3 classes");

    [Fact]
    public void TooFewLabelsAreRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).CrossEntropy([0]), "1 labels", "[2, 3]");

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void AnIndexOutOfRangeIsNamedWithItsPlace(int index)
    {
        AssertRefused<ArgumentOutOfRangeException>(() => Ones(3, 2).GatherRows(tape.Indices([2], [0, index])), $"Index {index}", "position 1", "length 3");
        AssertRefused<ArgumentOutOfRangeException>(() => Ones(3).Gather(0, tape.Indices([2], [0, index])), $"Index {index}");
        AssertRefused<ArgumentOutOfRangeException>(() => Ones(3).ScatterAdd(0, tape.Indices([2], [0, index]), Ones(2)), $"Index {index}");
    }

    [Fact]
    public void IndicesOfAnotherShapeAreRefused() =>
        AssertRefused<ArgumentException>(() => Ones(3, 2).Gather(0, tape.Indices([2, 3], [0, 0, 0, 0, 0, 0])), "gather", "[2, 3]", "[3, 2]");

    [Fact]
    public void AReshapeToAnotherCountIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).Reshape(4, 2), "reshape", "6", "8");

    [Fact]
    public void TwoOpenExtentsAreRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).Reshape(-1, -1), "more than one extent open");

    [Fact]
    public void APermutationThatRepeatsAnAxisIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).Permute(1, 1), "Axis 1 stands twice");

    [Fact]
    public void ASliceThatLeavesTheAxisIsRefused() =>
        AssertRefused<ArgumentOutOfRangeException>(() => Ones(2, 3).Slice(1, 2, 2), "Positions 2 to 3", "[2, 3]");

    [Fact]
    public void NoPartsAreRefused() =>
        AssertRefused<ArgumentException>(() => Operations.Concatenate<double>(0), "no parts");

    [Fact]
    public void PartsOfOtherShapesAreRefused() =>
        AssertRefused<ArgumentException>(() => Operations.Concatenate(0, Ones(2, 3), Ones(2, 4)), "part 1", "[2, 4]");

    [Fact]
    public void ANegativePaddingIsRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).Pad([-1], [0]), "pad", "negative");

    [Fact]
    public void AnArrayDoesNotBroadcastToFewerAxes() =>
        AssertRefused<ArgumentException>(() => Ones(2, 3).BroadcastTo(3), "[2, 3]", "[3]");

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void TopKOfTooManyIsRefused(int k) =>
        AssertRefused<ArgumentException>(() => Ones(3).TopK(k), $"top {k}", "[3]");

    [Fact]
    public void BoundsInTheWrongOrderAreRefused() =>
        AssertRefused<ArgumentException>(() => Ones(3).Clamp(1, -1), "1", "-1", "below");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void AThresholdThatIsNotPositiveIsRefused(double delta) =>
        AssertRefused<ArgumentOutOfRangeException>(() => Ones(3).Huber(delta), "above 0");

    [Fact]
    public void DifferentShapesOfPredictionAndTargetAreRefused() =>
        AssertRefused<ArgumentException>(() => Ones(2, 1).MeanSquaredError(Ones(2)), "[2, 1]", "[2]", "equal");

    [Fact]
    public void ConditionsOfAnotherCountAreRefused() =>
        AssertRefused<ArgumentException>(() => Operations.Where([true], Ones(2), Ones(2)), "1 conditions", "2");

    [Fact]
    public void AVariableOfBeforeTheResetIsRefused()
    {
        Var<double> x = Ones(2);
        tape.Reset();
        AssertRefused<InvalidOperationException>(() => x.Relu(), "reset", "record it again");
        AssertRefused<InvalidOperationException>(() => x.ToArray(), "reset");
        AssertRefused<InvalidOperationException>(() => tape.Backward(x), "reset");
    }

    [Fact]
    public void AGradientOfBeforeTheResetIsRefused()
    {
        Var<double> x = Ones(2);
        Gradients<double> gradients = tape.Backward(x.Sum());
        tape.Reset();
        AssertRefused<InvalidOperationException>(() => gradients[x], "reset");
    }

    [Fact]
    public void AVariableOfAnotherTapeIsRefused()
    {
        using Tape<double> other = new();
        Var<double> x = other.Variable([2], [1.0, 2]);
        AssertRefused<InvalidOperationException>(() => Ones(2) + x, "another tape", "on one tape");
        AssertRefused<InvalidOperationException>(() => tape.Backward(x.Sum()), "another tape");
    }

    [Fact]
    public void AVariableOnNoTapeIsRefused() => AssertRefused<InvalidOperationException>(() => default(Var<double>).Relu(), "no tape");

    [Fact]
    public void ADisposedTapeIsRefused()
    {
        Var<double> x = Ones(2);
        tape.Dispose();
        Assert.Throws<ObjectDisposedException>(() => x.Relu());
        Assert.Throws<ObjectDisposedException>(() => tape.Variable([1], [1.0]));
    }

    [Fact]
    public void BackwardOfManyElementsWithoutACotangentIsRefused() =>
        AssertRefused<Exception>(() => tape.Backward(Ones(2)), "[2]", "cotangent");

    [Fact]
    public void ACotangentOfAnotherShapeIsRefused() =>
        AssertRefused<ArgumentException>(() => tape.Backward(Ones(2), tape.Device.Array<double>([3], [1, 2, 3])), "[3]", "[2]");

    [Fact]
    public void ATangentOfAnotherLengthIsRefused() =>
        AssertRefused<ArgumentException>(() => tape.SetTangent(Ones(2), [1.0]), "2", "1");

    [Fact]
    public void TooFewElementsAreRefused() =>
        AssertRefused<ArgumentException>(() => tape.Variable([2, 3], [1.0]), "[2, 3]", "6", "1");

    [Fact]
    public void AnotherElementTypeIsRefused() =>
    AssertRefused<NotSupportedException>(() => new Tape<System.Runtime.InteropServices.NFloat>(), "float, double or Half");

    [Fact]
    public void TheFirstOperationThatMakesANaNIsNamed()
    {
        tape.DetectAnomalies = true;
        Var<double> x = tape.Variable([2], [1.0, -1]);
        AssertRefused<ArithmeticException>(() => (x * x).Sum() + x.Log().Sum(), "log", "1 of 2", "NaN");
    }

    [Fact]
    public void TheFirstOperationThatPullsBackAnInfinityIsNamed()
    {
        tape.DetectAnomalies = true;
        Var<double> x = tape.Variable([2], [1.0, 0]);
        Var<double> y = x.Sqrt().Sum();
        AssertRefused<ArithmeticException>(() => tape.Backward(y), "sqrt");
    }

    [Fact]
    public void AnOperationThatWasRefusedLeavesTheTapeAsItWas()
    {
        Var<double> x = Ones(2, 3);
        int count = tape.Count;
        Assert.ThrowsAny<ArgumentException>(() => x + Ones(2, 3).Slice(1, 0, 2));
        Var<double> y = x.Sum();
        Assert.True(tape.Count > count);
        Assert.Equal([1.0, 1, 1, 1, 1, 1], tape.Backward(y)[x].ToArray());
    }

    private static void AssertRefused<TException>(Func<object?> act, params string[] parts)
        where TException : Exception
    {
        string message = Assert.ThrowsAny<TException>(act).Message;
        foreach (string part in parts)
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private static void AssertRefused<TException>(Action act, params string[] parts)
        where TException : Exception
    {
        string message = Assert.ThrowsAny<TException>(act).Message;
        foreach (string part in parts)
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private Var<double> Ones(params int[] extents)
    {
        var shape = new Shape(extents);
        return tape.Variable(shape, Enumerable.Repeat(1.0, shape.Count).ToArray());
    }
}
