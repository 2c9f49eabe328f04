namespace Visalign.Tests.Recipes;

public sealed class RecipeFaultTests
{
    private const string Head = "recipe: 1\nmethod: flow-grpo\nmodel: m\n";

    [Theory]
    [InlineData("rollout:\n  group_sz: 8", "flow-grpo.yaml(5,3): unknown key 'group_sz' in 'rollout'. Did you mean 'group_size'?")]
    [InlineData("sead: 8", "flow-grpo.yaml(4,1): unknown key 'sead'. Did you mean 'seed'?")]
    [InlineData("rollout: { zebra: 1 }", "flow-grpo.yaml(4,12): unknown key 'zebra' in 'rollout'. Known keys: prompts, group_size, steps, guidance_scale, shift, micro_batch.")]
    [InlineData("budget: {iterations: 1, iterations: 2}", "flow-grpo.yaml(4,25): the key 'iterations' is written twice. Keep one of them.")]
    [InlineData("seed: abc", "flow-grpo.yaml(4,7): 'seed' expects a whole number at least 0, found 'abc'.")]
    [InlineData("seed: '7'", "flow-grpo.yaml(4,7): 'seed' expects a whole number at least 0, found the text '7'.")]
    [InlineData("seed: 7.0", "flow-grpo.yaml(4,7): 'seed' expects a whole number at least 0, found '7.0'.")]
    [InlineData("seed: [1]", "flow-grpo.yaml(4,7): 'seed' expects a whole number at least 0, found a list.")]
    [InlineData("threads: 99999999999", "flow-grpo.yaml(4,10): 'threads' expects a whole number from 1 to 4096, found '99999999999'.")]
    [InlineData("rollout: { steps: 0 }", "flow-grpo.yaml(4,19): 'rollout.steps' is 0, expected a whole number from 1 to 1000.")]
    [InlineData("optimizer: { learning_rate: 0 }", "flow-grpo.yaml(4,29): 'optimizer.learning_rate' is 0, expected a number above 0 and at most 1.")]
    [InlineData("optimizer: { beta1: 1.0 }", "flow-grpo.yaml(4,21): 'optimizer.beta1' is 1.0, expected a number at least 0 and below 1.")]
    [InlineData("optimizer: { beta1: .nan }", "flow-grpo.yaml(4,21): 'optimizer.beta1' is .nan, expected a number at least 0 and below 1.")]
    [InlineData("rollout: { shift: .inf }", "flow-grpo.yaml(4,19): 'rollout.shift' is .inf, expected a number from 0.1 to 100.")]
    [InlineData("rollout: { shift: 1e999 }", "flow-grpo.yaml(4,19): 'rollout.shift' expects a number from 0.1 to 100, found '1e999'.")]
    [InlineData("rollout: { shift: NaN }", "flow-grpo.yaml(4,19): 'rollout.shift' expects a number from 0.1 to 100, found 'NaN'.")]
    [InlineData("rollout: { shift: 1,5 }", "flow-grpo.yaml(4,21): unknown key '5' in 'rollout'. Known keys: prompts, group_size, steps, guidance_scale, shift, micro_batch.")]
    [InlineData("adapter: { kind: lorra }", "flow-grpo.yaml(4,18): unknown value 'lorra' for 'adapter.kind'. Did you mean 'lora'?")]
    [InlineData("adapter: { kind: full, rank: 8 }", "flow-grpo.yaml(4,24): 'adapter.rank' means something only with 'kind: lora', but 'adapter.kind' is full. Leave it out.")]
    [InlineData("adapter: { targets: [], kind: full }", "flow-grpo.yaml(4,12): 'adapter.targets' means something only with 'kind: lora', but 'adapter.kind' is full. Leave it out.")]
    [InlineData("optimizer: { schedule: sawtooth }", "flow-grpo.yaml(4,24): unknown value 'sawtooth' for 'optimizer.schedule'. Known values: constant, cosine, linear.")]
    [InlineData("rewards: [{ weight: 2 }]", "flow-grpo.yaml(4,11): missing key 'name' in 'rewards.0'. Known names: rgb, shape-classifier, command.")]
    [InlineData("rewards: [rgbb]", "flow-grpo.yaml(4,11): unknown name 'rgbb' in 'rewards.0'. Did you mean 'rgb'?")]
    [InlineData("rewards: [{ name: [rgb] }]", "flow-grpo.yaml(4,19): 'rewards.0.name' expects a name, found a list.")]
    [InlineData("rewards: [command]", "flow-grpo.yaml(4,11): missing key 'command' in 'rewards.0'.")]
    [InlineData("rewards: rgb", "flow-grpo.yaml(4,10): 'rewards' expects a list, found 'rgb'.")]
    [InlineData("prompts:", "flow-grpo.yaml(4,9): 'prompts' expects text, found nothing.")]
    [InlineData("budget: 3", "flow-grpo.yaml(4,9): 'budget' expects the keys iterations, checkpoint_every, found '3'.")]
    public void A_fault_is_one_sentence_with_its_place(string line, string sentence)
    {
        Assert.Contains(sentence, Samples.Faults(Head + line));
    }

    [Theory]
    [InlineData("scales: [1, -2]", "a.yaml(1,13): 'scales.1' is -2, expected a number from 0 to 100.")]
    [InlineData("flag: yes", "a.yaml(1,7): 'flag' expects true or false, found 'yes'.")]
    public void Items_and_truth_values_are_held_to_their_kind(string text, string sentence)
    {
        var fault = Assert.Throws<InputException>(() => Samples.Everything.Parse(text, "a.yaml"));

        Assert.Equal(sentence, fault.Message);
    }

    [Fact]
    public void A_window_that_does_not_fit_is_refused_where_it_stands() =>
        Assert.Equal(["flow-grpo.yaml(2,36): a 'window' of 9 steps does not fit between 0 and 8. Make it shorter, or move its ends apart."],
            Samples.Faults("recipe: 1\nmethod: { name: flow-grpo, window: { size: 9, to: 8 } }\nmodel: m\n"));

    [Theory]
    [InlineData("preflight: {}", "flow-grpo.yaml(4,1): unknown key 'preflight'.")]
    [InlineData("evaluation: { seeds: 8 }", "flow-grpo.yaml(4,15): unknown key 'seeds' in 'evaluation'.")]
    [InlineData("budget: { evaluate_every: 2 }", "flow-grpo.yaml(4,11): unknown key 'evaluate_every' in 'budget'.")]
    public void A_key_that_nothing_reads_is_refused(string line, string begin)
    {
        Assert.StartsWith(begin, Assert.Single(Samples.Faults(Head + line)), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_together()
    {
        string[] faults = Samples.Faults("recipe: 1\nmethod: flow-grop\nseed: -1\nrollout:\n  group_sz: 4\n  steps: 0");

        Assert.Equal(
            [
                "flow-grpo.yaml(2,9): unknown name 'flow-grop' in 'method'. Did you mean 'flow-grpo'?",
                "flow-grpo.yaml(3,7): 'seed' is -1, expected a whole number at least 0.",
                "flow-grpo.yaml(5,3): unknown key 'group_sz' in 'rollout'. Did you mean 'group_size'?",
                "flow-grpo.yaml(6,10): 'rollout.steps' is 0, expected a whole number from 1 to 1000.",
                "flow-grpo.yaml(1,1): missing key 'model'.",
            ],
            faults);
    }

    [Theory]
    [InlineData("recipe: 2\nsead: 4", "flow-grpo.yaml(1,9): version 2 of the recipe format, but this program reads version 1. Use the program that wrote the file, or rewrite it for 'recipe: 1'.")]
    [InlineData("method: flow-grpo\nmodel: m", "flow-grpo.yaml(1,1): missing key 'recipe', the version of the file. Begin it with 'recipe: 1'.")]
    public void Another_version_is_refused_in_words(string text, string sentence)
    {
        Assert.Equal([sentence], Samples.Faults(text));
    }

    [Fact]
    public void A_misspelled_version_key_is_recognized()
    {
        Assert.Contains("flow-grpo.yaml(1,1): unknown key 'recipie'. Did you mean 'recipe'?", Samples.Faults("recipie: 1\nmethod: flow-grpo\nmodel: m"));
    }

    [Theory]
    [InlineData("", "flow-grpo.yaml: nothing in it, expected keys and values.")]
    [InlineData("- 1", "flow-grpo.yaml(1,1): expected keys such as 'seed', found a list.")]
    [InlineData("seed: !!int 3", "flow-grpo.yaml(1,7): the tag 'tag:yaml.org,2002:int' is not allowed here. Remove it and write the plain value.")]
    [InlineData("seed: !System.Diagnostics.Process {}", "flow-grpo.yaml(1,7): the tag '!System.Diagnostics.Process' is not allowed here. Remove it and write the plain value.")]
    [InlineData("a: &a [x]\nb: *a", "flow-grpo.yaml(1,4): anchors and aliases are not allowed here. Write the value out where it is needed.")]
    [InlineData("a: *a", "flow-grpo.yaml(1,4): anchors and aliases are not allowed here. Write the value out where it is needed.")]
    [InlineData("? [1]\n: 2", "flow-grpo.yaml(1,3): expected a key, found a list.")]
    [InlineData("a: 1\n---\nb: 2", "flow-grpo.yaml(2,1): a second document begins here, expected one. Split the file.")]
    public void What_no_recipe_needs_is_refused(string text, string sentence)
    {
        Assert.Equal([sentence], Samples.Faults(text));
    }

    [Theory]
    [InlineData("seed: [1")]
    [InlineData("a: b: c")]
    [InlineData("a: \"x")]
    [InlineData("rollout:\n\tsteps: 1")]
    public void Broken_YAML_is_one_sentence_with_its_place(string text)
    {
        Assert.Matches(@"^flow-grpo\.yaml\(\d+,\d+\): not readable as YAML: .+\.$", Assert.Single(Samples.Faults(text)));
    }

    [Fact]
    public void Deep_and_long_texts_are_refused_before_they_cost_anything()
    {
        string deep = Assert.Single(Samples.Faults("seed: " + new string('[', 100_000)));
        string wide = Assert.Single(Samples.Faults(new string('#', 2_000_000)));

        Assert.StartsWith("flow-grpo.yaml(1,39): nested deeper than 32 levels", deep, StringComparison.Ordinal);
        Assert.Equal("flow-grpo.yaml: 2000000 characters, expected at most 1048576. Is this the right file?", wide);
    }

    [Fact]
    public void What_depends_on_several_keys_is_checked_only_once_each_of_them_is_sound()
    {
        Assert.Equal(
            "a.yaml(1,1): 'whole' is 5 and 'flag' is true, which exclude each other.",
            Assert.Throws<InputException>(() => Samples.Everything.Parse("whole: 5", "a.yaml")).Message);
        Assert.Equal(
            "a.yaml(2,7): 'wide' expects a whole number, found 'x'.",
            Assert.Throws<InputException>(() => Samples.Everything.Parse("whole: 5\nwide: x", "a.yaml")).Message);
    }
}
