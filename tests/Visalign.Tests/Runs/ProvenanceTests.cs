using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class ProvenanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_record_reads_back_equal()
    {
        var here = Provenance.Here("libtorch 2.6.0", "MKL", threads: 2, baseHash: "ab", dataHash: null, seed: -1);

        Assert.Equal(here, Provenance.FromJson("provenance.json", here.ToJson()));
        Assert.NotEmpty(here.Processor);
        Assert.Contains("\"blas_core\": \"MKL\"", here.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[")]
    public void What_is_no_record_is_refused_in_one_sentence(string json)
    {
        string told = Assert.Throws<InputException>(() => Provenance.FromJson("provenance.json", json)).Message;

        Assert.StartsWith("provenance.json: ", told, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told);
    }

    [Fact]
    public void Only_what_changes_bits_is_a_difference()
    {
        var recorded = FakeTraining.Provenance;

        Assert.Empty((recorded with { Processor = "another", OperatingSystem = "another", Runtime = "another", Program = "2" }).DifferencesFrom(recorded));
        Assert.Equal(
            ["The engine was libtorch 1.13.1 when the run was made and is libtorch 2.6.0 here.", "The number of threads was 2 when the run was made and is 1 here."],
            (recorded with { Engine = "libtorch 2.6.0", Threads = 1 }).DifferencesFrom(recorded));
        Assert.Equal(3, (recorded with { BlasCore = "x", BaseHash = "x", DataHash = "x" }).DifferencesFrom(recorded).Count);
    }

    [Fact] // SHA-256 of "abc" is the standard's own example.
    public void A_file_hashes_to_its_sha256_and_a_folder_to_that_of_its_list()
    {
        Directory.CreateDirectory(_folder["model"]);
        File.WriteAllText(_folder["model/a"], "abc");
        string before = ContentHash.Of(_folder["model"]);

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ContentHash.Of(_folder["model/a"]));
        File.WriteAllText(_folder["model/README.md"], "told later");
        Assert.Equal(before, ContentHash.Of(_folder["model"]));
        File.Move(_folder["model/a"], _folder["model/b"]);
        Assert.NotEqual(before, ContentHash.Of(_folder["model"]));
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => ContentHash.Of(_folder["none"])).Message, StringComparison.Ordinal);
    }
}
