namespace Visalign.Records;

/// <summary>Finds the name a person most likely meant.</summary>
public static class NearestName
{
    /// <summary>The closest of <paramref name="known"/> by edit distance, or null when none is close.</summary>
    /// <remarks>Close means at most one edit in three letters; insertions, deletions, replacements and swaps count one each.</remarks>
    public static string? Among(string word, IEnumerable<string> known)
    {
        var best = known
            .Select(name => (Name: name, Distance: Distance(word, name)))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();

        return best.Name is not null && best.Distance <= Math.Max(1, Math.Max(word.Length, best.Name.Length) / 3)
            ? best.Name
            : null;
    }

    /// <summary>"Did you mean 'group_size'?", or the list of what there is.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What could have been written.</param>
    /// <param name="what">What the list holds, as in "Known keys".</param>
    public static string Hint(string word, IReadOnlyCollection<string> known, string what)
    {
        if (Among(word, known) is { } nearest)
        {
            return $"Did you mean '{nearest}'?";
        }

        return known.Count == 0 ? $"{what}: none." : $"{what}: {string.Join(", ", known)}.";
    }

    /// <summary>Edits between two words, a swap of neighbors counted once.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (int j = 0; j <= right.Length; j++)
        {
            rows[0, j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, 1 + Math.Min(rows[i - 1, j], rows[i, j - 1]));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
