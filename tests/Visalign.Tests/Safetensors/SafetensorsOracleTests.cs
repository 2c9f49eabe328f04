using Visalign.Tests.Oracles;

namespace Visalign.Tests.Safetensors;

public sealed class SafetensorsOracleTests
{
    public static TheoryData<string> CaseNames => [.. OracleRoot.Cases("io-safetensors").Select(path => Path.GetFileName(path))];

    [Theory, MemberData(nameof(CaseNames))]
    public void Files_are_read_and_refused_as_by_the_reference_loader(string name)
    {
        var outcome = SafetensorsOracle.Run(Path.Combine(OracleRoot.Path, "io-safetensors", name));

        Assert.True(outcome.Passed, outcome.Detail);
        Assert.Equal(0, outcome.LargestDeviation);
    }
}
