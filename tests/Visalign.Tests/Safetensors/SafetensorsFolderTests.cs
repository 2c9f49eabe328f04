using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Safetensors;

public sealed class SafetensorsFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "'../one.safetensors'")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "'/etc/passwd'")]
    [InlineData("""{"weight_map":{"a":"sub\\one.safetensors"}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":"C:one.safetensors"}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":".."}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":"two.safetensors"}}""", "two.safetensors, which is not in")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}""", "tensor 'b'")]
    [InlineData("""{"weight_map":{}}""", "empty")]
    [InlineData("""{"weight_map":{"a":3}}""", "weight_map")]
    [InlineData("""[1]""", "weight_map")]
    [InlineData("""{"weight_map":""", "JSON")]
    public void An_index_that_does_not_fit_its_folder_is_refused(string index, string told)
    {
        Save("one.safetensors", "a");
        File.WriteAllText(_folder["model.safetensors.index.json"], index);

        var refusal = Assert.Throws<InputException>(() => SafetensorsFolder.Open(_folder.Path));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        Save("one.safetensors", "a");
        Save("two.safetensors", "a", "b");
        File.WriteAllText(_folder["model.safetensors.index.json"], """{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        Assert.Contains("two.safetensors holds tensor 'a'", Assert.Throws<InputException>(() => SafetensorsFolder.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_one_file_needs_no_index_and_two_files_need_a_choice()
    {
        Save("one.safetensors", "a");
        using (var one = SafetensorsFolder.Open(_folder.Path))
            Assert.Equal(["a"], one.Names);

        Save("two.safetensors", "b");

        Assert.Contains("one.safetensors, two.safetensors", Assert.Throws<InputException>(() => SafetensorsFolder.Open(_folder.Path)).Message, StringComparison.Ordinal);
        using var two = SafetensorsFolder.Open(_folder["two.safetensors"]);
        Assert.Equal(4, two.FileOf("b").Entry("b").ByteCount);
        Assert.Throws<InputException>(() => two.FileOf("a"));
    }

    [Fact]
    public void A_folder_of_pickles_is_refused_with_what_to_do()
    {
        File.WriteAllText(_folder["pytorch_model.bin"], "");

        Assert.Contains("pytorch_model.bin is a pickle", Assert.Throws<InputException>(() => SafetensorsFolder.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private void Save(string file, params string[] names) =>
        SafetensorsWriter.Save(_folder[file], names.ToDictionary(name => name, _ => StoredArray.Of([1f], 1)));
}
