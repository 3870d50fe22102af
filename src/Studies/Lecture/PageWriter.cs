using System.Globalization;
using System.Runtime.CompilerServices;
using ConservativeAD.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Studies.Lecture;

/// <summary>Collects what a page shows.</summary>
/// <param name="page">The page.</param>
/// <param name="settings">Seed and effort.</param>
/// <param name="cancellation">Stops the page between two programs, and those programs that take it.</param>
internal sealed class PageWriter(LecturePage page, LectureSettings settings, CancellationToken cancellation = default)
{
    private readonly List<ShownProgram> programs = [];
    private readonly List<Picture> pictures = [];
    private readonly List<Measurement> measurements = [];
    private readonly List<Hypothesis> hypotheses = [];
    private readonly List<string> remarks = [];

    /// <summary>The seed of everything random.</summary>
    public ulong Seed => settings.Seed;

    /// <summary>Stops the page.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>One of two numbers, by the effort of the run.</summary>
    /// <param name="full">The number for the lecture.</param>
    /// <param name="brief">The number for a short run.</param>
    public int Pick(int full, int brief) => settings.IsBrief ? brief : full;

    /// <summary>A point drawn uniformly from a cube around 0.</summary>
    /// <param name="index">Which of the page's points.</param>
    /// <param name="dimension">The number of variables.</param>
    /// <param name="radius">Half of the edge.</param>
    public double[] Point(int index, int dimension, double radius)
    {
        double[] point = new double[dimension];
        Philox.For(Seed, (uint)Streams.LecturePoints, (ulong)index).Uniform<double>(point, -radius, radius);
        return point;
    }

    /// <summary>Runs a program and shows its source. The compiler gives the text, so what is shown is what ran.</summary>
    /// <typeparam name="T">What the program returns.</typeparam>
    /// <param name="caption">What it does.</param>
    /// <param name="program">The program.</param>
    /// <param name="text">Its source, from the compiler.</param>
    public T Program<T>(string caption, Func<T> program, [CallerArgumentExpression(nameof(program))] string text = "")
    {
        cancellation.ThrowIfCancellationRequested();
        programs.Add(new ShownProgram(caption, SourceText.BodyOf(text)));
        return program();
    }

    /// <summary>Compares a number with its exact value.</summary>
    /// <param name="quantity">What was measured.</param>
    /// <param name="measured">The number.</param>
    /// <param name="exact">The exact value.</param>
    /// <param name="tolerance">The largest difference.</param>
    public void Equal(string quantity, double measured, double exact, double tolerance)
    {
        string within = tolerance == 0 ? "" : $" ± {Text(tolerance)}";
        Add(quantity, measured, $"{Text(exact)}{within}", Math.Abs(measured - exact) <= tolerance, exact);
    }

    /// <summary>Compares a number with an upper bound.</summary>
    /// <param name="quantity">What was measured.</param>
    /// <param name="measured">The number.</param>
    /// <param name="bound">The bound.</param>
    public void AtMost(string quantity, double measured, double bound) => Add(quantity, measured, $"≤ {Text(bound)}", measured <= bound, bound);

    /// <summary>Compares a number with a lower bound.</summary>
    /// <param name="quantity">What was measured.</param>
    /// <param name="measured">The number.</param>
    /// <param name="bound">The bound.</param>
    public void AtLeast(string quantity, double measured, double bound) => Add(quantity, measured, $"≥ {Text(bound)}", measured >= bound, bound);

    /// <summary>Compares an answer with the right one.</summary>
    /// <typeparam name="T">The type of answers.</typeparam>
    /// <param name="quantity">What was asked.</param>
    /// <param name="measured">The answer.</param>
    /// <param name="exact">The right answer.</param>
    public void Says<T>(string quantity, T measured, T exact) =>
        measurements.Add(new Measurement(quantity, Word(measured), Word(exact), EqualityComparer<T>.Default.Equals(measured, exact), null, null));

    /// <summary>Notes what a certificate says.</summary>
    /// <param name="program">The program, in words.</param>
    /// <param name="certificate">The certificate.</param>
    public void Certify(string program, TameCertificate certificate)
    {
        hypotheses.Add(new Hypothesis($"{program} is tame", Found(certificate.IsTame), certificate.ToString()));
        hypotheses.Add(new Hypothesis($"{program} is C¹", certificate.IsSmooth && certificate.IsLocallyLipschitz == true ? Finding.Holds : Finding.Unknown,
            certificate.NotSmooth is { } operation ? $"{operation.Name} is not everywhere" : "every operation is"));
    }

    /// <summary>Notes one hypothesis.</summary>
    /// <param name="statement">The hypothesis.</param>
    /// <param name="holds">Whether it holds; null if it is not known.</param>
    /// <param name="reason">Why.</param>
    public void Assume(string statement, bool? holds, string reason) => hypotheses.Add(new Hypothesis(statement, Found(holds), reason));

    /// <summary>Notes the hypotheses of theorems, and whether they apply.</summary>
    /// <param name="theorems">The theorems.</param>
    public void Assume(IEnumerable<ConvergenceTheorem> theorems)
    {
        foreach (ConvergenceTheorem theorem in theorems)
        {
            string[] open = [.. theorem.Hypotheses.Where(hypothesis => hypothesis.Finding != Finding.Holds)
                .Select(hypothesis => $"{hypothesis.Statement}: {Word(hypothesis.Finding)}, {hypothesis.Reason}")];
            hypotheses.Add(new Hypothesis($"{theorem.Name} ({theorem.Source})", theorem.Applies, open.Length == 0
                ? string.Join("; ", theorem.Hypotheses.Select(hypothesis => $"{hypothesis.Statement}: {hypothesis.Reason}"))
                : string.Join("; ", open)));
        }
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="picture">The picture.</param>
    public void Draw(Picture picture) => pictures.Add(picture with { Name = $"{page.Name}-{picture.Name}" });

    /// <summary>Adds a remark.</summary>
    /// <param name="text">One or more sentences.</param>
    public void Remark(string text) => remarks.Add(text);

    /// <summary>The page as it stands.</summary>
    public PageResult Result() =>
        new(page.Name, page.Title, page.Statement, page.Formula, page.Source, programs, pictures, measurements, hypotheses, remarks);

    /// <summary>The word for a finding.</summary>
    internal static string Word(Finding finding) => finding switch { Finding.Holds => "yes", Finding.Fails => "no", _ => "unknown" };

    /// <summary>A number as text.</summary>
    internal static string Text(double number)
    {
        double size = Math.Abs(number);
        return number.ToString(number == 0 || size is >= 1e-3 and < 1e6 ? "0.########" : "0.####E+0", CultureInfo.InvariantCulture);
    }

    private static Finding Found(bool? holds) => holds switch { true => Finding.Holds, false => Finding.Fails, null => Finding.Unknown };

    private static string Word<T>(T answer) => answer switch
    {
        null => "unknown",
        true => "yes",
        false => "no",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => answer.ToString() ?? "",
    };

    private void Add(string quantity, double measured, string predicted, bool holds, double expected) =>
        measurements.Add(new Measurement(quantity, Text(measured), predicted, holds, measured, expected));
}
