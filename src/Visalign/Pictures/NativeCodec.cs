namespace Visalign.Pictures;

/// <summary>Tells users which package a missing codec comes in.</summary>
internal static class NativeCodec
{
    /// <summary>Runs a call into a shared library that may not be installed.</summary>
    /// <exception cref="InputException">The library is not there; names the Debian package that holds it.</exception>
    public static T Call<T>(string library, string package, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (DllNotFoundException missing)
        {
            throw new InputException(
                $"{library} was not found, and pictures are coded with it. Install it: apt-get install {package}", missing);
        }
    }
}
