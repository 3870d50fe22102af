namespace ConservativeAD.Nonsmooth;

/// <summary>Colours the lines of a sparse matrix so that no two lines of the same colour meet in a crossing line.</summary>
internal static class Colouring
{
    /// <summary>Colours greedily, starting with the lines with most entries.</summary>
    /// <param name="lines">For every line to be coloured, the crossing lines that it meets.</param>
    /// <param name="crossings">For every crossing line, the lines that it meets.</param>
    public static int[] Greedy(int[][] lines, int[][] crossings)
    {
        int[] colours = new int[lines.Length];
        Array.Fill(colours, -1);
        int[] takenBy = new int[lines.Length + 1];
        Array.Fill(takenBy, -1);
        foreach (int line in Enumerable.Range(0, lines.Length).OrderByDescending(line => lines[line].Length))
        {
            foreach (int crossing in lines[line])
            {
                foreach (int other in crossings[crossing])
                {
                    if (colours[other] >= 0)
                        takenBy[colours[other]] = line;
                }
            }

            int colour = 0;
            while (takenBy[colour] == line)
                colour++;
            colours[line] = colour;
        }

        return colours;
    }
}
