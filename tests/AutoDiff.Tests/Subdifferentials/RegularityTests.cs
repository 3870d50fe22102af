using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>Regularity at a point, held to the enumeration of all pieces, and the sets that are found with it.</summary>
public class RegularityTests
{
    [Fact]
    public void CertificatesAndSetsAgreeWithTheEnumeration()
    {
        int certified = 0, withKinks = 0, negative = 0;
        foreach (bool isPiecewiseLinear in (bool[])[true, false])
        {
            Samples.Check(Gen.Select(RandomProgram.Generate(isPiecewiseLinear, 4), Gen.ULong[0, 1_000_000]), 600, drawn =>
            {
                (RandomProgram program, ulong seed) = drawn;
                foreach (Objective objective in (Objective[])[program.OnNumbers, program.OnTensors])
                {
                    RegularityCertificate certificate = Regularity.Certify(objective, program.Point);
                    if (!certificate.IsCertified)
                    {
                        Assert.NotEqual("", certificate.Reason);
                        Assert.Throws<InvalidOperationException>(() => Clarke.Subdifferential(objective, program.Point, 100, seed, SetMethod.Regularity));
                        continue;
                    }

                    ClarkeSubdifferential regular = Clarke.Subdifferential(objective, program.Point, 1000, seed, SetMethod.Regularity),
                        cells = Clarke.Subdifferential(objective, program.Point, seed: seed, method: SetMethod.Pieces);
                    if (!cells.IsExact)
                        continue;
                    Interlocked.Increment(ref certified);
                    if (cells.Generators.Count > 1)
                        Interlocked.Increment(ref withKinks);
                    if (certificate.Sense == RegularitySense.NegativeRegular)
                        Interlocked.Increment(ref negative);
                    RegularSets.Agree(program.Point, $"{program}", objective, certificate, cells, regular, seed);
                }
            });
        }

        Assert.True(certified > 400 && withKinks > 100 && negative > 20, $"{certified} certified, {withKinks} with several generators, {negative} of −F");
    }

    [Fact]
    public void KnownSetsOfManyKinksAreFound()
    {
        ClarkeSubdifferential cube = Clarke.Subdifferential(Objective.OfTensor(x => x.Abs().Sum()), new double[2000]);
        Assert.Equal((true, true, false), (cube.IsStationary(), cube.KnowsWholeSet, cube.IsExact));
        Assert.Equal(RegularitySense.Regular, cube.Regularity!.Sense);
        Assert.True(cube.Contains(Enumerable.Repeat(0.5, 2000).ToArray()));
        Assert.False(cube.Contains([1.001, .. new double[1999]]));
        Assert.Equal(new Bounds(2000, 2000), cube.DirectionalDerivative(Enumerable.Repeat(-1.0, 2000).ToArray()));
        Assert.True(cube.FrechetContains(new double[2000]));

        // The least norm over a simplex of n corners is 1/√n.
        ClarkeSubdifferential simplex = Clarke.Subdifferential(Objective.OfTensor(x => x.Max()), new double[60]);
        Assert.Equal(1 / Math.Sqrt(60), simplex.Distance.Upper, 1e-12);
        Assert.Equal(1 / Math.Sqrt(60), simplex.Distance.Lower, 1e-9);
        Assert.Equal(false, simplex.IsStationary());
        Assert.All(simplex.SteepestDescentDirection!, coordinate => Assert.Equal(-1 / Math.Sqrt(60), coordinate, 1e-9));
        Assert.All(Assert.Single(simplex.PassedBack).Cotangents, share => Assert.Equal(1 / 60.0, share, 1e-9));

        // Curved pieces.
        ClarkeSubdifferential curved = Clarke.Subdifferential(Objective.OfTensor(x => x.Norm2() + x.Norm1()), new double[20]);
        Assert.True(curved.IsStationary());
        Assert.False(curved.IsPiecewiseLinear);
        Assert.Equal(4.5, Clarke.Subdifferential(Objective.OfTensor(x => (x.Norm2() * 0.5) + (x.Slice(0, 0, 1) * 5.0).Sum()), new double[20]).Distance.Upper,
            1e-9);

        // A peak: −F is regular, and no Fréchet subgradient exists.
        ClarkeSubdifferential peak = Clarke.Subdifferential(Objective.OfTensor(x => -x.Abs().Sum()), new double[30]);
        Assert.Equal((RegularitySense.NegativeRegular, true, false), (peak.Regularity!.Sense, peak.IsStationary(), peak.FrechetContains(new double[30])));
        Assert.Null(peak.FrechetElement());

        // Total variation plus ½‖x − b‖² at a constant that is not the minimiser.
        double[] b = [.. Enumerable.Range(0, 60).Select(i => i < 30 ? 0.0 : 40)];
        Objective variation = Objective.OfTensor(x =>
            (x.Slice(0, 1, 59) - x.Slice(0, 0, 59)).Abs().Sum() + ((x - x.Tape.Constant([60], b)).Square().Sum() * 0.5));
        Assert.Equal(154.66113, Clarke.Subdifferential(variation, Enumerable.Repeat(20.0, 60).ToArray()).Distance.Upper, 1e-5);
    }

    [Fact]
    public void WhatIsNotRegularIsRefusedWithItsReason()
    {
        Refused("bends the value the other way", Objective.OfTensor(x => x.Slice(0, 0, 1).Abs().Sum() - x.Slice(0, 1, 1).Abs().Sum()));
        Refused("bends the value the other way than clamp (node 1, element 0)", Objective.OfTensor(x =>
            (x.Clamp(0, 1) * x.Tape.Constant([2], [1.0, -1])).Sum()));
        Refused("compares equal numbers", Objective.OfScalars(x => x[0] > 0 ? x[0] : x[1]));
        Refused("compares equal numbers", Objective.OfScalars(x => Active.IsInteger(x[0]) ? Active.Abs(x[0]) : x[1]));
        Refused("compares equal numbers", Objective.OfScalars(x => Active.Abs(x[0]) + int.CreateTruncating(x[1] + 1)));
        Refused("jumps", Objective.OfScalars(x => Active.Abs(x[0] + Active.Round(x[1] + 0.5))));
        Refused("compares equal numbers", Objective.OfTensor(x => x.Slice(0, 0, 1) > x.Slice(0, 1, 1) ? x.Abs().Sum() : x.Sum()));
        Refused("may have either sign", Objective.OfTensor(x => x.Abs().Abs().Sum()));
        Refused("infinite slope", Objective.OfTensor(x => x.Sqrt().Sum()));
        Refused("kink", Objective.OfTensor(x => x.Slice(0, 1, 1).ChooseWhereGreater(x.Slice(0, 0, 1), x.Slice(0, 1, 1), x.Slice(0, 0, 1)).Sum()));
        Assert.Throws<ArgumentException>(() => Regularity.Certify(Objective.OfTensor(x => x.Sum()), [double.NaN]));
        Assert.Equal(RegularitySense.Smooth, Regularity.Certify(Objective.OfTensor(x => x.Exp().Sum()), [0, 0]).Sense);

        // A kink whose cotangent is 0 does not count, nor one that the value does not depend on.
        Objective flat = Objective.OfTensor(x => x.Abs().Square().Sum());
        Assert.Equal(RegularitySense.Smooth, Regularity.Certify(flat, [0, 0]).Sense);
        Assert.True(Clarke.Subdifferential(flat, [0, 0], method: SetMethod.Regularity).IsDifferentiable);
        Assert.Equal(RegularitySense.Regular, Regularity.Certify(Objective.OfTensor(x => (x.Abs().Sum() + 1.0).Log().Exp()), [0, 0]).Sense);
        Assert.Equal(RegularitySense.NegativeRegular, Regularity.Certify(Objective.OfTensor(x => (-x.Abs().Sum()).Exp()), [0, 0]).Sense);

        static void Refused(string reason, Objective objective)
        {
            RegularityCertificate certificate = Regularity.Certify(objective, [0, 0]);
            Assert.Equal(RegularitySense.Unknown, certificate.Sense);
            Assert.Contains(reason, certificate.ToString(), StringComparison.Ordinal);
        }
    }
}
