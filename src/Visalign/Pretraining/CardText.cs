using System.Globalization;
using System.Text;

namespace Visalign.Pretraining;

/// <summary>Writes a model's card: what every kind has, in one order.</summary>
internal sealed class CardText
{
    private readonly StringBuilder _text = new();

    /// <summary>Name, what the model is, the command that made it, and the machine.</summary>
    internal CardText(string name, string command, IEnumerable<(string Name, string Value)> machine, string summary)
    {
        Line($"# {name}");
        Line("");
        Line(summary);
        Line("");
        Line($"    {command}");
        Line("");
        Table(["", ""], machine.Select(fact => (string[])[fact.Name, fact.Value]));
    }

    /// <summary>The section on networks.</summary>
    internal void Networks(IEnumerable<CardNetwork> networks)
    {
        Section("Networks");
        Table(["", "file", "parameters", "training", "SHA-256"], networks.Select(network =>
            (string[])[network.Name, $"`{network.File}`", network.Parameters.ToString("N0", CultureInfo.InvariantCulture), network.Training, $"`{network.Hash}`"]));
    }

    /// <summary>A heading.</summary>
    internal void Section(string title)
    {
        Line($"## {title}");
        Line("");
    }

    internal void Line(string line) => _text.Append(line).Append('\n');

    internal void Table(string[] heads, IEnumerable<string[]> rows)
    {
        Line($"| {string.Join(" | ", heads)} |");
        Line($"|{string.Concat(heads.Select(_ => "---|"))}");
        foreach (string[] row in rows) Line($"| {string.Join(" | ", row)} |");
        Line("");
    }

    /// <summary>The recipe with every default resolved; then the whole card.</summary>
    internal string End(string recipe)
    {
        Section("Recipe");
        Line("```yaml");
        Line(recipe.TrimEnd());
        Line("```");
        return _text.ToString();
    }
}
