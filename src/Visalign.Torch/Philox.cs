namespace Visalign.Torch;

/// <summary>The one source of random words: each is a pure function of a key and a counter.</summary>
/// <remarks>
/// Philox 4×32 with 10 rounds: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// Departures: none.
/// </remarks>
internal static class Philox
{
    /// <summary>Four words of 32 uniform bits.</summary>
    public static (uint A, uint B, uint C, uint D) Block(ulong key, ulong counter, ulong counterHigh = 0)
    {
        uint a = (uint)counter, b = (uint)(counter >> 32), c = (uint)counterHigh, d = (uint)(counterHigh >> 32), k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53UL * a, right = 0xCD9E8D57UL * c;
            (a, b, c, d) = ((uint)(right >> 32) ^ b ^ k0, (uint)right, (uint)(left >> 32) ^ d ^ k1, (uint)left);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (a, b, c, d);
    }
}
