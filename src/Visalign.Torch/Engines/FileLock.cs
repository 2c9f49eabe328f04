namespace Visalign.Torch.Engines;

/// <summary>Holds a file exclusively so that only one process does what follows; waits for its turn.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    internal FileLock(string path)
    {
        var wait = TimeSpan.FromMilliseconds(100);
        using var never = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return;
            }
            catch (IOException) when (File.Exists(path))
            {
                never.Wait(wait);
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
