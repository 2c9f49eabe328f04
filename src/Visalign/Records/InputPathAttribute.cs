namespace Visalign.Records;

/// <summary>Marks an option that names a file or a folder, or has a word of its own in place of one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InputPathAttribute : Attribute;
