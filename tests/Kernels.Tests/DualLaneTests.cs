using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Tests;

public class DualLaneTests
{
    private delegate DualLane<ScalarLane<double>> Formula(DualLane<ScalarLane<double>> x);

    public static TheoryData<string, double, double> Derivatives => new()
    {
        { "add", 0.7, 1 },
        { "subtract", 0.7, -1 },
        { "multiply", 0.7, 1.4 },
        { "divide", 0.7, -2 / (1.7 * 1.7) },
        { "negate", 0.7, -1 },
        { "multiply-add", 0.7, 3.4 },
        { "max", 0.7, 1 },
        { "min", 0.7, 0 },
        { "abs", -0.7, -1 },
        { "sqrt", 0.7, 0.5 / Math.Sqrt(0.7) },
        { "floor", 0.7, 0 },
        { "exp", 0.7, Math.Exp(0.7) },
        { "log", 0.7, 1 / 0.7 },
        { "sin", 0.7, Math.Cos(0.7) },
        { "cos", 0.7, -Math.Sin(0.7) },
        { "tan", 0.7, 1 / (Math.Cos(0.7) * Math.Cos(0.7)) },
        { "asin", 0.7, 1 / Math.Sqrt(0.51) },
        { "acos", 0.7, -1 / Math.Sqrt(0.51) },
        { "atan", 0.7, 1 / 1.49 },
        { "sinh", 0.7, Math.Cosh(0.7) },
        { "cosh", 0.7, Math.Sinh(0.7) },
        { "tanh", 0.7, 1 / (Math.Cosh(0.7) * Math.Cosh(0.7)) },
        { "pow", 0.7, Math.Pow(0.7, 0.7) * (Math.Log(0.7) + 1) },
        { "erf", 0.7, 2 / Math.Sqrt(Math.PI) * Math.Exp(-0.49) },
        { "erf", 2.5, 2 / Math.Sqrt(Math.PI) * Math.Exp(-6.25) },
        { "sigmoid", -0.7, 1 / (2 + Math.Exp(0.7) + Math.Exp(-0.7)) },
    };

    [Theory]
    [MemberData(nameof(Derivatives))]
    public void AFormulaGivesItsDerivativeInEveryDirection(string name, double at, double expected)
    {
        foreach (double direction in (ReadOnlySpan<double>)[1, -1, 3])
            Assert.Equal(expected * direction, Tangent(Of(name), at, direction), 1e-12);
        Assert.Equal(0, Tangent(Of(name), at, 0));
    }

    [Theory]
    [MemberData(nameof(Derivatives))]
    public void TheValueIsThatOfThePlainFormula(string name, double at, double expected)
    {
        _ = expected;
        foreach (double direction in (ReadOnlySpan<double>)[1, -1, 0])
            Assert.Equal(Tangentless(name, at), Of(name)(Dual(at, direction)).Value.Value);
    }

    [Fact]
    public void PiecesThatJoinSmoothlyAreDifferentiatedAcrossTheSeam()
    {
        foreach (double direction in (ReadOnlySpan<double>)[1, -1, 2.5])
        {
            Assert.Equal(0.25 * direction, Tangent(Lane.Sigmoid, 0, direction), 1e-15);
            Assert.Equal(2 / Math.Sqrt(Math.PI) * direction, Tangent(Lane.Erf, 0, direction), 1e-15);
            Assert.Equal(2 / Math.Sqrt(Math.PI) * Math.Exp(-0.46875 * 0.46875) * direction, Tangent(Lane.Erf, 0.46875, direction), 1e-14);

            // x², with a value of its own at 0.
            Assert.Equal(0, Tangent(x => DualLane<ScalarLane<double>>.IfEqual(x, Constant(0), Constant(0), x * x), 0, direction));
        }
    }

    [Fact]
    public void AtAKinkTheDirectionDecides()
    {
        Assert.Equal(2, Tangent(x => DualLane<ScalarLane<double>>.Max(x, Constant(0)), 0, 2));
        Assert.Equal(0, Tangent(x => DualLane<ScalarLane<double>>.Max(x, Constant(0)), 0, -2));
        Assert.Equal(0, Tangent(x => DualLane<ScalarLane<double>>.Min(x, Constant(0)), 0, 2));
        Assert.Equal(-2, Tangent(x => DualLane<ScalarLane<double>>.Min(x, Constant(0)), 0, -2));
        Assert.Equal(2, Tangent(DualLane<ScalarLane<double>>.Abs, 0, -2));
        Assert.Equal(-6, Tangent(x => DualLane<ScalarLane<double>>.IfGreater(x, Constant(1), x, x * Constant(3)), 1, -2));
    }

    [Fact]
    public void RemovablePointsOfPowersAreNumbers()
    {
        foreach (double direction in (ReadOnlySpan<double>)[1, -1])
        {
            Assert.Equal(0, Tangent(x => DualLane<ScalarLane<double>>.Pow(x, Constant(2)), 0, direction));
            Assert.Equal(direction, Tangent(x => DualLane<ScalarLane<double>>.Pow(x, Constant(1)), 0, direction));
            Assert.Equal(0, Tangent(x => DualLane<ScalarLane<double>>.Pow(x, Constant(0)), 0, direction));
            Assert.Equal(12 * direction, Tangent(x => DualLane<ScalarLane<double>>.Pow(x, Constant(3)), -2, direction));
            Assert.Equal(0, Tangent(x => DualLane<ScalarLane<double>>.Pow(Constant(0), x), 2, direction));
        }
    }

    [Fact]
    public void WhatDoesNotMoveContributesNothing()
    {
        Assert.Equal(0, Tangent(DualLane<ScalarLane<double>>.Sqrt, 0, 0));
        Assert.Equal(0, Tangent(DualLane<ScalarLane<double>>.Log, 0, 0));
        Assert.Equal(0, Tangent(DualLane<ScalarLane<double>>.Asin, 1, 0));
        Assert.Equal(double.PositiveInfinity, Tangent(DualLane<ScalarLane<double>>.Sqrt, 0, 1));
    }

    [Fact]
    public void AGuardedQuotientIsDifferentiatedThroughItsGuard()
    {
        // 2·sin(x)/x + x, which is 2 + x to first order.
        static DualLane<ScalarLane<double>> Guarded(DualLane<ScalarLane<double>> x) =>
            DualLane<ScalarLane<double>>.IfEqual(x, Constant(0), Constant(2) + x, (Constant(2) * DualLane<ScalarLane<double>>.Sin(x) / x) + x);
        Assert.Equal(1, Tangent(Guarded, 0, 1));
        Assert.Equal(-1, Tangent(Guarded, 0, -1));
    }

    [Fact]
    public void DualsOfDualsGiveSecondDerivatives()
    {
        var x = new DualLane<DualLane<ScalarLane<double>>>(Dual(0.7, 1), Dual(1, 0));
        Assert.Equal(6 * 0.7, (x * x * x).Tangent.Tangent.Value, 1e-14);
        Assert.Equal(-Math.Sin(0.7), DualLane<DualLane<ScalarLane<double>>>.Sin(x).Tangent.Tangent.Value, 1e-14);
    }

    [Fact]
    public void VectorsGiveWhatNumbersGive()
    {
        double[] at = [.. Enumerable.Range(0, Vector<double>.Count).Select(i => (i - 1) * 0.5)], direction = [.. at.Select((_, i) => i % 2 == 0 ? 1.0 : -2)];
        var x = new DualLane<VectorLane<double>>(new(new Vector<double>(at)), new(new Vector<double>(direction)));
        DualLane<VectorLane<double>> y = Lane.Erf(x);
        for (int i = 0; i < at.Length; i++)
            Assert.Equal(Tangent(Lane.Erf, at[i], direction[i]), y.Tangent.Value[i], 1e-14);
    }

    private static double Tangent(Formula formula, double at, double direction) => formula(Dual(at, direction)).Tangent.Value;

    private static double Tangentless(string name, double at) => name switch
    {
        "erf" => Lane.Erf(new ScalarLane<double>(at)).Value,
        "sigmoid" => Lane.Sigmoid(new ScalarLane<double>(at)).Value,
        _ => Of(name)(Constant(at)).Value.Value,
    };

    private static DualLane<ScalarLane<double>> Dual(double value, double tangent) => new(new(value), new(tangent));

    private static DualLane<ScalarLane<double>> Constant(double value) => DualLane<ScalarLane<double>>.Constant(value);

    private static Formula Of(string name) => name switch
    {
        "add" => x => x + Constant(1),
        "subtract" => x => Constant(1) - x,
        "multiply" => x => x * x,
        "divide" => x => (Constant(1) - x) / (x + Constant(1)),
        "negate" => x => -x,
        "multiply-add" => x => DualLane<ScalarLane<double>>.MultiplyAdd(x, x + Constant(1), x),
        "max" => x => DualLane<ScalarLane<double>>.Max(x, Constant(0)),
        "min" => x => DualLane<ScalarLane<double>>.Min(x, Constant(0)),
        "abs" => DualLane<ScalarLane<double>>.Abs,
        "sqrt" => DualLane<ScalarLane<double>>.Sqrt,
        "floor" => DualLane<ScalarLane<double>>.Floor,
        "exp" => DualLane<ScalarLane<double>>.Exp,
        "log" => DualLane<ScalarLane<double>>.Log,
        "sin" => DualLane<ScalarLane<double>>.Sin,
        "cos" => DualLane<ScalarLane<double>>.Cos,
        "tan" => DualLane<ScalarLane<double>>.Tan,
        "asin" => DualLane<ScalarLane<double>>.Asin,
        "acos" => DualLane<ScalarLane<double>>.Acos,
        "atan" => DualLane<ScalarLane<double>>.Atan,
        "sinh" => DualLane<ScalarLane<double>>.Sinh,
        "cosh" => DualLane<ScalarLane<double>>.Cosh,
        "tanh" => DualLane<ScalarLane<double>>.Tanh,
        "pow" => x => DualLane<ScalarLane<double>>.Pow(x, x),
        "erf" => Lane.Erf,
        "sigmoid" => Lane.Sigmoid,
        _ => throw new ArgumentException(name),
    };
}
