namespace Visalign.Tests.Torch;

/// <summary>The memory of large tensors, which the bridge keeps for the next of their size.</summary>
public sealed class MemoryTests
{
    [Fact]
    public void A_freed_block_goes_to_the_next_tensor_of_its_size()
    {
        var first = Tensor.Ones([300, 1000]).Persist();
        nint place = first.Address;
        first.Dispose();

        using var second = Tensor.Zeros([1000, 300]).Persist();

        Assert.Equal(place, second.Address);
        Assert.Equal(0, second.Abs().Sum().Item());
    }

    [Fact]
    public void Neighbours_that_are_freed_become_one_block()
    {
        const int count = 2_560_000; // whole pages
        List<Tensor> parts = [];
        int first;
        do
        {
            parts.Add(Tensor.Empty([count]).Persist());
            parts = [.. parts.OrderBy(part => part.Address)];
            first = Enumerable.Range(0, Math.Max(0, parts.Count - 4)).FirstOrDefault(at => parts[at + 4].Address - parts[at].Address == 4 * 4 * count, -1);
        }
        while (first < 0);
        var row = parts[first..(first + 5)];
        nint place = row[1].Address;
        foreach (int part in (int[])[1, 3, 2]) row[part].Dispose(); // those at the ends stay

        using var whole = Tensor.Empty([3 * count]).Persist();

        Assert.Equal(place, whole.Address);
        foreach (var part in parts.Except(row[1..4])) part.Dispose();
    }

    [Fact]
    public void A_block_whose_memory_went_back_to_the_system_can_be_used_again()
    {
        const int many = 160_000_000; // 640 MB, more than what free blocks may hold
        using var before = Tensor.Empty([many]).Persist();
        var first = Tensor.Empty([many]).Persist();
        using var behind = Tensor.Ones([100_000]).Persist();
        nint place = first.Address;
        first.AsSpan<float>()[0] = first.AsSpan<float>()[^1] = 1;
        first.Dispose();

        using var second = Tensor.Empty([many]).Persist();

        Assert.Equal(place, second.Address);
        Assert.Equal(0, second.AsSpan<float>()[0]);
        Assert.Equal(0, second.AsSpan<float>()[^1]);
        Assert.Equal(100_000, behind.Sum().Item());
    }

    [Fact] // Sizes around the smallest block and its steps; every tensor holds its own number to the end.
    public void Blocks_never_overlap_whatever_comes_and_goes()
    {
        Random random = new(1);
        List<(Tensor Tensor, float Number)> alive = [];
        for (int i = 0; i < 2000; i++)
        {
            if (alive.Count > 20 || (alive.Count > 0 && random.Next(2) == 0))
            {
                int at = random.Next(alive.Count);
                var (tensor, number) = alive[at];
                Assert.True(tensor.AsSpan<float>().IndexOfAnyExcept(number) < 0);
                tensor.Dispose();
                alive.RemoveAt(at);
                continue;
            }
            var made = Tensor.Full([random.Next(15_000, 60_000)], i).Persist();
            Assert.Equal(0, made.Address % 64);
            alive.Add((made, i));
        }
        foreach (var (tensor, number) in alive)
        {
            Assert.True(tensor.AsSpan<float>().IndexOfAnyExcept(number) < 0);
            tensor.Dispose();
        }
    }

    [Fact]
    public void Memory_that_is_not_there_is_told_as_such() => Assert.Throws<TorchOutOfMemoryException>(() => Tensor.Empty([1L << 50]));
}
