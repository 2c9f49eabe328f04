using Visalign.Torch.Engines;

namespace Visalign.Tests.Torch;

/// <summary>Holds every declared operator to a libtorch's own schemas: the running one's, and the lists of others.</summary>
public sealed class OperatorSchemaTests
{
    private static readonly string Lists = Path.Combine(AppContext.BaseDirectory, "data", "schemas");

    private static string[] Present => [.. Directory.GetFiles(Lists, "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> ListNames => [.. Present];

    [Fact]
    public void Every_operator_is_what_the_running_libtorch_declares()
    {
        var schemas = Engine.Schemas();

        var faults = Faults(Operator.All, schemas, Version.Parse(Engine.Current.Libtorch.Version));

        Assert.Empty(faults);
    }

    [Theory]
    [MemberData(nameof(ListNames))]
    public void Every_operator_is_what_a_listed_libtorch_declares(string list)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Lists, list));
        var version = Version.Parse(lines[0].Split(' ', ':')[2]);

        var faults = Faults(Operator.All.Where(op => op.IsLibtorchs), lines, version);

        Assert.Empty(faults);
    }

    [Fact]
    public void The_oldest_and_a_current_version_are_listed()
    {
        Assert.Contains("libtorch-1.13.txt", Present);
        Assert.Contains("libtorch-2.6.txt", Present);
    }

    [Fact]
    public void The_running_libtorchs_list_has_all_it_declares_of_ours()
    {
        using var folder = new TemporaryFolder();

        int count = SchemaList.Write(folder["list.txt"]);

        Assert.Equal(Operator.All.Count(op => op.IsLibtorchs && op.Exists), count);
        Assert.Equal(count + 1, File.ReadAllLines(folder["list.txt"]).Length);
    }

    [Theory]
    [InlineData("aten::add.Tensor(Tensor self, Scalar other)", "aten::add.Tensor: argument 2 is declared 'Tensor other', used as 'Scalar other'")]
    [InlineData("aten::add.Tensor(Tensor self)", "aten::add.Tensor: argument 'other' has no default and is never passed")]
    [InlineData("aten::gelu(Tensor self, str approximate, int more)", "aten::gelu: has 2 arguments, 3 are passed")]
    [InlineData("aten::no_such_thing(Tensor self)", "aten::no_such_thing: is missing")]
    [InlineData("aten::two(Tensor self)", "aten::two: returns 2 values, 1 is read")]
    public void A_wrong_declaration_is_noticed(string signature, string fault)
    {
        string[] schemas = ["aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", "aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor", "aten::two(Tensor self) -> (Tensor a, Tensor b)"];

        Assert.Equal([fault], Faults([(signature, new Version(1, 13), 1)], schemas, new Version(1, 13)));
    }

    private static List<string> Faults(IEnumerable<Operator> operators, IReadOnlyList<string> schemas, Version version) =>
        Faults(operators.Select(op => (op.Signature, op.Since, op.ResultCount)), schemas, version);

    private static List<string> Faults(IEnumerable<(string Signature, Version Since, int ResultCount)> operators, IReadOnlyList<string> schemas, Version version)
    {
        var known = schemas.Where(line => !line.StartsWith('#')).ToLookup(line => line.Split('(')[0]);
        List<string> faults = [];
        foreach (var (signature, since, resultCount) in operators)
        {
            var used = DeclaredSchema.Parse(signature);
            if (known[used.Name].FirstOrDefault() is { } text) faults.AddRange(Faults(used, DeclaredSchema.Parse(text), resultCount));
            else if (since <= version) faults.Add($"{used.Name}: is missing");
        }
        return faults;
    }

    private static IEnumerable<string> Faults(DeclaredSchema used, DeclaredSchema declared, int resultCount)
    {
        if (used.Arguments.Count > declared.Arguments.Count)
        {
            yield return $"{used.Name}: has {declared.Arguments.Count} arguments, {used.Arguments.Count} are passed";
            yield break;
        }
        foreach (var (position, (mine, theirs)) in used.Arguments.Zip(declared.Arguments).Index())
            if ((mine.Type, mine.Name) != (theirs.Type, theirs.Name))
                yield return $"{used.Name}: argument {position + 1} is declared '{theirs.Type} {theirs.Name}', used as '{mine.Type} {mine.Name}'";
        foreach (var rest in declared.Arguments.Skip(used.Arguments.Count).Where(argument => !argument.HasDefault))
            yield return $"{used.Name}: argument '{rest.Name}' has no default and is never passed";
        if (declared.ReturnCount != resultCount) yield return $"{used.Name}: returns {declared.ReturnCount} values, {resultCount} is read";
    }
}
