using System.Text.Json;

namespace Visalign.Tests.Oracles;

public sealed class OracleCaseTests
{
    [Fact]
    public void Every_case_loads_with_its_texts_tolerances_and_config()
    {
        int count = 0;
        foreach (string path in OracleRoot.Cases(OracleRoot.Path))
        {
            var oracle = OracleCase.Load(path);

            Assert.Equal(JsonValueKind.Object, oracle.Config.ValueKind);
            Assert.NotEmpty(oracle.What);
            Assert.True(oracle.Rtol >= 0 && oracle.Atol >= 0, path);
            Assert.All(oracle.Tensors.Values, tensor => Assert.Equal(tensor.Shape.Aggregate(1L, (product, size) => product * size), tensor.Doubles.LongLength));
            Assert.True(oracle.Tensors.Count > 0 != (oracle.Root.ValueKind == JsonValueKind.Object), path);
            count++;
        }

        Assert.True(count >= 4, $"only {count} cases under {OracleRoot.Path}");
    }

    [Fact]
    public void A_comparison_passes_within_and_fails_beyond_the_tolerance_and_where_nothing_was_compared()
    {
        var oracle = OracleCase.Load(Path.Combine(OracleRoot.Path, "io-safetensors", "sharded.safetensors"));
        double[] wanted = oracle["out.blocks.0.bias"].Doubles;
        var equal = new OracleComparison(oracle);
        var off = new OracleComparison(oracle);
        var reshaped = new OracleComparison(oracle);

        equal.Expect("out.blocks.0.bias", wanted, 7);
        off.ExpectNumbers("shifted", [wanted[0] + 0.5], [wanted[0]]);
        off.ExpectNumbers("lost", [double.NaN], [wanted[0]]);
        reshaped.Expect("out.blocks.0.bias", wanted, 1, 7);

        Assert.StartsWith("not recomputed: out.", equal.Outcome().Detail, StringComparison.Ordinal);
        Assert.Equal(0, equal.Outcome().LargestDeviation);
        Assert.False(off.Outcome().Passed);
        Assert.Equal(double.PositiveInfinity, off.Outcome().LargestDeviation);
        Assert.Contains("shape [1, 7], expected [7]", reshaped.Outcome().Detail, StringComparison.Ordinal);
        Assert.False(new OracleComparison(oracle).Outcome().Passed);
    }
}
