namespace ConservativeAD.Studies.Lecture;

/// <summary>A section of the lecture: a theorem, a program that shows it, and what the engine measures.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="title">The title.</param>
internal abstract class LecturePage(string name, string title)
{
    /// <summary>The name on the command line.</summary>
    public string Name => name;

    /// <summary>The title.</summary>
    public string Title => title;

    /// <summary>The theorem in words.</summary>
    public abstract string Statement { get; }

    /// <summary>The theorem as a formula.</summary>
    public abstract string Formula { get; }

    /// <summary>The papers and their theorems.</summary>
    public abstract string Source { get; }

    /// <summary>Runs the programs of the page, and writes down what they measure.</summary>
    /// <param name="page">The page to write on.</param>
    public abstract void Run(PageWriter page);
}
