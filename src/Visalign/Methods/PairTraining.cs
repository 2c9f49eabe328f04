using Visalign.Generators;
using Visalign.Preferences;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>What methods that learn from pairs share: pairs of the base's samples or of a folder, and draws of timesteps and noise for them.</summary>
/// <remarks>An update goes over all pairs of its iteration, as often as <see cref="PairDrawOptions.Count"/> says, each time under draws of its own.</remarks>
internal sealed class PairTraining
{
    private readonly AssemblyContext _context;
    private readonly PairOptions _pairs;
    private readonly PairDrawOptions _draws;
    private readonly RolloutPlan _plan;
    private readonly IReadOnlyList<PicturePair>? _read;
    private readonly Prediction _measure;

    /// <summary>Looks for the pairs.</summary>
    /// <exception cref="InputException">There are none, or groups are too small to rank.</exception>
    internal PairTraining(AssemblyContext context, PairOptions pairs, PairDrawOptions draws)
    {
        (_context, _pairs, _draws) = (context, pairs, draws);
        int size = context.Rollout.GroupSize;
        if (pairs.Folder is null && size < 2) throw new InputException("rollout.group_size is 1, and a pair takes two: the best and the worst of a group. Set it to 2 or more.");
        if (pairs.Folder is not null && size != 2) throw new InputException($"rollout.group_size is {size}, and a folder's pictures come in pairs. Set it to 2; rollout.prompts is the number of pairs in an iteration.");
        if (pairs.Folder is null && pairs.Latents != PictureLatentChoice.Draw)
            throw new InputException("pairs.latents is of a folder's pictures, and pairs.folder names none: samples have their latents already. Leave it out.");
        if (pairs.Folder is not null && (context.Rollout.Steps, context.Rollout.Shift) != (null, null))
            throw new InputException("rollout: 'steps' and 'shift' are of sampling, and a folder's pictures are read. Leave them out.");
        _plan = RolloutPlan.Deterministic(context.Noise, context.Rollout);
        _measure = draws.Error switch
        {
            ErrorMeasure.Epsilon => Prediction.Epsilon,
            ErrorMeasure.V => Prediction.V,
            ErrorMeasure.Velocity => Prediction.Velocity,
            _ => context.Noise.Schedule.Prediction,
        };
        _read = pairs.Folder is { } folder ? PairFolder.Read(folder, context.Noise) : null;
    }

    /// <summary>A method of one loss over pairs.</summary>
    /// <param name="term">What people call the loss.</param>
    /// <param name="loss">Summed over the pairs it is given.</param>
    /// <param name="atBase">What the loss of a pair is while the policy is its base; null where that depends on the pair.</param>
    internal Assembly Assemble(string term, Func<NoisedPairs, UpdateStatistics, Tensor> loss, double? atBase = null)
    {
        return new()
        {
            Sample = _read is null ? _context.Denoising(_plan) : (_, conditions, iteration) => PairRollout.Read(_context.Noise, _read, _pairs.Latents, conditions.Count, _context.Seed, iteration),
            Credit = (rewards, groups) => _read is null ? RankedGroups.BestAndWorst(rewards, groups) : [.. groups.Select((_, row) => row % 2 == 0 ? 1.0 : -1)],
            JudgedPerSample = _read is null ? 1 : 0,
            Terms = [new(term)],
            UpdatesBy = (rollout, signs, _) => Updates(rollout, signs),
            Behavior = () => _context.Generator.Base,
            LossAtBase = atBase,
        };

        IEnumerable<Update> Updates(Rollout rollout, double[] signs)
        {
            if (PreferenceBatch.Of(rollout, signs, _pairs.LabelNoise, _context.Seed) is not { } batch) yield break;
            // In the last row no prompt.
            var encoded = _context.Noise.Encode([.. batch.Conditions, new Condition("")]);
            int atATime = Math.Max(1, _context.Rollout.MicroBatch / 2);
            for (int update = 0; update < _context.Optimizer.UpdatesPerIteration; update++)
            {
                yield return new([.. from draw in Enumerable.Range(update * _draws.Count, _draws.Count)
                                     from start in Enumerable.Range(0, (batch.Count + atATime - 1) / atATime).Select(part => part * atATime)
                                     select (Func<UpdateStatistics, Tensor>)(statistics =>
                                     {
                                         using var scope = Tensor.Scope();
                                         var noised = Noised(batch, encoded, start, Math.Min(atATime, batch.Count - start), rollout.Iteration, draw);
                                         return scope.Keep(loss(noised, statistics) / (batch.Count * _draws.Count));
                                     })]);
            }
        }
    }

    private NoisedPairs Noised(PreferenceBatch batch, EncodedConditions encoded, int start, int length, long iteration, int draw)
    {
        NoiseKey[] keys = [.. Enumerable.Range(start, length).Select(pair => new NoiseKey(_context.Seed, NoisePurpose.Choice, iteration, Sample: pair, Step: draw, Branch: 1))];
        float[] levels = [.. keys.Select(key => (float)Level(Noise.Uniform(key, 0)))];
        var rows = Tensor.From([.. keys.Select((key, at) => Noise.Uniform(key, 1) < _draws.PromptDrop ? (long)batch.Count : start + at)], length);
        var conditions = encoded.Select(Tensor.Cat([rows, rows]));
        var noise = _context.Noise.DrawNoise(new(_context.Seed, NoisePurpose.Training, iteration, Step: draw), start, length);
        return new(Tensor.Cat([batch.Winners.Narrow(0, start, length), batch.Losers.Narrow(0, start, length)]), Tensor.Cat([noise, noise]),
            [.. levels, .. levels], conditions, [.. batch.Certainties.Skip(start).Take(length)], _measure);
    }

    private double Level(double share)
    {
        var schedule = _context.Noise.Schedule;
        if (_draws.Timesteps == TimestepLaw.Uniform) return schedule.TrainingLevel(share);
        // Any diffusion's count of timesteps; what is meant are parts of the whole.
        const int Count = 1000;
        return schedule.TrainingLevel((DistilledTimesteps.Of(_draws.Timesteps, (int)(share * Count), Count) + 0.5) / Count);
    }
}
