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
