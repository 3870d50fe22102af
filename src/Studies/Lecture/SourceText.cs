namespace ConservativeAD.Studies.Lecture;

/// <summary>The source of a lambda as a reader wants to see it.</summary>
internal static class SourceText
{
    /// <summary>The statements of a lambda without its braces and its indentation.</summary>
    /// <param name="lambda">The source of the lambda, as the compiler gives it.</param>
    public static string BodyOf(string lambda)
    {
        int arrow = lambda.IndexOf("=>", StringComparison.Ordinal);
        string body = arrow < 0 ? lambda : lambda[(arrow + 2)..].Trim();
        if (body is not ['{', .., '}'])
            return body;
        string[] lines = [.. body[1..^1].ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())];
        int indentation = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length == 0 ? "" : line[indentation..])).Trim('\n');
    }
}
