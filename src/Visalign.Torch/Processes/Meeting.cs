using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Visalign.Torch.Processes;

/// <summary>How the processes of a run find one another before they are a group.</summary>
internal static class Meeting
{
    /// <summary>Waits until all have come.</summary>
    /// <param name="check">Asked meanwhile; throws when one of them is known to have failed.</param>
    /// <exception cref="InputException">Not all came in time, or two have one rank.</exception>
    /// <exception cref="PeerLostException">Process 0, who serves the store, is gone.</exception>
    internal static void Await(ProcessPlace place, CounterStore store, Action? check)
    {
        using var pause = new ManualResetEventSlim();
        long started = Stopwatch.GetTimestamp();
        try
        {
            if (store.Add($"here/{place.Rank}", 1) > 1) throw new InputException($"Two processes have the RANK {place.Rank}; each of WORLD_SIZE {place.Count} must have one of its own.");
            store.Add("here", 1);
            long here;
            while ((here = store.Add("here", 0)) < place.Count)
            {
                check?.Invoke();
                if (Stopwatch.GetElapsedTime(started) > place.Meeting)
                    throw new InputException($"Only {here} of {place.Count} processes came to {place.Host}:{place.Port} within {place.Meeting.TotalSeconds:0} seconds. "
                        + "Start all that WORLD_SIZE counts; VISALIGN_MEETING_SECONDS gives them more time.");
                pause.Wait(50);
            }
        }
        catch (TorchException fault)
        {
            throw new PeerLostException(place.IsServedByLauncher ? [] : [0], place.Count, CounterStore.FirstLine(fault), fault);
        }
    }

    /// <summary>The address of this machine that the others can reach: the one it reaches their meeting point from.</summary>
    /// <exception cref="InputException">It cannot be reached.</exception>
    internal static string AddressTowards(ProcessPlace place)
    {
        try
        {
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(place.Host, place.Port);
            var address = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }
        catch (SocketException fault)
        {
            throw new InputException($"MASTER_ADDR is '{place.Host}', which this machine cannot reach ({fault.Message}).", fault);
        }
    }
}
