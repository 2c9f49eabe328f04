namespace Visalign;

/// <summary>The user's own mistake: a bad recipe, file, checkpoint, prompt, reward or tensor.</summary>
/// <remarks>
/// The message is for people: where, what was found, what was expected, how to mend it. The command line prints it
/// without a stack trace and ends with exit code 2.
/// </remarks>
public sealed class InputException : Exception
{
    /// <summary>A mistake told in <paramref name="message"/>.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>A mistake told in <paramref name="message"/>, noticed through <paramref name="cause"/>.</summary>
    public InputException(string message, Exception cause) : base(message, cause) { }
}
