namespace ConservativeAD.Solutions;

/// <summary>A one-step method for x′ = f(t, x).</summary>
public enum FlowMethod
{
    /// <summary>
    /// Runge–Kutta of order 5 with an error estimate of order 4 and dense output (J. Dormand and P. Prince, J. Comput. Appl. Math. 6, 1980; E. Hairer, S.
    /// Nørsett and G. Wanner, Solving Ordinary Differential Equations I, 1993, section II.6). It chooses its steps unless a step size is given.
    /// </summary>
    DormandPrince,

    /// <summary>Euler's explicit method, of order 1.</summary>
    Euler,

    /// <summary>The classical Runge–Kutta method, of order 4.</summary>
    RungeKutta4,

    /// <summary>Euler's implicit method, of order 1; L-stable.</summary>
    BackwardEuler,

    /// <summary>The implicit midpoint rule, of order 2; symplectic.</summary>
    ImplicitMidpoint,

    /// <summary>The trapezoidal rule, of order 2.</summary>
    Trapezoid,

    /// <summary>
    /// The trapezoidal rule followed by a backward difference, of order 2 with an error estimate; L-stable (M. Hosea and L. Shampine, Appl. Numer. Math. 20,
    /// 1996). It chooses its steps unless a step size is given.
    /// </summary>
    TrBdf2,

    /// <summary>Radau IIA with three stages, of order 5; L-stable (E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, 1996, IV.8).</summary>
    Radau5,
}
