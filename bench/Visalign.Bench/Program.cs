using System.Globalization;
using Spectre.Console;
using Visalign.Bench;
using Visalign.Torch.Engines;

// Times Visalign's engine beside the same work in Python.
//   dotnet run -c Release --project bench/Visalign.Bench -- [--quick] [NAME …]
//   dotnet run -c Release --project bench/Visalign.Bench -- schemas FILE      writes the list of operator schemas that the tests hold us to
if (args is ["schemas", var file])
{
    Console.WriteLine($"{SchemaList.Write(file)} operators of libtorch {Engine.Current.Libtorch.Version} are in {file}.");
    return 0;
}
string[] names = [.. args.Where(argument => argument != "--quick")];
var unknown = names.Except(Workload.All.Select(workload => workload.Name)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"There is no workload '{unknown[0]}'; there are: {string.Join(", ", Workload.All.Select(workload => workload.Name))}.");
    return 2;
}

int repeats = args.Contains("--quick") ? 10 : 40;
var engine = Engine.Start();
var chosen = Workload.All.Where(workload => names.Length == 0 || names.Contains(workload.Name)).ToList();
var mine = chosen.ToDictionary(workload => workload.Name, workload => workload.Time(repeats));
var (theirs, remark) = Twin.Time(chosen.Select(workload => workload.Name), repeats);

var table = new Table().AddColumns("milliseconds", "visalign", "best", "python", "best", "ratio");
foreach (var workload in chosen)
{
    var (median, best) = Summary(mine[workload.Name], workload.Calls);
    var (other, otherBest) = theirs.TryGetValue(workload.Name, out var times) ? Summary(times, workload.Calls) : (double.NaN, double.NaN);
    table.AddRow(Markup.Escape(workload.Description), Show(median), Show(best), Show(other), Show(otherBest), double.IsNaN(other) ? "–" : $"{Number(other / median, 2)}×");
}
AnsiConsole.Write(table);
Console.WriteLine($"{Processor.Model}, {engine.Threads} threads; libtorch {engine.Libtorch.Version}; BLAS {Path.GetFileName(engine.Blas.Library)} of {Path.GetDirectoryName(engine.Blas.Library)}, {engine.Blas.Core} kernels.");
Console.WriteLine($"Medians and best of {repeats} repeats, the two sides one after the other; ratio: python's median over visalign's. All but the add run forward and backward. {remark}");
return 0;

static (double Median, double Best) Summary(double[] times, int calls)
{
    double[] sorted = [.. times.Order()];
    return (sorted[sorted.Length / 2] / calls, sorted[0] / calls);
}

static string Show(double milliseconds) => double.IsNaN(milliseconds) ? "–" : Number(milliseconds, milliseconds < 0.1 ? 5 : milliseconds < 10 ? 3 : 1);

static string Number(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
