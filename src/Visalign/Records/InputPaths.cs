using System.Reflection;

namespace Visalign.Records;

/// <summary>The files and folders that an option record and the records in it name: what <see cref="InputPathAttribute"/> marks.</summary>
public static class InputPaths
{
    /// <summary>What is named, in the order of the options; words that stand in place of paths included.</summary>
    /// <param name="record">An option record.</param>
    public static IReadOnlyList<string> Of(object record)
    {
        List<string> found = [];
        Map(record, path =>
        {
            found.Add(path);
            return path;
        });
        return found;
    }

    /// <summary>The same options with other paths.</summary>
    /// <param name="record">An option record, which stays as it is.</param>
    /// <param name="change">From a path to the one that takes its place.</param>
    public static T Map<T>(T record, Func<string, string> change) where T : notnull => (T)Mapped(record, change);

    private static object Mapped(object record, Func<string, string> change)
    {
        object? copy = null;
        foreach (var property in record.GetType().GetProperties().Where(property => property.CanWrite))
        {
            object? value = property.GetValue(record);
            object? changed = value switch
            {
                string path when property.IsDefined(typeof(InputPathAttribute)) => change(path),
                IValueList list => list.Map(item => IsRecord(item) ? Mapped(item, change) : item),
                { } inner when IsRecord(inner) => Mapped(inner, change),
                _ => value,
            };
            if (Equals(value, changed)) continue;
            copy ??= CloneOf(record.GetType())!.Invoke(record, null)!;
            property.SetValue(copy, changed);
        }
        return copy ?? record;
    }

    private static bool IsRecord(object value) => CloneOf(value.GetType()) is not null;

    // What 'with' calls.
    private static MethodInfo? CloneOf(Type type) => type.GetMethod("<Clone>$");
}
