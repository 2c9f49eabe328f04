using Visalign;
using Visalign.Tests.Oracles;

// The test assembly, started by itself, runs oracle cases: Visalign.Tests --oracles FOLDER
if (args is not ["--oracles", var root])
{
    Console.Error.WriteLine("Usage: ./test --oracles FOLDER, or ./test for all tests.");
    return 2;
}
try
{
    return OracleRun.Over(root, Console.Out);
}
catch (InputException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
