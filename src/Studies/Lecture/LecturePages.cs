using ConservativeAD.Studies.Lecture.Pages;

namespace ConservativeAD.Studies.Lecture;

/// <summary>The pages of the lecture, in its order.</summary>
internal static class LecturePages
{
    /// <summary>All pages.</summary>
    public static IReadOnlyList<LecturePage> All { get; } =
    [
        new GradientMapPage(),
        new LinearIterationsPage(),
        new InvariantManifoldsPage(),
        new SemiAlgebraicPage(),
        new MorseSardPage(),
        new KlExponentPage(),
        new PathLengthPage(),
        new RatePage(),
        new TangentKernelPage(),
        new RobbinsMonroPage(),
        new InterpolatedProcessPage(),
        new DescentInTheLimitPage(),
        new SubdifferentialsPage(),
        new DifferentialInclusionPage(),
        new ChainRulePage(),
        new SplittingFunctionPage(),
        new ConservativeFieldPage(),
        new OptimizersPage(),
        new OpeningPage(),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(page => page.Name)];

    /// <summary>Runs a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="settings">Seed and effort.</param>
    /// <param name="cancellation">Stops it.</param>
    public static PageResult Run(LecturePage page, LectureSettings settings, CancellationToken cancellation = default)
    {
        PageWriter writer = new(page, settings, cancellation);
        page.Run(writer);
        return writer.Result();
    }
}
