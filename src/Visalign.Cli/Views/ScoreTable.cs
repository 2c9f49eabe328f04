using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Studies;

namespace Visalign.Cli.Views;

/// <summary>An evaluation for people: tasks, sums, cost.</summary>
internal static class ScoreTable
{
    internal static IRenderable Of(PolicyScores scores)
    {
        var tasks = new Table().SimpleBorder().AddColumn("task").AddColumn(new TableColumn("prompts").RightAligned()).AddColumn(new TableColumn("score").RightAligned());
        foreach (var (task, score) in scores.Tasks)
        {
            tasks.AddRow(new Text(task), new Text(Write($"{scores.TaskPrompts[task]}")), new Text(Write($"{score:F3}")));
        }

        string error = scores.StandardError is { } standard ? Write($" ± {standard:F3}") : "";
        tasks.AddRow(new Text("all"), new Text(Write($"{scores.Prompts}")), new Text(Write($"{scores.Score:F3}{error}"), new Style(Palette.Score)));
        var facts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in Facts(scores))
        {
            facts.AddRow(new Text(name, new Style(Palette.Quiet)), new Text(value));
        }

        return new Rows(tasks, facts);
    }

    private static IEnumerable<(string Name, string Value)> Facts(PolicyScores scores)
    {
        yield return ("policy", scores.Policy);
        yield return ("guidance", Write($"{scores.GuidanceScale}") + (scores.Guidance.Count == 0 ? ", as told"
            : $", the best on tuning prompts ({string.Join(", ", scores.Guidance.Select(tried => Write($"{tried.GuidanceScale}: {tried.Score:F3}")))})"));
        if (scores.BestOf > 1)
        {
            yield return ("best of", Write($"{scores.BestOf} pictures of each prompt, picked by the soft score"));
        }

        yield return ("soft score", Write($"{scores.SoftScore:F3}"));
        yield return ("diversity", Write($"{scores.Diversity:F2}, mean distance between two samples of a prompt"));
        yield return ("cost", Write($"{scores.NetworkEvaluations} network evaluations in {scores.Seconds:F1} s") + (scores.Steps is { } steps ? Write($", {steps} steps") : ""));
    }

    private static string Write(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
