using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Torch;

public sealed class TensorFilesTests
{
    [Theory]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int16)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    [InlineData(DType.Bool)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Tensors_of_every_type_come_back_as_they_were(DType dtype)
    {
        using var folder = new TemporaryFolder();
        using var scope = Tensor.Scope();
        var value = Tensor.Arange(0, 6).Reshape(2, 3).To(dtype);

        TensorFiles.Save(folder["a.safetensors"], [("x", value), ("scalar", Tensor.Of(1.5)), ("nothing", Tensor.Zeros([0, 3]))]);
        var back = TensorFiles.LoadAll(folder["a.safetensors"]);

        Assert.Equal(["nothing", "scalar", "x"], back.Select(entry => entry.Name));
        Assert.Equal(dtype, back[2].Value.DType);
        Assert.True(back[2].Value.SameAs(value));
        Assert.Equal(1.5, back[1].Value.Item());
        Assert.Equal([0L, 3L], back[0].Value.Shape.ToArray());
    }

    [Fact]
    public void Floats_are_converted_on_the_way_and_integers_are_not()
    {
        using var folder = new TemporaryFolder();
        using var scope = Tensor.Scope();
        (string, Tensor)[] tensors = [("count", Tensor.From([7L], 1)), ("third", Tensor.Of(1.0 / 3))];

        TensorFiles.Save(folder["half.safetensors"], tensors, storedType: StoredType.Float16);
        var raw = TensorFiles.LoadAll(folder["half.safetensors"]);
        var wide = TensorFiles.LoadAll(folder["half.safetensors"], DType.Float32);

        Assert.Equal([DType.Int64, DType.Float16], raw.Select(entry => entry.Value.DType));
        Assert.Equal([DType.Int64, DType.Float32], wide.Select(entry => entry.Value.DType));
        Assert.Equal((double)(Half)(1.0f / 3), wide[1].Value.Item());
    }

    [Fact]
    public void A_loaded_tensor_outlives_the_file_and_writing_to_it_leaves_the_file_alone()
    {
        using var folder = new TemporaryFolder();
        using var scope = Tensor.Scope();
        string path = folder["a.safetensors"];
        TensorFiles.Save(path, [("x", Tensor.Arange(0, 1000))], new Dictionary<string, string> { ["kind"] = "test" });
        byte[] before = File.ReadAllBytes(path);

        var x = TensorFiles.LoadAll(path)[0].Value;
        x.AddInPlace(Tensor.Ones([1000]));
        Assert.Equal(before, File.ReadAllBytes(path));
        File.Delete(path);

        Assert.Equal(1000 * 1001 / 2.0, x.Sum().Item());
        Assert.Equal(1000, x.ToArray<float>()[999]);
    }

    [Fact]
    public void Loading_leaves_no_tensor_behind_and_unmaps_when_the_last_is_gone()
    {
        using var folder = new TemporaryFolder();
        string path = folder["mapped-for-a-test.safetensors"];
        using (var scope = Tensor.Scope())
            TensorFiles.Save(path, [("x", Tensor.Ones([4096])), ("y", Tensor.Ones([4096]))]);
        long before = Tensor.LiveCount;

        using (var scope = Tensor.Scope())
        {
            TensorFiles.LoadAll(path, DType.Float64);
            Assert.Equal(before + 2, Tensor.LiveCount);
            var kept = TensorFiles.LoadAll(path);
            kept[0].Value.Dispose();
            Assert.Contains("mapped-for-a-test", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
            Assert.Equal(4096, kept[1].Value.Sum().Item());
        }

        Assert.Equal(before, Tensor.LiveCount);
        Assert.DoesNotContain("mapped-for-a-test", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public void Views_are_stored_row_major_and_formats_that_libtorch_lacks_are_widened()
    {
        using var folder = new TemporaryFolder();
        using var scope = Tensor.Scope();
        TensorFiles.Save(folder["view.safetensors"], [("t", Tensor.Arange(0, 6).Reshape(2, 3).Transpose(0, 1))]);
        // E4M3: 0x38 = 1.0, 0xb4 = -0.75.
        SafetensorsWriter.Save(folder["odd.safetensors"], new Dictionary<string, StoredArray>
        {
            ["eight"] = StoredArray.OfBytes(StoredType.Float8E4M3, new byte[] { 0x38, 0xb4 }, 2),
            ["words"] = StoredArray.OfBytes(StoredType.UInt16, new byte[] { 0xff, 0xff }, 1),
        });

        var odd = TensorFiles.LoadAll(folder["odd.safetensors"]);

        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], TensorFiles.LoadAll(folder["view.safetensors"])[0].Value.ToArray<float>());
        Assert.Equal([1f, -0.75f], odd[0].Value.ToArray<float>());
        Assert.Equal([65535], odd[1].Value.ToArray<int>());
    }

    [Fact]
    public void Names_twice_and_formats_for_which_there_is_no_conversion_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var scope = Tensor.Scope();
        var x = Tensor.Ones([1]);

        Assert.Throws<ArgumentException>(() => TensorFiles.Save(folder["a"], [("x", x), ("x", x)]));
        Assert.Throws<ArgumentException>(() => TensorFiles.Save(folder["a"], [("x", x)], storedType: StoredType.Float8E4M3));
        Assert.Throws<InputException>(() => TensorFiles.LoadAll(folder["missing.safetensors"]));
        Assert.False(File.Exists(folder["a"]));
    }
}
