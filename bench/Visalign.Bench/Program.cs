using Visalign.Bench;
using System.Diagnostics;
if (args is ["schemas", var path]) { Console.WriteLine(Visalign.Torch.Engines.SchemaList.Write(path)); return; }
Console.WriteLine(Visalign.Torch.Engines.Engine.Current.Blas);
using var step = new TransformerStep(64);
step.Run();
int n = int.Parse(args[0]);
var w = new List<double>(); var c = new List<double>();
var p = Process.GetCurrentProcess();
double loss = 0;
for (int i = 0; i < n; i++) { p.Refresh(); var c0 = p.TotalProcessorTime; var s = Stopwatch.GetTimestamp(); loss = step.Run(); w.Add(Stopwatch.GetElapsedTime(s).TotalMilliseconds); p.Refresh(); c.Add((p.TotalProcessorTime - c0).TotalMilliseconds); }
w.Sort(); c.Sort();
Console.WriteLine($"wall min {w[0]:f1} median {w[n/2]:f1}; cpu min {c[0]:f1} median {c[n/2]:f1}; loss {loss:r}");
