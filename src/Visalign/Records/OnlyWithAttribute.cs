namespace Visalign.Records;

/// <summary>Marks an option that means something only while another option of its record has a certain value.</summary>
/// <remarks>While it has another, giving the option is a fault, and written files leave it out.</remarks>
/// <param name="option">Name of the other property.</param>
/// <param name="value">Its value, of the property's type.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OnlyWithAttribute(string option, object value) : Attribute
{
    /// <summary>Name of the other property.</summary>
    public string Option => option;

    /// <summary>The value it must have.</summary>
    public object Value => value;
}
