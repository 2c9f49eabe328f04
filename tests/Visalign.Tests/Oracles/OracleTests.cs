namespace Visalign.Tests.Oracles;

public sealed class OracleTests
{
    /// <summary>The cases of the root whose slug has a handler.</summary>
    public static TheoryData<string> CaseNames
    {
        get
        {
            string[] handled = [.. OracleRoot.Cases(OracleRoot.Path).Where(path => OracleHandlers.Slugs.Contains(OracleRoot.SlugOf(path))).Select(OracleRoot.NameOf)];
            return handled.Length > 0 ? [.. handled] : throw new InputException($"No case of '{OracleRoot.Path}' belongs to a slug with a handler: {string.Join(", ", OracleHandlers.Slugs)}.");
        }
    }

    [Theory, MemberData(nameof(CaseNames))]
    public void A_reference_implementation_is_reproduced(string name)
    {
        var outcome = OracleHandlers.Run(Path.Combine(OracleRoot.Path, name));

        // A folder of one's own may ask what nothing here computes; the cases of this project are all answered.
        Assert.True(outcome.Passed || (outcome.Status == OracleStatus.NoHandler && !OracleRoot.IsShipped), $"{outcome.Detail} (largest deviation {outcome.LargestDeviation:G3})");
    }
}
