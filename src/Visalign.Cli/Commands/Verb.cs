using System.CommandLine;

namespace Visalign.Cli.Commands;

/// <summary>A command whose help ends in an example.</summary>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="example">A command line that works, from <c>visalign</c> on.</param>
internal sealed class Verb(string name, string description, string example) : Command(name, description)
{
    /// <summary>A command line that works.</summary>
    internal string Example => example;
}
