using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>
/// The shares λ of the jumps with which a field stays on surfaces: nⱼ·(1, f + Σₖ λₖ·(fₖ − f)) = 0 for the gradient nⱼ of every surface.
/// </summary>
internal static class SlidingShares
{
    /// <summary>The shares.</summary>
    /// <param name="normals">For each surface its gradient in state, parameters and time.</param>
    /// <param name="first">f.</param>
    /// <param name="others">For each surface the field beyond it.</param>
    public static Active[] Of(Active[][] normals, Active[] first, Active[][] others)
    {
        int count = normals.Length;
        Active[][] rows = new Active[count][];
        for (int j = 0; j < count; j++)
        {
            rows[j] = new Active[count + 1];
            Active rate = normals[j][^1];
            for (int i = 0; i < first.Length; i++)
                rate += normals[j][i] * first[i];
            for (int k = 0; k < count; k++)
            {
                Active change = 0;
                for (int i = 0; i < first.Length; i++)
                    change += normals[j][i] * (others[k][i] - first[i]);
                rows[j][k] = change;
            }

            rows[j][count] = -rate;
        }

        return Solved(rows);
    }

    // Gauss-Jordan elimination with the largest pivot of each column.
    private static Active[] Solved(Active[][] rows)
    {
        for (int column = 0; column < rows.Length; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < rows.Length; row++)
                pivot = Math.Abs(rows[row][column].Value) > Math.Abs(rows[pivot][column].Value) ? row : pivot;
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            for (int row = 0; row < rows.Length; row++)
            {
                if (row == column)
                    continue;
                Active factor = rows[row][column] / rows[column][column];
                for (int k = column; k <= rows.Length; k++)
                    rows[row][k] -= factor * rows[column][k];
            }
        }

        Active[] shares = new Active[rows.Length];
        for (int k = 0; k < shares.Length; k++)
            shares[k] = rows[k][^1] / rows[k][k];
        return shares;
    }
}
