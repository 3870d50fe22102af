namespace ConservativeAD;

/// <summary>The smallest o-minimal structure that is known to contain a function's graph; each contains the previous one.</summary>
public enum TameClass
{
    /// <summary>Polynomials.</summary>
    Polynomial,

    /// <summary>Piecewise polynomial and rational functions, roots, max, sort, norms.</summary>
    SemiAlgebraic,

    /// <summary>Globally subanalytic: analytic functions restricted to bounded sets.</summary>
    GloballySubanalytic,

    /// <summary>Definable with the exponential and logarithm, R_an,exp.</summary>
    LogExp,

    /// <summary>
    /// Definable with Pfaffian functions such as erf, which are not definable from exponentials and logarithms (A. Wilkie, Selecta Math. 1999; P. Speissegger,
    /// J. reine angew. Math. 1999).
    /// </summary>
    Pfaffian,

    /// <summary>In no o-minimal structure: sin or floor on an unbounded domain, random branches.</summary>
    NotTame,
}
