using Visalign.Cli;

using var interruption = new Interruption();

return CommandLineProgram.Run(args, Console.Out, Console.Error, interruption.Token);
