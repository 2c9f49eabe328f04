using System.Diagnostics;
using System.Text;
using Visalign.Torch.Processes;

namespace Visalign.Tests.Torch.Processes;

public sealed class ProcessGroupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_each_process_has_comes_to_all_in_the_order_of_ranks(int count)
    {
        var seen = Crowd.Of(count, group => string.Join('|', group.Gather(Encoding.UTF8.GetBytes(new string((char)('a' + group.Rank), group.Rank))).Select(Encoding.UTF8.GetString)));

        Assert.All(seen, text => Assert.Equal(string.Join('|', new[] { "", "b", "cc", "ddd" }.Take(count)), text));
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 7)]
    [InlineData(3, 7)]
    [InlineData(4, 3)]
    [InlineData(4, 1)]
    public void Rows_that_were_shared_out_come_together_as_they_were(int count, int rows)
    {
        var seen = Crowd.Of(count, group =>
        {
            using var scope = Tensor.Scope();
            var all = Tensor.Arange(0, rows * 6, dtype: DType.Int64).Reshape(rows, 2, 3);
            var (start, length) = group.Share(rows);
            return group.GatherRows(all.Narrow(0, start, length)).ToArray<long>();
        });

        Assert.All(seen, values => Assert.Equal(Enumerable.Range(0, rows * 6).Select(i => (long)i), values));
    }

    [Fact]
    public void What_the_first_makes_is_what_all_get()
    {
        var seen = Crowd.Of(3, group =>
        {
            using var scope = Tensor.Scope();
            byte[] said = group.FromFirst(() => group.Rank == 0 ? [7, 8] : throw new UnreachableException());
            var values = Tensor.Full([5], group.Rank);
            group.CopyFromFirst(values);
            return (said[0], said[1], values.Sum().Item());
        });

        Assert.All(seen, values => Assert.Equal(((byte)7, (byte)8, 0.0), values));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_flag_is_enough_for_any(bool raised) =>
        Assert.All(Crowd.Of(3, group => group.Any(raised && group.Rank == 2)), seen => Assert.Equal(raised, seen));

    [Fact]
    public void A_process_that_does_something_else_is_found_out_before_memory_is_exchanged()
    {
        var seen = Crowd.Of(2, group => Record.Exception(() =>
        {
            if (group.IsFirst) group.Gather([1, 2, 3]);
            else group.Any(true);
        }));

        Assert.All(seen, fault => Assert.Contains("do not execute the same run", Assert.IsType<UnreachableException>(fault).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Blocks_of_a_share_follow_one_another_and_the_first_is_never_empty()
    {
        foreach (int count in new[] { 1, 2, 3, 4, 7 })
            foreach (int items in new[] { 1, 2, 5, 8, 100 })
            {
                int[] lengths = [.. Crowd.Of(count, group => group.Share(items)).Select(block => block.Length)];

                Assert.Equal(items, lengths.Sum());
                Assert.InRange(lengths[0], 1, items);
                Assert.InRange(lengths.Max() - lengths.Min(), 0, 1);
            }
    }

    [Fact]
    public void A_crowd_leaves_no_tensors_behind()
    {
        long before = Tensor.LiveCount;

        Crowd.Of(2, group => { using var scope = Tensor.Scope(); return group.GatherRows(Tensor.Ones([group.Rank, 2])).Size(0); });

        Assert.Equal(before, Tensor.LiveCount);
    }
}
