using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Explorer.Exploring;

/// <summary>What an exploration found, in plain words.</summary>
public static class Findings
{
    /// <summary>Everything worth saying, the most important first.</summary>
    public static IReadOnlyList<Finding> Of(Exploration exploration)
    {
        ArgumentNullException.ThrowIfNull(exploration);
        List<Finding> findings = [.. Verdict(exploration)];
        if (exploration.Clarke.Certificate.IsCertified && Certainty(exploration) is { } certainty)
            findings.Add(certainty);
        if (Stationarity(exploration) is { } stationarity)
            findings.Add(stationarity);
        findings.Add(new Finding(Weight.Note, "The formula as a whole", Class(exploration.Tame)));
        return findings;
    }

    /// <summary>The point, the answers and the verdict in one sentence, for those who listen.</summary>
    public static string Spoken(Exploration exploration)
    {
        ArgumentNullException.ThrowIfNull(exploration);
        string at = string.Join(", ", exploration.Formula.Variables.Select((name, i) => $"{name} = {NumberText.Of(exploration.Point[i])}"));
        return $"At {at}: value {NumberText.Of(exploration.Value)}, backpropagation says {NumberText.Of(exploration.Gradient)}, "
            + $"Clarke's set is {SetText.Of(exploration.Clarke)}. {Findings.Verdict(exploration).First().Title}.";
    }

    private static IEnumerable<Finding> Verdict(Exploration exploration)
    {
        string answer = NumberText.Of(exploration.Gradient);
        ClarkeCertificate certificate = exploration.Clarke.Certificate;
        if (!exploration.IsFinite)
        {
            yield return new Finding(Weight.Warning, "Not a finite number",
                "The value or backpropagation's answer is infinite or undefined here: the point lies outside the formula's domain, or at its edge.");
        }

        if (!certificate.IsCertified)
            yield return new Finding(Weight.Warning, "Nothing is certified", $"{string.Join(" ", Reasons(certificate))} So nothing is said of Clarke's set.");
        else if (exploration.IsArtificial == true)
        {
            yield return new Finding(Weight.Warning, "Artificial critical point",
                "Backpropagation says 0 with these choices, and 0 is not in Clarke's set: a method may rest here although the function decreases "
                + $"{Descent(exploration)}.");
        }
        else if (exploration.IsClarke == false)
        {
            yield return new Finding(Weight.Warning, "Backpropagation's answer is not a Clarke subgradient",
                $"It says {answer}, which is not in Clarke's set {SetText.Of(exploration.Clarke)}. Other choices at the kinks give other answers.");
        }
        else if (certificate.IsDifferentiable)
            yield return new Finding(Weight.Fine, "Differentiable", "No operation is at a kink here. Every choice gives the gradient.");
        else if (exploration.IsClarke == true)
        {
            yield return new Finding(Weight.Fine, "Backpropagation's answer is a Clarke subgradient",
                exploration.Clarke.IsDifferentiable == true
                    ? "Operations are at kinks, and yet the function is differentiable here; with these choices backpropagation finds its gradient."
                    : $"It says {answer}, which is in Clarke's set.");
        }
        else
        {
            yield return new Finding(Weight.Note, "Not decided", "Of Clarke's set too little is known here to say whether backpropagation's answer is in it.");
        }

        if (exploration.Criticality.IsArtificial == true && exploration.IsArtificial != true)
        {
            yield return new Finding(Weight.Note, "With other choices an artificial critical point",
                "Some choices at the kinks, or a mixture of them, make backpropagation say 0 here, and 0 is not in Clarke's set.");
        }
    }

    private static string Descent(Exploration exploration) => exploration.Known.SteepestDescentDirection switch
    {
        null => "nearby",
        [double only] => only < 0 ? "to the left" : "to the right",
        double[] direction => $"along {NumberText.Of([.. direction.Select(d => Math.Round(d, 3))])}",
    };

    private static Finding? Certainty(Exploration exploration)
    {
        ClarkeSubdifferential set = exploration.Clarke;
        if (set.Certificate.IsDifferentiable)
            return null;
        string kinks = $"At a kink: {KinkNames(set.Certificate.Kinks)}.";
        if (set.IsExact)
        {
            string pieces = set.Cells.Count == 1 ? "one smooth piece meets" : $"{set.Cells.Count} smooth pieces meet";
            return new Finding(Weight.Fine, "Clarke's set is exact", $"{kinks} To first order, {pieces} here, and each was visited.");
        }

        string reason = !set.IsWithinBudget ? "More pieces meet here than were visited."
            : !set.IsPiecewiseLinear ? "The pieces are not divided by straight lines, as at the tip of a cone, so gradients were drawn in some directions only."
            : "Kinks touch here, and a piece may lie between others where no direction leads into it.";
        return exploration.Known.KnowsWholeSet
            ? new Finding(Weight.Note, "Clarke's set is drawn inexactly",
                $"{kinks} {reason} The drawn set lies inside the true one. The function is regular here, so what is said of the set is true of all of it.")
            : new Finding(Weight.Warning, "Clarke's set is inexact: only a part of it is known", $"{kinks} {reason} The drawn set lies inside the true one.");
    }

    private static IEnumerable<string> Reasons(ClarkeCertificate certificate)
    {
        foreach (Obstacle obstacle in certificate.Obstacles.Take(3))
        {
            string name = Name(obstacle.Operation.Name);
            yield return obstacle.Kind switch
            {
                ObstacleKind.Jump => $"The operation {name} jumps here.",
                ObstacleKind.InfiniteSlope => $"The slope of {name} is infinite here: it is not locally Lipschitz.",
                ObstacleKind.InfiniteValue => $"The value of {name} is infinite or undefined here.",
                ObstacleKind.OutsideDomain => $"The operation {name} is outside its domain here, or at the edge of it.",
                ObstacleKind.GradientNotFinite => "The gradient is not a finite number.",
                ObstacleKind.TooNearZero or ObstacleKind.SlopeUnderflows or ObstacleKind.ValueUnderflows
                    or ObstacleKind.CotangentUnderflows =>
                    $"Numbers at {name} are too small to be told from 0.",
                ObstacleKind.Overflows => $"Numbers at {name} are too large for the computer.",
                _ => $"The operation {name} is in the way.",
            };
        }

        if (certificate.Jump is not null)
            yield return "The value jumps here: the sides of a branch do not meet.";
        if (certificate.IsTorn)
            yield return "The sides of a branch meet at this point only, and come apart beside it.";
        if (certificate.UndecidedComparisons > 0)
            yield return "A branch compares numbers that stay equal to first order, so which side a small step falls on is not known.";
        if (certificate.PiecesOfMore > 0)
            yield return "Branches meet in more pieces than were visited.";
        if (certificate.MayHidePieces)
            yield return "Branches touch here, and a piece between them that no direction leads into may not meet the others.";
    }

    private static Finding? Stationarity(Exploration exploration)
    {
        ClarkeSubdifferential set = exploration.Known;
        if (!set.Certificate.IsCertified)
            return null;
        return set.IsStationary() switch
        {
            true when set.FrechetContains(new double[exploration.Point.Length]) == false =>
                new Finding(Weight.Note, "Clarke-stationary, and no local minimum",
                    "0 is in Clarke's set, but in some direction the function decreases to first order."),
            true => new Finding(Weight.Note, "Clarke-stationary", "0 is in Clarke's set."),
            false => new Finding(Weight.Note, "Not stationary",
                $"0 is not in Clarke's set; its distance is {NumberText.Of(set.Distance.Upper)}. The function decreases "
                + $"{Descent(exploration)}."),
            null => null,
        };
    }

    private static string KinkNames(KinkCensus kinks) => string.Join(", ", kinks.Operations
        .GroupBy(operation => operation.Operation.Name)
        .Select(group => group.Sum(operation => operation.Count) is > 1 and long count ? $"{Name(group.Key)} ({count} times)" : Name(group.Key)));

    // The engine's names of operations, as formulas call them.
    private static string Name(string operation) => operation switch
    {
        "leaf" => "a variable",
        "hypot" => "norm",
        "maximum" => "max",
        "minimum" => "min",
        _ => operation,
    };

    private static string Class(TameCertificate tame)
    {
        string structure = tame.Class switch
        {
            TameClass.Polynomial => "It is a polynomial",
            TameClass.SemiAlgebraic => "It is semi-algebraic: made of pieces that polynomials describe",
            TameClass.GloballySubanalytic => "It is globally subanalytic",
            TameClass.LogExp => "It is definable with exponentials and logarithms",
            TameClass.Pfaffian => "It is Pfaffian",
            _ => "It is not known to be tame",
        };
        return tame.IsPathDifferentiable switch
        {
            true => $"{structure}, and locally Lipschitz. So backpropagation is a conservative field, whatever the choices at kinks.",
            false => $"{structure}; {tame.WhyNotLipschitz ?? "the theory of conservative fields does not apply"}.",
            null => $"{structure}, as far as the path that ran shows; it branches, so nothing is claimed of the other paths.",
        };
    }
}
