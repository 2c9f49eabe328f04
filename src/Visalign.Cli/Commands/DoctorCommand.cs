using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Visalign.Cli.Diagnoses;
using Visalign.Cli.Views;
using Visalign.Torch.Engines;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign doctor</c>: what this machine offers and what it lacks.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static Verb Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON object and nothing else." };
        var schemas = new Option<string?>("--schemas") { Description = "Write what this libtorch declares of the operators in use to a file, as in tests/schemas.", HelpName = "FILE" };
        var verb = new Verb("doctor", "Says which engine, threads, BLAS and codecs are in use, what is missing and how to get it.", "visalign doctor") { json, schemas };
        verb.SetAction(parsed => parsed.GetValue(schemas) is { } file ? WriteSchemas(terminal, file) : Run(terminal, parsed.GetValue(json)));

        return verb;
    }

    private static int Run(Terminal terminal, bool json)
    {
        var diagnosis = Examination.Run();
        if (json)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(diagnosis, Format));
        }
        else
        {
            terminal.Canvas().Write(DiagnosisView.Of(diagnosis));
        }

        return diagnosis.Usable ? ExitCode.Done : ExitCode.Failed;
    }

    private static int WriteSchemas(Terminal terminal, string file)
    {
        terminal.Output.WriteLine($"{SchemaList.Write(file)} operators of libtorch {Engine.Current.Libtorch.Version} are in {file}.");

        return ExitCode.Done;
    }
}
